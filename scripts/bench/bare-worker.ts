import { Hono } from 'hono'
import { importJWK, jwtVerify, SignJWT } from 'jose'
import { publicJwk, signingKeysSchema } from '../../src/platform/crypto/jwt'
import { verifyPassword } from '../../src/platform/crypto/password-hash'
import { type Keyring, parseKeyring } from '../../src/platform/crypto/keyring'
import { firstStepCalls, keyCall, secondStepCalls, type Stores } from './store-calls'

export { AccountGuard } from '../../src/identity/attempts/limiter/account-guard'
export { IpLimiter } from '../../src/platform/http/ip-limiter'
export { MailBudget } from '../../src/platform/email/budget/mail-budget'

// What an application would write that does only the work which cannot be left out, and nothing for
// safety: no limits, no validation, no headers, no audit. The bindings are the same as ours.

type BareEnv = Stores & { PASSWORD_PEPPER: string; SIGNING_KEYS: string }
type User = { id: string; email: string; role: string; password_hash: string }

let keys: Promise<{ verify: CryptoKey; sign: CryptoKey }> | undefined
let peppers: Keyring | undefined

const app = new Hono<{ Bindings: BareEnv }>()

app.get('/hello', (c) => c.json({ status: 'ok' }))

app.get('/bare-cookie', async (c) => {
  const id = c.req.header('Cookie')?.slice('session='.length) ?? ''
  const user = await c.env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first<User>()
  return user ? c.json({ id: user.id, email: user.email }) : c.json({}, 401)
})

app.get('/bare-bearer', async (c) => {
  const token = c.req.header('Authorization')?.slice('Bearer '.length) ?? ''
  keys ??= importKeys(c.env)
  const { payload } = await jwtVerify(token, (await keys).verify)
  const { sub = '' } = payload
  const user = await c.env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(sub).first<User>()
  return user ? c.json({ id: user.id, email: user.email }) : c.json({}, 401)
})

const findByKey = async (env: BareEnv, id: string) => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(id))
  const user = await env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first<User>()
  return { hash: hash.byteLength, id: user?.id }
}

app.post('/bare-key', async (c) => {
  const { id } = await c.req.json<{ id: string }>()
  return c.json(await findByKey(c.env, id))
})

app.post('/stores-key', async (c) => {
  const { id } = await c.req.json<{ id: string }>()
  await keyCall(c.env, id)
  return c.json(await findByKey(c.env, id))
})

app.post('/bare-refresh', async (c) => {
  const { id } = await c.req.json<{ id: string }>()
  const user = await c.env.DB.prepare('SELECT * FROM users WHERE id = ?').bind(id).first<User>()
  if (!user) return c.json({}, 401)
  await c.env.DB.prepare('UPDATE users SET last_login_at = ? WHERE id = ?')
    .bind(Date.now(), id)
    .run()
  return c.json({ access_token: await sign(c.env, user.id) })
})

/** Of a login, only the password hash: the same function, called in the same way. */
app.post('/bare-hash', async (c) => {
  const { password, stored } = await c.req.json<{ password: string; stored: string }>()
  return c.json(await verifyPassword(peppersOf(c.env), password, stored))
})

app.post('/bare-login', async (c) => {
  const { email, password } = await c.req.json<{ email: string; password: string }>()
  const user = await c.env.DB.prepare('SELECT * FROM users WHERE email_key = ?')
    .bind(email)
    .first<User>()
  const check = await verifyPassword(peppersOf(c.env), password, user?.password_hash ?? '')
  if (!user || !check.matches) return c.json({}, 401)
  await c.env.DB.prepare('INSERT INTO bare_sessions VALUES (?, ?, ?)')
    .bind(crypto.randomUUID(), user.id, Date.now())
    .run()
  return c.json({ access_token: await sign(c.env, user.id) })
})

app.post('/stores-1', async (c) => {
  const { id } = await c.req.json<{ id: string }>()
  return c.json({ challenge: await firstStepCalls(c.env, id) })
})

app.post('/stores-2', async (c) => {
  const { id, challenge } = await c.req.json<{ id: string; challenge: string }>()
  await secondStepCalls(c.env, id, challenge)
  return c.json({})
})

const peppersOf = ({ PASSWORD_PEPPER }: BareEnv): Keyring => {
  peppers ??= parseKeyring(PASSWORD_PEPPER)
  if (!peppers) throw new TypeError('PASSWORD_PEPPER')
  return peppers
}

async function importKeys({ SIGNING_KEYS }: BareEnv) {
  const [key] = signingKeysSchema.parse(JSON.parse(SIGNING_KEYS))
  const sign = await importJWK(key, 'ES256')
  const verify = await importJWK(publicJwk(key), 'ES256')
  if (sign instanceof Uint8Array || verify instanceof Uint8Array) throw new TypeError('not ES256')
  return { sign, verify }
}

async function sign(env: BareEnv, subject: string): Promise<string> {
  keys ??= importKeys(env)
  return new SignJWT({ sub: subject })
    .setProtectedHeader({ alg: 'ES256' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign((await keys).sign)
}

export default app
