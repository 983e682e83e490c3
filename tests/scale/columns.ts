/** Accounts; of each table that grows with them about as many rows. */
export const USERS = 100_000
export const PENDING = 10_000
/** When the database was filled. */
export const FILLED_AT = Date.now()
export const MINUTE = 60_000
const DAY = 86_400_000
export const ago = (days: number) => FILLED_AT - days * DAY

/** The key of `SEALING_KEYS` that all boxes are sealed with, but for those that a test makes. */
export const RING_KEY = 'scale'

/** The id of the account with a number, spread as random ids are. */
export const idOf = (number: string, prefix = 'usr', length = 21) =>
  `('${prefix}_' || substr('-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz',
    ${number} % 64 + 1, 1) || printf('%0${length}d', ${number}))`
export const USER = idOf('i')
export const hashOf = (number: string) => idOf(number, '', 40)
/** A value by the number of the row, from each in turn. */
export const oneOf = (...values: readonly string[]) =>
  `CASE i % ${values.length} ${values.map((value, at) => `WHEN ${at} THEN ${value}`).join(' ')} END`
export const text = (...values: readonly string[]) => oneOf(...values.map((value) => `'${value}'`))

/** Which rows a table is filled with: of numbers from 0, and what stands in each column. */
export type Filler = Readonly<{
  rows: number
  columns: Readonly<Record<string, string>>
}>
