import { randomBytes } from 'node:crypto'
import { parseSecret } from '../../src/platform/crypto/keyring.ts'
import { privateFile } from './private-file.ts'

/** Never a real mailbox: mails of `npm run dev` stay on this machine. */
const ADDRESS = 'admin@phantom.local'

/** The secret that opens the invitation of the first admin, made once and kept like the others. */
export async function bootstrapToken(path: string): Promise<string> {
  const text = await privateFile(path, () => `${randomBytes(32).toString('base64url')}\n`)
  const token = text.trim()
  if (parseSecret(token) !== undefined) return token
  throw new Error(`the secret in ${path} is invalid; delete the file`)
}

/**
 * Asks for the first admin's invitation, and says to whom it went. `undefined` where the state has
 * had one before: the secret opens one, and there is no account that everybody knows.
 */
export async function inviteFirstAdmin(api: string, token: string): Promise<string | undefined> {
  const { status } = await fetch(`${api}/api/admin/bootstrap/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, email: ADDRESS }),
    signal: AbortSignal.timeout(20_000),
  })
  if (status === 202) return ADDRESS
  if (status === 404) return undefined
  throw new Error(`no invitation of a first admin: status ${status}`)
}
