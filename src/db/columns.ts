import { integer } from 'drizzle-orm/sqlite-core'

/** Milliseconds since 1970, a `Date` in TypeScript. */
export const time = (name: string) => integer(name, { mode: 'timestamp_ms' })
