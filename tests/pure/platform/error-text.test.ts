import { DrizzleQueryError } from 'drizzle-orm/errors'
import { describe, test } from 'vitest'
import { messageOf } from '../../../src/platform/error-text'
import { describeError, problem } from '../../../src/platform/problems'

const SECRET = 'secret@example.com'
const QUERY = 'update "users"\nset "email" = ?'
const failed = (cause?: Error) => new DrizzleQueryError(QUERY, [SECRET], cause)
const refused = new Error('D1_ERROR: overloaded')

const errors = {
  'with what the database said': failed(refused),
  'without it': failed(),
  'under another error': new Error(`again: ${failed().message}`, { cause: failed(refused) }),
  'under two others': new Error('job', { cause: new Error('item', { cause: failed() }) }),
  'as a text': failed().message,
  'as a text in an error': new Error(failed().message),
}

describe('what the log says of a query that failed', () => {
  test.for(Object.entries(errors))('%s: none of its parameters', ([, error], { expect }) => {
    expect(messageOf(error)).not.toContain(SECRET)
    expect(messageOf(error)).not.toBe('')
    if (!(error instanceof Error)) return
    const described = describeError(error)
    expect(JSON.stringify(described)).not.toContain(SECRET)
    expect(described['stack']).toMatch(/^\s+at /)
  })

  test('is what the database said, or else the statement', ({ expect }) => {
    expect(messageOf(errors['with what the database said'])).toBe('D1_ERROR: overloaded')
    expect(messageOf(errors['under two others'])).toBe(`Failed query: ${QUERY}`)
    expect(describeError(problem('not_found', { reason: 'no such user' }))).toMatchObject({
      reason: 'no such user',
      message: 'not_found',
    })
  })

  test('quotes no JSON that could not be read', ({ expect }) => {
    const parse = () => JSON.parse(`secret ${SECRET}`) as unknown
    try {
      parse()
    } catch (error) {
      expect(String(error)).toContain('secret')
      expect(messageOf(error)).toBe('SyntaxError')
    }
    expect(messageOf('x'.repeat(501))).toHaveLength(500)
    expect(messageOf(undefined)).toBe('undefined')
  })
})
