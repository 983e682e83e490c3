import type { z } from 'zod'
import type { FieldError } from '../problems'
import { jsonPointer } from './json-pointer'

/** Enough to mend a form by; a body can hold thousands of faults. */
const MAX_FIELD_ERRORS = 20

/** What a schema found, one entry a field. A value is never repeated: it may be a password. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = issues.flatMap((issue): FieldError[] => {
    if (issue.code !== 'unrecognized_keys') {
      return [{ pointer: jsonPointer(issue.path), detail: issue.message }]
    }
    return issue.keys.map((key) => ({
      pointer: jsonPointer([...issue.path, key]),
      detail: issue.message,
    }))
  })
  // A value of another type may fail the checks of the right one as well.
  const seen = new Set<string>()
  return errors
    .filter(({ pointer }) => !seen.has(pointer) && seen.add(pointer))
    .slice(0, MAX_FIELD_ERRORS)
}

/** The words for what a schema finds, unless the schema brings its own. */
export function inPlainWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${withArticle(issue.expected)}`
    case 'unrecognized_keys':
      return 'is not a field of this request'
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `must ${sizeOf(issue.origin, 'at least', issue.minimum)}`
    case 'too_big':
      return `must ${sizeOf(issue.origin, 'at most', issue.maximum)}`
    case 'invalid_format':
      return issue.format === 'regex' ? 'has the wrong form' : `must be a valid ${issue.format}`
    case 'invalid_union':
      if ('discriminator' in issue) return 'is none of the values that are taken here'
      return 'has none of the forms that are taken here'
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return 'is not valid'
  }
}

function sizeOf(origin: string, bound: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${bound} ${limit} character${limit === 1 ? '' : 's'}`
  if (origin === 'array') return `have ${bound} ${limit} entr${limit === 1 ? 'y' : 'ies'}`
  return `be ${bound} ${limit}`
}

const withArticle = (noun: string) => `${/^[aeio]/.test(noun) ? 'an' : 'a'} ${noun}`
