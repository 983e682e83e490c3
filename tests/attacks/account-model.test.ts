import fc from 'fast-check'
import { test } from 'vitest'
import { AccountWorld } from '../support/account-world'
import { REQUESTED } from '../support/addresses'
import { freshAddress, nextCode } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailAbout, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
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
    const begun = await world.act('/api/users/enable-2fa/', {}, { usesStepUp: false })
    if (begun?.status !== 200) return
    const session = world.sessions.at(-1)
    const added = { seed: String(begun.body['secret']), at: world.app.now().getTime() }
    const json = { id: begun.body['id'], code: world.freshTotp(added) }
    const path = '/api/users/enable-2fa/confirm/'
    const answer = await world.app.post(path, json, { token: session?.access })
    if (answer.status !== 200) return
    const codes = answer.body['backup_codes'] as string[] | null
    world.apps.push(added)
    if (codes) world.hasBackupCodes(codes)
    world.spend('code that confirmed an app', path, json, session?.access)
  },
  'all apps are removed': async (world) => {
    const answer = await world.act('/api/users/enable-2fa/disable/', {})
    if (answer?.status !== 204) return
    world.apps = []
    world.backupCodes = []
  },
  'new backup codes are made': async (world) => {
    const answer = await world.act('/api/users/backup-codes/', {})
    if (answer?.status === 200) world.hasBackupCodes(answer.body['backup_codes'] as string[])
  },
  'the password is changed': async (world, choice) => {
    const password = `${world.account.password.slice(0, 60)} & ${choice}`
    const json = { old_password: world.account.password, new_password: password }
    const answer = await world.act('/api/auth/change-password/', json)
    if (answer?.status === 204) world.account.password = password
  },
  'the password is reset': resetPassword,
  'a code is sent again': async (world, choice) => {
    const pending = world.pending[choice % Math.max(1, world.pending.length)]
    if (!pending?.methods.includes('email')) return
    world.advance(61)
    const json = { challenge: pending.challenge }
    const ip = freshAddress()
    const answer = await world.app.post('/api/auth/resend-otp/', json, { ip })
    if (answer.status === 202) pending.code = await nextCode(world.account)
  },
  'the session is confirmed by a backup code': async (world) => {
    if (world.apps.length > 0 && world.backupCodes.length > 0) await world.steppedUp('backup_code')
  },
  'all other sessions end': async (world) => {
    const session = await world.freshSession()
    if (!session) return
    const ip = freshAddress()
    const ended = await world.app.send('DELETE', '/api/auth/sessions/', {
      token: session.access,
      ip,
    })
    if (ended.status !== 200) throw new Error(`end of sessions: ${ended.text}`)
    for (const { refresh } of world.sessions.filter((other) => other !== session)) {
      const json = { refresh_token: refresh }
      world.spend('token of a session that another ended', '/api/auth/refresh/', json)
    }
    world.sessions = [session]
  },
  'the account is deleted, and kept': async (world) => {
    const deleted = await world.act('/api/users/me/', undefined, { method: 'DELETE' })
    if (deleted?.status !== 202) return
    world.sessions = []
    const { email: identifier, password } = world.account
    const refused = await world.app.post('/api/auth/login/', { identifier, password })
    if (refused.status === 200) throw new Error('a login to an account that is closing')
    await sendWaiting()
    const token = await nextLinkToken(world.account, 'keep-account')
    const kept = await world.app.post('/api/users/keep-account/', { token })
    if (kept.status !== 200) throw new Error(`kept: ${kept.text}`)
    world.spend('link to keep an account', '/api/users/keep-account/', { token })
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
    const old = world.account.email
    world.account.email = email
    world.spend('link to confirm an address', path, { token })
    if (choice % 2 === 0) await undoChange(world, old, choice)
  },
  'half an hour passes': async (world) => world.advance(1801),
  'four days pass': async (world) => world.advance(4 * 86_400),
  'a secret is tried again': async (world, choice) => {
    const spent = world.spent[choice % Math.max(1, world.spent.length)]
    await replay(spent)
  },
}

async function resetPassword(world: AccountWorld, choice: number) {
  world.advance(721)
  const { email } = world.account
  const ip = freshAddress()
  await world.app.post('/api/auth/reset-password/', { email }, { ip })
  const token = await nextLinkToken(world.account, 'reset-password')
  const password = `${world.account.password.slice(0, 60)} ! ${choice}`
  const hasOldCodes = world.backupCodes.length > 0 && !world.isYoung(world.codesAt)
  const byBackup = choice % 3 === 0 && hasOldCodes
  const method = byBackup ? 'backup_code' : 'totp'
  const { oldApp } = world
  const code = oldApp && (byBackup ? world.backupCodes.pop() : world.freshTotp(oldApp))
  const json = { token, password, ...(code && { second_factor: { method, code } }) }
  // In the owner's browser: any other one would be the only known one from then on.
  const path = '/api/auth/reset-password/confirm/'
  const answer = await world.app.post(path, json, { ip, cookie: world.browser })
  if (answer.status !== 204) throw new Error(`reset: ${answer.text}`)
  world.account.password = password
  world.recovered()
  world.loseYoung()
  world.spend('link to reset the password', path, json)
  if (code) await world.giveUsedCode(method, code)
}

/**
 * The owner says that a change of address was not their act: all stops until the password is reset.
 */
async function undoChange(world: AccountWorld, email: string, choice: number) {
  const token = tokenIn(await mailAbout(email, REQUESTED))
  const answer = await world.app.post('/api/auth/not-me/', { token })
  if (answer.status !== 200) throw new Error(`not me: ${answer.text}`)
  world.account.email = email
  world.sessions = []
  world.loseYoung()
  const { password } = world.account
  const refused = await world.app.post('/api/auth/login/', { identifier: email, password })
  if (refused.status === 200) throw new Error('a login to a frozen account')
  world.spend('link that undid a change', '/api/auth/not-me/', { token })
  await resetPassword(world, choice)
}

async function replay(spent: AccountWorld['spent'][number] | undefined) {
  const answer = await spent?.again()
  if (answer && answer.status < 400) throw new Error(`used twice: ${spent?.what}`)
}

const sequence = fc.array(
  fc.record({ act: fc.constantFrom(...Object.keys(acts)), choice: fc.nat(1000) }),
  { minLength: 8, maxLength: many(24) },
)

/** Runs first, every time: each act where it matters, and what a few random runs may miss. */
const always = [
  'a stranger guesses until locked out',
  'the owner logs in',
  'somebody finishes a login with no right code',
  'the owner enters the password only',
  'somebody finishes a login with no right code',
  'a code is sent again',
  'the owner finishes an old login',
  'all other sessions end',
  'the password is changed',
  'half an hour passes',
  'the address is changed',
  'the owner logs in',
  'an app is set up',
  'half an hour passes',
  'the owner logs in',
  'the owner uses a backup code',
  'the session is confirmed by a backup code',
  'new backup codes are made',
  'the account is deleted, and kept',
  'the owner logs in',
  'the session is refreshed',
  'the session ends',
  'four days pass',
  'the password is reset',
  'the owner logs in',
  'an app is set up',
  'the password is reset',
  'half an hour passes',
  'the owner logs in',
  'all apps are removed',
  'the owner logs in',
].map((act) => ({ act, choice: 0 }))

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
    await fc.assert(property, { numRuns: many(8), examples: [[always]], endOnFailure: true })
  },
)
