import { and, eq, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../../identity/accounts/notify-owner'
import { limiterOf } from '../../identity/attempts/limiter-of'
import type { CurrentSession } from '../../identity/credentials/find-session'
import { refOf } from '../../identity/credentials/session-ref'
import { consumeStepUp, hasFreshStepUp, requireUsed } from '../../identity/credentials/step-up'
import { deviceIdOf, devicesOf } from '../../identity/sessions/list-devices'
import { recordEvent } from '../../platform/audit/record'
import { callStore } from '../../platform/call-store'
import { batch } from '../../platform/db/batch'
import { knownDevices } from '../../platform/db/session-schema'
import type { Deps } from '../../platform/deps'
import { problem } from '../../platform/problems'

/**
 * Makes one browser a stranger again, and tells the owner: its token opens no counter of its own
 * any more, so strangers can lock it out. The step-up stays, since a person cleans up several. The
 * guard first: should the database fail, the device can be seen and forgotten once more.
 */
export async function forgetDevice(deps: Deps, session: CurrentSession, id: string): Promise<void> {
  const { userId, sessionId } = refOf(session)
  const rows = await deps.db
    .select({ deviceHash: knownDevices.deviceHash, userAgent: knownDevices.userAgent })
    .from(knownDevices)
    .where(devicesOf(userId))
  const known = rows.find(({ deviceHash }) => deviceIdOf(deviceHash) === id)
  if (!known) throw problem('not_found')
  const { deviceHash, userAgent } = known
  await callStore(deps, 'guard', () => limiterOf(deps, { userId }).forgetDevice(deviceHash))
  const isMeant = and(devicesOf(userId), eq(knownDevices.deviceHash, deviceHash))
  const { forgotten } = await batch(deps.db, {
    // First, since it asks for the row.
    event: recordEvent(
      deps,
      { event: 'device_forgotten', userId, actor: userId, sessionId, data: { device: id } },
      sql`EXISTS (SELECT 1 FROM known_devices WHERE ${isMeant})`,
    ),
    forgotten: deps.db
      .delete(knownDevices)
      .where(isMeant)
      .returning({ userId: knownDevices.userId }),
  })
  if (forgotten.length === 0) return
  const data = { forgotten: userAgent, ...occasionOf(deps) }
  await notifyOwner(deps, session.user, { template: 'device_forgotten', data })
}

/**
 * Makes all browsers of an account strangers again, the one that asks included, and tells the
 * owner, whom strangers can lock out from then on. It is done in the guard once the step-up has
 * been used up; where the guard is silent then, another step-up does it.
 */
export async function forgetAllDevices(deps: Deps, session: CurrentSession): Promise<void> {
  const { userId, sessionId } = refOf(session)
  const may = hasFreshStepUp(deps, session)
  const { used } = await batch(deps.db, {
    event: recordEvent(
      deps,
      { event: 'device_forgotten', userId, actor: userId, sessionId, data: { device: 'all' } },
      may,
    ),
    devices: deps.db.delete(knownDevices).where(and(devicesOf(userId), may)),
    // Last: what is before it asks whether there is a step-up.
    used: consumeStepUp(deps, session),
  })
  requireUsed(used)
  await callStore(deps, 'guard', () => limiterOf(deps, { userId }).forgetDevice(null))
  await notifyOwner(deps, session.user, { template: 'devices_forgotten', data: occasionOf(deps) })
}
