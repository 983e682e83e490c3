import type { z } from 'zod'
import { jsonSchema } from '../../src/features/docs/openapi-answers'
import { FILLED_AT } from './columns'

export type Query = Readonly<Record<string, string>>

const daysAgo = (days: number) => new Date(FILLED_AT - days * 86_400_000).toISOString()
/** So that an export is of few events. */
export const recent = { from: daysAgo(2) }

const SOMEONE = `usr_-${'0'.repeat(21)}`

/** What each parameter is asked with: what many rows have, what one has, and what none has. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  user: [SOMEONE, 'usr_nobody'],
  actor: [SOMEONE, 'usr_nobody', 'system'],
  event: ['authn_login_success', 'user_erased'],
  ip: ['192.0.2.7', '192.0.2.8'],
  country: ['DE', 'FR'],
  from: [daysAgo(60), daysAgo(0.01), daysAgo(-9)],
  to: [daysAgo(60), daysAgo(79.9), daysAgo(99)],
  after: ['49000'],
  size: ['40000'],
  first: ['1'],
  second: ['40000'],
  id: [SOMEONE, 'usr_nobody'],
  username: ['u00', 'u0050000', 'zz'],
  email: ['m00', 'm0050000', 'zz'],
  name: ['love', 'lovelace lovely', 'n0050000', 'love n005', 'zz'],
  domain: ['d7.example', 'nowhere.example'],
  limit: ['1', '100'],
}

/** One query for each parameter and value, and one without any. */
export function queriesOf(schema: z.ZodObject | undefined): readonly Query[] {
  const { properties = {} } = schema ? jsonSchema(schema, 'input') : {}
  const queries = Object.entries(properties).flatMap(([name, property]) => {
    // Where a page begins is known by the one before.
    if (name === 'before') return []
    const values = VALUES[name] ?? (typeof property === 'object' && property.enum)
    if (!values) throw new Error(`${name}: name values of it in scale/queries.ts`)
    return values.map((value): Query => ({ [name]: String(value) }))
  })
  return [{}, ...queries]
}
