import { env } from 'cloudflare:workers'
import { test } from 'vitest'
import { sealEvents } from '../../src/audit/seal'
import { D1_LIMITS } from '../../src/platform/db/limits'
import { jobDeps } from './support'

const EVENTS = 1700
const BYTES = 32_000

test('events too large for one answer of D1 are sealed by parts, in one run', async ({
  expect,
}) => {
  const { deps } = jobDeps()
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO audit_events (at, event, level, request_id, data)
     SELECT i, 'service_event', 'info', 'req_x',
       json_object('text', hex(zeroblob(${BYTES / 2}))) FROM n`,
  )
    .bind(EVENTS)
    .run()
  expect(EVENTS * BYTES).toBeGreaterThan(D1_LIMITS.result)
  expect(await sealEvents(deps)).toEqual({ sealed: EVENTS })
})
