import type { AccountGuard } from '../../src/identity/attempts/limiter/account-guard'
import type { IpLimiter } from '../../src/platform/http/ip-limiter'

// The calls of a login to its stores, in the same order and of about the same size, with nothing
// done between them. Locally the stores run in the same process as the Worker, so their work is in
// its CPU time; in production it is not. With this it can be told apart.

export type Stores = Readonly<{
  DB: D1Database
  KV: KVNamespace
  MAIL: Queue<string>
  IP_LIMITER: DurableObjectNamespace<IpLimiter>
  ACCOUNT_GUARD: DurableObjectNamespace<AccountGuard>
}>

const SEALED_MAIL_CHARACTERS = 2770
const CHALLENGE_CHARACTERS = 300
const CHALLENGE_SECONDS = 300

const quotas = [
  { limit: 30, seconds: 60 },
  { limit: 300, seconds: 3600 },
]

/** One address after the other, so that no limiter ever refuses. */
let requests = 0

const take = ({ IP_LIMITER }: Stores, name: string) => {
  requests += 1
  const network = `10.1.${(requests >> 13) & 255}.${(requests >> 5) & 255}`
  const limiter = IP_LIMITER.getByName(`${name}|${network}`)
  return limiter.take({ counted: [{ name: network, times: 1 }], quotas, now: Date.now() })
}

/** The count of an API key. */
export const keyCall = ({ IP_LIMITER }: Stores, id: string) => {
  const counted = [{ name: id, times: 1 }]
  const limiter = IP_LIMITER.getByName(`key|${id}`)
  return limiter.take({ counted, quotas: [KEY_QUOTA], now: Date.now() })
}
const KEY_QUOTA = { limit: 1000, seconds: 60 }

const auditEvent = ({ DB }: Stores, event: string, userId: string) =>
  DB.prepare(
    `INSERT INTO audit_events (at, event, level, user_id, actor, ip, user_agent, request_id)
     VALUES (?1, ?2, 'info', ?3, ?3, '10.0.0.1', 'bench', ?4)`,
  ).bind(Date.now(), event, userId, crypto.randomUUID())

/** The first step. Returns the challenge of the second. */
export async function firstStepCalls(stores: Stores, userId: string): Promise<string> {
  const { DB, KV, MAIL, ACCOUNT_GUARD } = stores
  await take(stores, 'login')
  await Promise.all([
    KV.get(`lock:${userId}`),
    DB.prepare('SELECT * FROM users WHERE id = ?').bind(userId).all(),
  ])
  using reservation = await ACCOUNT_GUARD.getByName(userId).reservePassword({
    device: null,
    isKnown: true,
    now: Date.now(),
  })
  await reservation.attempt?.succeed(true)
  await DB.batch([auditEvent(stores, 'authn_password_success', userId)])
  const challenge = crypto.randomUUID()
  await Promise.all([
    KV.put(`otp:${challenge}`, 'x'.repeat(CHALLENGE_CHARACTERS), {
      expirationTtl: CHALLENGE_SECONDS,
    }),
    MAIL.send('x'.repeat(SEALED_MAIL_CHARACTERS), { contentType: 'text' }),
  ])
  return challenge
}

/** The second step: the session and all that goes with it in one batch. */
export async function secondStepCalls(
  stores: Stores,
  userId: string,
  challenge: string,
): Promise<void> {
  const { DB, KV, ACCOUNT_GUARD } = stores
  await take(stores, 'codes')
  await KV.get(`otp:${challenge}`)
  const now = Date.now()
  const expiresAt = now + CHALLENGE_SECONDS * 1000
  const guard = ACCOUNT_GUARD.getByName(userId)
  using reservation = await guard.reserveCode({
    challenge: { id: challenge, sentAt: now, expiresAt },
    method: 'email',
    device: 'bench',
    now,
  })
  await reservation.attempt?.succeed({})
  await DB.batch([
    DB.prepare('SELECT count(*) AS known FROM known_devices WHERE user_id = ?').bind(userId),
    DB.prepare(
      `INSERT INTO sessions (id, user_id, transport, secret_hash, first_factor, second_factor,
         auth_time, created_at, last_used_at, expires_at, ip)
       SELECT ?1, id, 'bearer', ?1, 'pwd', 'email', ?2, ?2, ?2, ?3, '10.0.0.1'
       FROM users WHERE id = ?4 AND status = 'active'`,
    ).bind(crypto.randomUUID(), now, expiresAt, userId),
    DB.prepare('UPDATE users SET last_login_at = ? WHERE id = ?').bind(now, userId),
    DB.prepare(
      `INSERT INTO known_devices (user_id, device_hash, first_seen_at, last_seen_at)
       VALUES (?1, 'bench', ?2, ?2) ON CONFLICT DO UPDATE SET last_seen_at = ?2`,
    ).bind(userId, now),
    auditEvent(stores, 'authn_login_success', userId),
    DB.prepare('SELECT email, locale FROM users WHERE id = ?').bind(userId),
  ])
  const login = { device: 'bench', epoch: 0 }
  if (!reservation.isKnownDevice) await guard.remember(login, now)
}
