import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { exportUser, MOST, PAGE } from '../../../src/features/privacy/export'
import { findSession } from '../../../src/identity/credentials/find-session'
import { signedIn } from '../../support/acts'
import { startApp } from '../../support/app'

const EVENTS = 1200

/** An account of so many events, and its export of `most`. */
async function longLife() {
  const app = startApp()
  const { userId, sessionId, accessToken: token } = await signedIn(app)
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     INSERT INTO audit_events (at, event, level, user_id, request_id)
     SELECT i, 'user_updated', 'info', ?1, 'req_x' FROM n`,
  )
    .bind(userId, EVENTS)
    .run()
  const session = await findSession(app.deps(), { userId, sessionId })
  if (!session) throw new Error('no session')
  const exported = async (most: number) =>
    new Response(await exportUser(app.deps(), session, most)).json<{
      events: { id: number }[]
      next: string | null
    }>()
  return { app, token, exported }
}

test('an export of more events than it may hold has the newest, and says where the list goes on', async ({
  expect,
}) => {
  const { app, token, exported } = await longLife()
  // With the sign-in, and the export itself, which the next one has as well.
  const all = EVENTS + 2
  const whole = await exported(all)
  expect([whole.events.length, whole.next]).toEqual([all, null])
  for (const most of [all, PAGE + 1, PAGE]) {
    const { events, next } = await exported(most)
    expect(events).toHaveLength(most)
    const list = await app.send('GET', `/api/users/me/activity/?before=${String(next)}`, { token })
    const [older] = list.body['events'] as { id: number }[]
    expect(older?.id).toBe((events.at(-1)?.id ?? 0) - 1)
  }
})

test('the largest export takes fewer statements than D1 answers', ({ expect }) => {
  const BEFORE = 20
  expect(BEFORE + 2 * (MOST / PAGE)).toBeLessThan(1000)
})
