import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { findLink } from '../identity/accounts/find-link'
import { linkWith, revokeLinks } from '../identity/accounts/links'
import { sha256 } from '../platform/crypto/token'
import { pendingActs } from '../platform/db/admin-schema'
import { batch } from '../platform/db/batch'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import { endAct } from './end-acts'
import { stoppedNotices } from './stopped-notices'

const schema = z.object({ act: z.string() })

/**
 * Stops what an admin has scheduled, with the link of the mail that told of it. Works once. The
 * link names its act: whom it was mailed to need not be whom the act is about.
 */
export async function stopAct(
  deps: Pick<Deps, 'db' | 'now' | 'caller' | 'settings'>,
  token: string,
): Promise<void> {
  const { db } = deps
  const { userId: by, data, isGood } = await findLink(deps, { purpose: 'stop_act', token, schema })
  const [act] = await db
    .select({
      id: pendingActs.id,
      kind: pendingActs.kind,
      userId: pendingActs.userId,
      requestedBy: pendingActs.requestedBy,
    })
    .from(pendingActs)
    .where(sql`id = ${data.act}`)
  if (!act) throw problem('invalid_token', { reason: 'no such act' })
  const mails = await stoppedNotices(deps, act, by)
  const { stopped } = await batch(db, {
    ...endAct(deps, act, { by, mails }, isGood),
    link: revokeLinks(deps, linkWith(sha256(token))),
  })
  if (stopped.length === 0) throw problem('invalid_token', { reason: 'not waiting any more' })
}
