import { type Account, PASSWORD } from './accounts.ts'
import { type Call, expectJson, type Send } from './client.ts'

/** The codes that were mailed, and those who wait for one. */
export function createMailbox() {
  const codes = new Map<string, string[]>()
  const waiting = new Map<string, (code: string) => void>()
  return {
    deliver(to: string, code: string) {
      const resolve = waiting.get(to)
      if (resolve) waiting.delete(to)
      else codes.set(to, [...(codes.get(to) ?? []), code])
      resolve?.(code)
    },
    nextCode(to: string): Promise<string> {
      const [code, ...rest] = codes.get(to) ?? []
      codes.set(to, rest)
      if (code !== undefined) return Promise.resolve(code)
      return new Promise((resolve) => waiting.set(to, resolve))
    },
  }
}

export type Mailbox = ReturnType<typeof createMailbox>

/**
 * Network addresses, a new one before the old one has used up the smallest quota of a minute. So no
 * limit is changed, and most requests meet a limiter that exists already, as they would in
 * production.
 */
function addresses() {
  let requests = 0
  return () => {
    requests += 1
    const number = Math.floor(requests / REQUESTS_PER_ADDRESS)
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`
  }
}

/** Under 30, the limit of `login` and `verify-2fa` by the minute. */
const REQUESTS_PER_ADDRESS = 25

export type Session = {
  accessToken: string
  refreshToken: string
  cookie: string
}

/** A client of the service, as an app on a device that has been here before. */
export function phantomClient(send: Send, mailbox: Mailbox) {
  const ips = { login: addresses(), codes: addresses(), refresh: addresses() }
  const devices = new Map<string, string>()
  let failures = 0

  const post = (limit: keyof typeof ips, path: string, json: unknown, cookie?: string) =>
    send({
      method: 'POST',
      path,
      json,
      headers: {
        'CF-Connecting-IP': ips[limit](),
        'Sec-Fetch-Site': 'same-origin',
        'User-Agent': USER_AGENT,
        ...(cookie !== undefined && { Cookie: cookie }),
      },
    })

  /** Both steps of a login, with the code from the mail. */
  async function logIn(
    { email }: Account,
    transport: 'bearer' | 'cookie' = 'bearer',
  ): Promise<Session> {
    const body = { identifier: email, password: PASSWORD, transport }
    const started = await post('login', '/api/auth/login/', body, devices.get(email))
    const { challenge } = expectJson(started, 200)
    const code = await mailbox.nextCode(email)
    const finish = { challenge, method: 'email', code }
    const opened = await post('codes', '/api/auth/verify-2fa/', finish, devices.get(email))
    const tokens = expectJson(opened, 200)
    const cookies = opened.cookies.map((cookie) => cookie.split(';')[0] ?? '')
    const device = cookies.find((cookie) => cookie.startsWith('__Host-phantom_device='))
    if (device !== undefined) devices.set(email, device)
    return {
      accessToken: tokens['access_token'] ?? '',
      refreshToken: tokens['refresh_token'] ?? '',
      cookie: cookies.find((cookie) => cookie.startsWith('__Host-phantom_session=')) ?? '',
    }
  }

  return {
    logIn,

    async failToLogIn({ email }: Account): Promise<void> {
      // One password on many accounts is a spray, which puts its network out.
      failures += 1
      const body = { identifier: email, password: `not the password of anyone ${failures}` }
      expectJson(await post('login', '/api/auth/login/', body, devices.get(email)), 401)
    },

    /** Exchanges the refresh token of a session, which then holds the next one. */
    async refresh(session: Session): Promise<void> {
      const body = { refresh_token: session.refreshToken }
      const tokens = expectJson(await post('refresh', '/api/auth/refresh/', body), 200)
      session.refreshToken = tokens['refresh_token'] ?? ''
    },

    readByBearer: ({ accessToken }: Session) =>
      get('/api/users/me/', { Authorization: `Bearer ${accessToken}` }),

    readByCookie: ({ cookie }: Session) => get('/api/users/me/', { Cookie: cookie }),

    /** What a server of the platform asks of a key that was presented to it. */
    async verifyKey(key: string): Promise<void> {
      const headers = { 'CF-Connecting-IP': '10.0.0.1', 'X-API-Key': key }
      const json = { scope: 'orders:read' }
      const call = { method: 'POST', path: '/api/api-keys/verify/', json, headers } as const
      expectJson(await send(call), 200)
    },

    /** An answer that asks no store: what every request pays. */
    hello: () => get('/.well-known/jwks.json'),
  }

  async function get(path: string, headers: Call['headers'] = {}): Promise<void> {
    const always = { 'CF-Connecting-IP': '10.0.0.1', 'User-Agent': USER_AGENT }
    expectJson(await send({ method: 'GET', path, headers: { ...always, ...headers } }), 200)
  }
}

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36'
