// From sign-up to a session, beside `npm run dev`: `npm exec node examples/sign-up-to-session.ts`
import { parseResponse, phantomSecurity } from 'phantom-security/client'
import { mailed } from './mailed.ts'

const { api } = phantomSecurity(process.env['API'] ?? 'http://127.0.0.1:8787')
const email = `ada-${Date.now()}@example.com`
const password = 'violet kettle walks home'

await parseResponse(api.users.create.$post({ json: { email, password } }))
const token = await mailed(email, /#token=([\w-]+)/)
await parseResponse(api.auth['verify-email'].$post({ json: { token } }))

const first = { identifier: email, password }
const { challenge } = await parseResponse(api.auth.login.$post({ json: first }))
const second = { challenge, method: 'email', code: await mailed(email, /\b(\d{6})\b/) } as const
const session = await parseResponse(api.auth['verify-2fa'].$post({ json: second }))

if (!('access_token' in session)) throw new Error('that was a cookie')
const headers = { Authorization: `Bearer ${session.access_token}` }
console.log(JSON.stringify(await parseResponse(api.users.me.$get({}, { headers }))))
