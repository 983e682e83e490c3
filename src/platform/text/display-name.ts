import * as z from 'zod'

const MAX_CODE_POINTS = 80

/**
 * Controls, line and paragraph separators (they add a header to a mail or an entry to a log),
 * format characters (bidirectional overrides, zero width), fillers that print nothing, lone
 * surrogates.
 */
const UNPRINTABLE = /[[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]--[\ufe0f]]/v
/** More marks on one letter than any language writes: they paint over the lines around. */
const PILED_MARKS = /\p{M}{5}/u
/**
 * What mail programs turn into a link: a scheme, `www.`, or a dot between a word and a top-level
 * domain.
 */
const LINK = /:\/\/|www\.|mailto:|[\p{L}\p{N}][.。]\p{L}{2}/iu

/**
 * One line of text to show to others and to write in mails: 1 to `maxCodePoints`, NFC, printable,
 * not blank. Escaping is up to whoever prints it; nothing here can end a line or turn the reading
 * direction.
 */
export const plainText = (maxCodePoints: number) =>
  z
    .string()
    .max(maxCodePoints * 2)
    .normalize('NFC')
    .refine(
      (text) => Array.from(text).length <= maxCodePoints,
      `at most ${maxCodePoints} characters`,
    )
    .refine((text) => /[\p{L}\p{N}]/u.test(text), 'must have a letter or digit')
    .refine((text) => text === text.trim(), 'must not begin or end with a space')
    .refine(
      (text) => !UNPRINTABLE.test(text) && !PILED_MARKS.test(text),
      'must be one line of printable characters',
    )

/**
 * The name of a person. Holds no link, which the mails that greet them by it would carry to a
 * victim.
 */
export const displayName = plainText(MAX_CODE_POINTS).refine(
  (name) => !LINK.test(name.normalize('NFKC')),
  'must not hold a link; put a space after a full stop',
)
