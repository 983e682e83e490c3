import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod'
import { roles, statuses } from '../db/schema'
import type { Place } from './list-users'

const place = z.union([
  z.strictObject({ createdAt: z.int(), id: z.string().max(40) }),
  z.strictObject({ emailKey: z.string().max(254) }),
])

const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,500}$/)
  .transform((text, context): Place => {
    const result = place.safeParse(parsed(Buffer.from(text, 'base64url').toString()))
    if (result.success) return result.data
    context.addIssue({ code: 'custom', message: 'must be the `next` of the page before' })
    return z.NEVER
  })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const cursorOf = (next: Place | null): string | null =>
  next && Buffer.from(JSON.stringify(next)).toString('base64url')

/**
 * What a list of accounts may be asked for. One filter at a time, since each has an index and two
 * together have none: such a list would read all accounts of the one to find the other.
 */
export const userQuery = z
  .strictObject({
    role: z.enum(roles).optional().describe('Not together with another filter'),
    status: z.enum(statuses).optional().describe('Not together with another filter'),
    email: z
      .string()
      .regex(/^[!-~]{1,254}$/, 'must be the beginning of an address, its domain in punycode')
      .transform((text) => text.toLowerCase())
      .optional()
      .describe('How the address begins; such a list is in the order of addresses'),
    order: z.enum(['newest', 'oldest']).default('newest').describe('By the day of the sign-up'),
    before: cursor.optional().describe('`next` of the page before'),
    limit: z
      .string()
      .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
      .default('50')
      .transform(Number)
      .describe('Accounts a page, 1 to 100'),
  })
  .superRefine(({ role, status, email, before }, context) => {
    if ([role, status, email].filter((filter) => filter !== undefined).length > 1) {
      context.addIssue({ code: 'custom', path: ['role'], message: 'only one filter at a time' })
    }
    // Of one that is refused already, zod shows the text.
    if (typeof before === 'object' && 'emailKey' in before !== (email !== undefined)) {
      context.addIssue({ code: 'custom', path: ['before'], message: 'is of another list' })
    }
  })

/** The condition of a filter, as its index has it. */
export function filterOf({
  role,
  status,
}: Pick<z.output<typeof userQuery>, 'role' | 'status'>): SQL | undefined {
  if (role) return sql`role = ${role}`
  return status && sql`status = ${status}`
}
