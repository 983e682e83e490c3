import * as z from 'zod'

/**
 * Language, script, region, variants and extensions: longer than any that means something to us.
 */
const MAX_LENGTH = 35

/**
 * A language tag (BCP 47) in its canonical spelling: it chooses the language of mails, and dates by
 * it.
 */
export const locale = z
  .string()
  .max(MAX_LENGTH)
  .transform((text, context) => {
    const tag = canonical(text)
    if (tag !== undefined && tag.length <= MAX_LENGTH) return tag
    context.addIssue({ code: 'custom', message: 'must be a language tag such as "de" or "fr-CA"' })
    return z.NEVER
  })

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}
