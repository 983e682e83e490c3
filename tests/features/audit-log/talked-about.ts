import { recordServiceEvent, serviceEvent } from '../../../src/features/rpc/service-event'
import { addTotp, type App } from '../../support/acts'
import { act, hasAdmin, tokenFor } from '../../support/admins'
import { freshAddress } from '../../support/app'
import { createKey, setMerchant } from '../api-keys/support'
import { bytes, change, decide, hasMerchant, PROFILE, submit, upload } from '../merchants/support'
import { sql } from './support'

/** Stands in each text about the person who is erased, whoever says it. */
export const CANARY = 'Zanzibar'

const requireOk = <A extends { status: number; text: string }>(answer: A): A => {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}

/** A merchant of whom everybody has said something, and who has said something everywhere. */
export async function talkedAbout(app: App) {
  const [admin, second] = [await hasAdmin(app), await hasAdmin(app)]
  const merchant = await hasMerchant(app)
  const { id } = merchant
  const headers = { 'User-Agent': `${CANARY} browser` }
  const by = { token: merchant.token, ip: freshAddress(), headers }
  const names = { display_name: `Ada ${CANARY}`, username: `${CANARY}-${app.id}`.slice(0, 30) }
  requireOk(await app.send('PUT', '/api/users/update/', { json: names, ...by }))
  await addTotp(app, merchant.token, `${CANARY} phone`)
  const email = `${CANARY}-${app.id}@example.com`
  requireOk(await app.post('/api/users/notification-email/', { email }, await stepped(app, id)))
  requireOk(await app.post('/api/users/change-email/', { email }, await stepped(app, id)))
  await app.post('/api/auth/login/', { identifier: names.username, password: 'wrong' }, by)

  const profile = {
    ...PROFILE,
    legal_name: `${CANARY} B.V.`,
    trading_name: `${CANARY} shop`,
    address: `${CANARY} street 1`,
    contact_name: `Ada ${CANARY}`,
    website: `https://${CANARY.toLowerCase()}.example.com`,
  }
  const on = await stepped(app, id)
  requireOk(await change(app, on, { version: 0, ...profile }))
  const body = bytes(`%PDF-1.7\n${CANARY}\n%%EOF\n`)
  const stored = requireOk(await upload(app, on, { name: `${CANARY}.pdf`, body }))
  requireOk(await submit(app, on, 1))
  for (const [version, decision] of [
    [2, 'request-changes'],
    [3, undefined],
    [4, 'reject'],
  ] as const) {
    const reviewer = await stepped(app, admin.id)
    if (decision === undefined) requireOk(await submit(app, on, version))
    else requireOk(await decide(app, reviewer, id, decision, version, `${CANARY} lied`))
  }
  await setMerchant(id, 'approved')
  const key = await createKey(app, (await stepped(app, id)).token, { name: `${CANARY} key` })
  requireOk(key)

  const reason = `Ada ${CANARY}, +31 6 1234 5678`
  for (const path of ['unlock', 'end-sessions', 'reset-password', 'remove-factors'])
    requireOk(await act(app, admin, `${id}/${path}`, { reason }))
  const asked = await act(app, admin, id, { role: 'admin', reason }, 'PATCH')
  requireOk(asked)
  await approveLast(app, second, id)
  requireOk(await act(app, admin, id, { role: 'customer', reason }, 'PATCH'))
  await approveLast(app, second, id)
  requireOk(await act(app, admin, id, { role: 'merchant', reason }, 'PATCH'))
  requireOk(await act(app, admin, `${id}/disable`, { reason }))
  requireOk(await act(app, admin, `${id}/enable`, { reason }))
  for (const alert of [true, false]) {
    const data = { note: `${CANARY} paid twice`, order: 7 }
    const event = serviceEvent.parse({ name: 'order_refunded', user_id: id, alert, data })
    await recordServiceEvent(app.deps(), 'orders', event)
  }
  const hash = Buffer.from(String(stored.body['sha256']), 'hex').toString('base64url')
  return { id, hash }
}

async function approveLast(app: App, { id: adminId }: { id: string }, userId: string) {
  const [waits] = await sql<{ id: string }>(
    `SELECT id FROM pending_acts WHERE user_id = ? AND state = 'waiting' ORDER BY created_at DESC`,
    userId,
  )
  const on = await stepped(app, adminId)
  requireOk(await app.send('POST', `/api/admin/acts/${waits?.id}/approve/`, on))
}

const stepped = async (app: App, id: string) => ({
  token: await tokenFor(app, { id }),
  ip: freshAddress(),
})
