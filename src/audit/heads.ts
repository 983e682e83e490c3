import { desc } from 'drizzle-orm'
import type { Deps } from '../context'
import { auditHeads } from '../db/audit-schema'
import { reach } from '../reach'

/** The newest signed head; `undefined` before the first event was sealed. */
export async function newestHead({ db }: Pick<Deps, 'db'>) {
  return reach('database', () =>
    db.select().from(auditHeads).orderBy(desc(auditHeads.size)).limit(1).get(),
  )
}
