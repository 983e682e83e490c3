import fc from 'fast-check'
import { test } from 'vitest'
import { AccountWorld } from '../support/account-world'
import { nextLinkToken } from '../support/recovery'

/** All that can happen to an account; each takes a number that it may choose by. */
const acts: Record<string, (world: AccountWorld, choice: number) => Promise<unknown>> = {
  'the owner logs in': (world) => world.logIn(),
  'the owner enters the password only': (world) => world.startLogin(),
  'the owner mistypes the password': (world) => world.mistypePassword(),
  'the owner finishes an old login': async (world, choice) => {
    const pending = world.pending[choice % Math.max(1, world.pending.length)]
    if (pending) await world.finishLogin(pending)
  },
  'the owner uses a backup code': async (world) => {
    const pending = await world.startLogin()
    if (pending?.methods.includes('backup_code') && world.backupCodes.length > 0) {
      await world.finishLogin(pending, 'backup_code')
    }
  },
  'somebody finishes a login with no right code': async (world, choice) => {
    const pending = world.pending[choice % Math.max(1, world.pending.length)]
    if (!pending) return
    const [method = 'email'] = pending.methods
    const code = method === 'backup_code' ? 'A'.repeat(24) : '000000'
    const json = { challenge: pending.challenge, method, code }
    const answer = await world.app.post('/api/auth/verify-2fa/', json)
    if (answer.status === 200) throw new Error('a session for a wrong code')
  },
  'a stranger guesses until locked out': (world) => world.strangerGuesses(),
  'the session is refreshed': async (world) => {
    const session = world.sessions.at(-1)
    if (!session) return
    const json = { refresh_token: session.refresh }
    const answer = await world.app.post('/api/auth/refresh/', json)
    if (answer.status === 200) world.note(answer)
  },
  'the session ends': async (world) => {
    const session = world.sessions.pop()
    if (!session) return
    const json = { refresh_token: session.refresh }
    const answer = await world.app.post('/api/auth/logout/', json)
    if (answer.status === 204) world.spend('token of an ended session', '/api/auth/refresh/', json)
  },
  'an app is set up': async (world) => {
    const begun = await world.act('/api/users/enable-2fa/', {})
    if (begun?.status !== 200) return
    // Beginning uses no step-up up, so this one is no spent secret.
    world.spent.pop()
    const session = world.sessions.at(-1)
    const seed = String(begun.body['secret'])
    const before = world.seed
    world.seed = seed
    const json = { id: begun.body['id'], code: world.freshTotp() }
    const path = '/api/users/enable-2fa/confirm/'
    const answer = await world.app.post(path, json, { token: session?.access })
    if (answer.status !== 200) {
      world.seed = before
      return
    }
    const codes = answer.body['backup_codes'] as string[] | null
    if (codes) world.backupCodes = codes
    world.spend('code that confirmed an app', path, json, session?.access)
  },
  'all apps are removed': async (world) => {
    const answer = await world.act('/api/users/enable-2fa/disable/', {})
    if (answer?.status !== 204) return
    world.seed = undefined
    world.backupCodes = []
  },
  'new backup codes are made': async (world) => {
    const answer = await world.act('/api/users/backup-codes/', {})
    if (answer?.status === 200) world.backupCodes = answer.body['backup_codes'] as string[]
  },
  'the password is changed': async (world, choice) => {
    const password = `${world.account.password.slice(0, 60)} & ${choice}`
    const json = { old_password: world.account.password, new_password: password }
    const answer = await world.act('/api/auth/change-password/', json)
    if (answer?.status === 204) world.account.password = password
  },
  'the password is reset': async (world, choice) => {
    world.advance(721)
    const { email } = world.account
    await world.app.post('/api/auth/reset-password/', { email })
    const token = await nextLinkToken(world.account, 'reset-password')
    const password = `${world.account.password.slice(0, 60)} ! ${choice}`
    const factor = world.seed && { method: 'totp', code: world.freshTotp() }
    const json = { token, password, ...(factor && { second_factor: factor }) }
    // In the owner's browser: any other one would be the only known one from then on.
    const answer = await world.app.post('/api/auth/reset-password/confirm/', json, {
      cookie: world.browser,
    })
    if (answer.status !== 204) throw new Error(`reset: ${answer.text}`)
    world.account.password = password
    world.recovered()
    world.spend('link to reset the password', '/api/auth/reset-password/confirm/', json)
  },
  'the address is changed': async (world, choice) => {
    const email = `moved${choice}-${world.account.email.replace(/^moved\d+-/, '')}`
    if (email === world.account.email) return
    const answer = await world.act('/api/users/change-email/', { email })
    if (answer?.status !== 202) return
    const token = await nextLinkToken({ email }, 'confirm-email')
    const path = '/api/users/change-email/confirm/'
    const confirmed = await world.app.post(path, { token })
    if (confirmed.status !== 200) throw new Error(`change of address: ${confirmed.text}`)
    world.account.email = email
    world.spend('link to confirm an address', path, { token })
  },
  'half an hour passes': async (world) => world.advance(1801),
  'a secret is tried again': async (world, choice) => {
    const spent = world.spent[choice % Math.max(1, world.spent.length)]
    await replay(spent)
  },
}

async function replay(spent: AccountWorld['spent'][number] | undefined) {
  const answer = await spent?.again()
  if (answer && answer.status < 400) throw new Error(`used twice: ${spent?.what}`)
}

const sequence = fc.array(
  fc.record({ act: fc.constantFrom(...Object.keys(acts)), choice: fc.nat(1000) }),
  { minLength: 8, maxLength: 24 },
)

test(
  'no sequence of acts opens a session with fewer than two steps, lets a used secret work again, or locks the owner’s browser',
  {
    timeout: 300_000,
  },
  async ({ expect }) => {
    const property = fc.asyncProperty(sequence, async (steps) => {
      const world = await AccountWorld.begin()
      for (const { act, choice } of steps) {
        await acts[act]?.(world, choice)
        expect(await world.broken()).toBeUndefined()
      }
      for (const spent of world.spent) await replay(spent)
      expect(await world.broken()).toBeUndefined()
      await world.startLogin()
    })
    await fc.assert(property, { numRuns: 8, endOnFailure: true })
  },
)
