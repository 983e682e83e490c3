import * as z from 'zod'
import { roles, statuses } from '../platform/db/schema'
import { domainKey } from '../platform/text/email-key'
import { nameWords } from '../platform/text/name-words'
import { isPlaceOf, type Place } from './access-path'

const place = z.union([
  z.tuple([z.literal('created'), z.int(), z.string().max(64)]),
  z.tuple([z.enum(['username', 'email']), z.string().max(254)]),
  z.tuple([z.literal('name'), z.string().max(80), z.string().max(64)]),
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

/** What a place says is only a place in a list that the caller may read anyway. */
export const cursorOf = (next: string | null): string | null =>
  next && Buffer.from(next).toString('base64url')

/** What accounts are searched for; all that is given must hold. */
export const userQuery = z
  .strictObject({
    id: z
      .string()
      .regex(/^[\w-]{1,64}$/, 'must be an id')
      .optional(),
    username: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9._-]{0,29}$/, 'must be the beginning of a username')
      .toLowerCase()
      .optional()
      .describe('How the username begins'),
    email: z
      .string()
      .regex(/^[!-~]{1,254}$/, 'must be the beginning of an address, its domain in punycode')
      .toLowerCase()
      .optional()
      .describe('How the address begins'),
    name: z
      .string()
      .max(200)
      .transform(nameWords)
      .refine((words) => words.length > 0, 'must have a letter or digit')
      .optional()
      .describe('Words, each the beginning of a word of the display name'),
    domain: z
      .string()
      .max(254)
      .transform((text, context) => {
        const key = domainKey(text)
        if (key !== undefined) return key
        context.addIssue({ code: 'custom', message: 'must be the domain of an address' })
        return z.NEVER
      })
      .optional()
      .describe('The whole domain of the address'),
    role: z.enum(roles).optional(),
    status: z.enum(statuses).optional(),
    order: z
      .enum(['newest', 'oldest'])
      .default('newest')
      .describe('By the day of the sign-up. Lists by `username`, `email` or `name` have their own'),
    before: cursor.optional().describe('`next` of the page before'),
    limit: z
      .string()
      .regex(/^([1-9]\d?|100)$/, 'must be a number from 1 to 100')
      .default('50')
      .transform(Number)
      .describe('Accounts a page, 1 to 100'),
  })
  .superRefine(({ before, ...filter }, context) => {
    // Of one that is refused already, zod shows the text.
    if (typeof before === 'object' && !isPlaceOf(filter, before)) {
      context.addIssue({ code: 'custom', path: ['before'], message: 'is of another list' })
    }
  })
