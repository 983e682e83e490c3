import { TOTP } from 'otpauth'
import type { DevServer } from './dev-server.ts'
import { client, PASSWORD } from './journey.ts'
import { inMail } from './mails.ts'

export const FIRST_ADMIN = 'admin@phantom.local'

/** The first admin of a dev server: accepts the invitation, adds an app, and signs in with it. */
export async function signInAsFirstAdmin(dev: DevServer): Promise<string> {
  const app = client(dev.api)
  const post = async (path: string, json: Record<string, unknown>, token?: string) => {
    const { status, body } = await app.post(path, json, token)
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(body)}`)
    return body as Record<string, string> & { backup_codes: string[] }
  }
  const token = await inMail(dev, FIRST_ADMIN, /#token=([\w-]+)/)
  await post('/api/users/accept-invitation/', { token, password: PASSWORD })
  const password = { identifier: FIRST_ADMIN, password: PASSWORD }
  const first = await post('/api/auth/login/', password)
  const code = await inMail(dev, FIRST_ADMIN, /^\s*(\d{6})\s*$/m)
  const mailed = { challenge: first['challenge'], method: 'email', code }
  const { access_token: access } = await post('/api/auth/verify-2fa/', mailed)
  const { id, secret = '' } = await post('/api/users/enable-2fa/', { name: 'phone' }, access)
  const codeOfApp = new TOTP({ secret }).generate()
  const confirmed = { id, code: codeOfApp }
  const { backup_codes } = await post('/api/users/enable-2fa/confirm/', confirmed, access)
  const second = await post('/api/auth/login/', password)
  const backup = { challenge: second['challenge'], method: 'backup_code', code: backup_codes[0] }
  return (await post('/api/auth/verify-2fa/', backup))['access_token'] ?? ''
}
