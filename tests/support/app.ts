import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import { SYSTEM } from '../../src/platform/caller'
import type { Role } from '../../src/platform/db/schema'
import { createDeps, type Deps } from '../../src/platform/deps'
import { DEVICE_COOKIE } from '../../src/platform/http/cookies'
import { type Account, insertAccount } from './accounts'
import { checkAnswer } from './contract'
import { codeIn, nextMail, tokenIn } from './mailbox'
import { inTests, ownWatchers } from './test-deps'

export type { Account } from './accounts'

export const ORIGIN = 'https://auth.phantom.test'

export type Answer = {
  status: number
  headers: Headers
  text: string
  /** The parsed body; `{}` for an empty one. Tests name the fields that they expect. */
  body: Record<string, unknown> & Partial<Record<TextField, string>>
}
type TextField =
  | 'challenge'
  | 'access_token'
  | 'refresh_token'
  | 'session_id'
  | 'status'
  | 'code'
  | 'type'

export type SendOptions = {
  json?: unknown
  /** A body that is not JSON, or JSON that no serialiser would write. */
  raw?: BodyInit
  token?: string | undefined
  cookie?: string | undefined
  headers?: Record<string, string>
  ip?: string
  /** Called when there is an answer, before what goes on after it. */
  onAnswer?: () => void
}

let apps = 0

/**
 * The service with a clock, a network address and accounts of its own, since the tests of a file
 * share their storage. The stores are real; a hash is cheap, and mails are read as the queue takes
 * them (docs/testing.md).
 */
export function startApp(fault: (deps: Deps) => Deps = (deps) => deps) {
  apps += 1
  const id = `${Date.now().toString(36)}${apps}${crypto.randomUUID().slice(0, 6)}`
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3))
  const address = `10.${a}.${b}.${c}`
  let offsetMs = 0
  const now = () => new Date(Date.now() + offsetMs)
  const prepared = (deps: Deps) => inTests({ ...deps, now, ...ownWatchers(deps, id) }, fault)
  const app = createApp(prepared)
  /** The service's settings, caller and clock with stores that work, for what a test arranges. */
  const deps = (): Deps => {
    const caller = { ...SYSTEM, ip: address, requestId: 'req_test' }
    const given = { ...createDeps(env, () => {}, caller), now }
    const { settings, passwordCost, caller: changed, now: clock } = prepared(given)
    const own = ownWatchers(given, id)
    const kept = { ...given, ...own, settings, caller: changed, now: clock }
    return inTests(kept, (ours) => ({ ...ours, passwordCost }))
  }
  let accounts = 0

  async function send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const headers = new Headers({ 'CF-Connecting-IP': options.ip ?? address })
    if (options.json !== undefined) headers.set('Content-Type', 'application/json')
    if (options.token !== undefined) headers.set('Authorization', `Bearer ${options.token}`)
    if (options.cookie !== undefined) headers.set('Cookie', options.cookie)
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    const body = options.json === undefined ? (options.raw ?? null) : JSON.stringify(options.json)
    const request = new Request(`${ORIGIN}${path}`, { method, headers, body })
    const ctx = createExecutionContext()
    const response = await app.fetch(request, env, ctx)
    options.onAnswer?.()
    const text = await response.text()
    await waitOnExecutionContext(ctx)
    const type = response.headers.get('Content-Type') ?? ''
    const isJson = text !== '' && /\bjson\b/.test(type)
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Answer['body']) : {},
    }
    checkAnswer(method, path, answer)
    return answer
  }

  const post = (path: string, json: unknown, options: SendOptions = {}) =>
    send('POST', path, { ...options, json })

  /** Credentials that nobody has yet. */
  function newAccount(): Account {
    accounts += 1
    const name = `u${id}n${accounts}`
    return {
      email: `${name}@example.com`,
      username: name.slice(0, 30),
      password: `correct horse ${id} battery ${accounts}`,
    }
  }

  /** An account whose address is confirmed, stored without a request or a mail. */
  async function hasAccount({
    role = 'customer',
  }: { role?: Role | undefined } = {}): Promise<Account> {
    const account = newAccount()
    await insertAccount(deps(), account, role)
    return account
  }

  /** Signs up over HTTP and confirms the address with the mailed link. */
  async function signUp(extra: Record<string, unknown> = {}): Promise<Account> {
    const account = newAccount()
    const ip = freshAddress()
    const created = await post('/api/users/create/', { ...account, ...extra }, { ip })
    if (created.status !== 202) throw new Error(`sign-up: ${created.text}`)
    const token = tokenIn(await nextMail(account.email))
    const verified = await post('/api/auth/verify-email/', { token }, { ip })
    if (verified.status !== 200) throw new Error(`verification: ${verified.text}`)
    return account
  }

  /** The first step with the right password. */
  async function startLogin(
    account: Account,
    extra: Record<string, unknown> = {},
    options: SendOptions = {},
  ) {
    const { email: identifier, password } = account
    const started = await post('/api/auth/login/', { identifier, password, ...extra }, options)
    if (started.status !== 200) throw new Error(`login: ${started.status} ${started.text}`)
    return started.body.challenge ?? ''
  }

  /** Both steps, the code read from the mail. */
  async function signIn(
    account: Account,
    extra: Record<string, unknown> = {},
    options: SendOptions = {},
  ) {
    const challenge = await startLogin(account, extra, options)
    const code = await nextCode(account)
    const finish = { challenge, method: 'email', code }
    const opened = await post('/api/auth/verify-2fa/', finish, options)
    if (opened.status !== 200) throw new Error(`verify-2fa: ${opened.status} ${opened.text}`)
    return sessionIn(opened)
  }

  return {
    id,
    address,
    now,
    advance: (seconds: number) => {
      offsetMs += seconds * 1000
    },
    send,
    post,
    newAccount,
    deps,
    hasAccount,
    signUp,
    startLogin,
    signIn,
  }
}

/** What the answer of a finished login holds. */
export function sessionIn(opened: Answer) {
  const cookies = opened.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  const token = opened.body['device_token']
  return {
    accessToken: opened.body.access_token ?? '',
    refreshToken: opened.body.refresh_token ?? '',
    sessionId: opened.body.session_id ?? '',
    sessionCookie: cookies.find((cookie) => cookie.startsWith('__Host-phantom_session=')),
    /** As a browser would send it, whichever way it came. */
    deviceCookie:
      typeof token === 'string'
        ? `${DEVICE_COOKIE}=${token}`
        : cookies.find((cookie) => cookie.startsWith(`${DEVICE_COOKIE}=`)),
    opened,
  }
}

/** The code in the next unread mail to an account, skipping mails without one (warnings). */
export async function nextCode(account: Account): Promise<string> {
  for (;;) {
    const mail = await nextMail(account.email)
    if (/\b\d{6}\b/.test(mail.text) && /code/i.test(mail.subject)) return codeIn(mail)
  }
}

/** A network address that no other test has used. */
export function freshAddress(): string {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3))
  return `11.${a}.${b}.${c}`
}
