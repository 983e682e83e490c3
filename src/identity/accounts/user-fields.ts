import { users } from '../../platform/db/schema'

type Column = keyof typeof users.$inferSelect
type Reader = 'owner' | 'admin'
/**
 * `owner` and `admin` by a field of a body; `proof` by a link that was mailed; the service in all
 * other cases.
 */
type Writer = Reader | 'proof' | 'service'

type FieldRule = Readonly<{ seenBy: readonly Reader[]; setBy: readonly Writer[] }>

const EVERYONE = ['owner', 'admin'] as const

/**
 * Who sees and who sets which field of an account. A column that has no row here does not compile,
 * and what nobody is named for nobody gets: hashes and counters leave the service by no route.
 */
export const userFields = {
  id: { seenBy: EVERYONE, setBy: ['service'] },
  email: { seenBy: EVERYONE, setBy: ['proof'] },
  emailKey: { seenBy: [], setBy: ['service'] },
  username: { seenBy: EVERYONE, setBy: ['owner'] },
  usernameKey: { seenBy: [], setBy: ['service'] },
  displayName: { seenBy: EVERYONE, setBy: ['owner'] },
  locale: { seenBy: EVERYONE, setBy: ['owner'] },
  role: { seenBy: EVERYONE, setBy: ['admin'] },
  status: { seenBy: ['admin'], setBy: ['service'] },
  passwordHash: { seenBy: [], setBy: ['service'] },
  securityEpoch: { seenBy: [], setBy: ['service'] },
  emailVerifiedAt: { seenBy: EVERYONE, setBy: ['service'] },
  lastLoginAt: { seenBy: EVERYONE, setBy: ['service'] },
  createdAt: { seenBy: EVERYONE, setBy: ['service'] },
  notificationEmail: { seenBy: EVERYONE, setBy: ['proof'] },
  frozenAt: { seenBy: ['admin'], setBy: ['service'] },
  erasureDueAt: { seenBy: ['admin'], setBy: ['service'] },
  recoveredEpoch: { seenBy: [], setBy: ['service'] },
  recoveredDevice: { seenBy: [], setBy: ['service'] },
} as const satisfies Record<Column, FieldRule>

type SeenBy<R extends Reader> = {
  [C in Column]: R extends (typeof userFields)[C]['seenBy'][number] ? C : never
}[Column]

const isSeenBy =
  <R extends Reader>(reader: R) =>
  (column: Column): column is SeenBy<R> =>
    userFields[column].seenBy.some((name) => name === reader)

/** The columns that a query for this reader selects: what they may not see is not even read. */
export const columnsFor = <R extends Reader>(reader: R) =>
  Object.fromEntries(
    (Object.keys(userFields) as Column[])
      .filter(isSeenBy(reader))
      .map((column) => [column, users[column]]),
  ) as { [C in SeenBy<R>]: (typeof users)[C] }
