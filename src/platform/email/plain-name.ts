const MAX_NAME_LENGTH = 40
const MAX_REASON_LENGTH = 200

/** Invisible and direction-changing characters (Unicode C* and line separators), and runs of spaces. */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu
const SPACES = /\s+/gu
/** Every character that a resolver reads as a dot of a host name (UTS #46, section 2.3). */
const INNER_DOT = /(?<=\S)[.\u3002\uff0e\uff61\u2024](?=\S)/gu

/**
 * A name that a user chose, safe to show in a mail to somebody else: one line, at most 40 characters or as many as said,
 * and nothing that a mail client would turn into a link. A stranger can choose it and any address:
 * otherwise our mails would carry his (E-097). Clients link bare hosts, so dots lose their meaning
 * visibly; an invisible break would not do, since resolvers drop those (UTS #46, "ignored").
 */
export function plainName(text: string, maxLength = MAX_NAME_LENGTH): string {
  const line = text.normalize('NFC').toWellFormed().replace(SPACES, ' ').replace(INVISIBLE, '')
  const characters = Array.from(line.trim())
  const capped =
    characters.length > maxLength
      ? `${characters.slice(0, maxLength - 1).join('')}…`
      : characters.join('')
  return capped.replace(INNER_DOT, '[.]').replaceAll('@', '[at]').replaceAll('://', '[:]//')
}

/** Why an admin did something, in the admin's words. */
export const plainReason = (text: string): string => plainName(text, MAX_REASON_LENGTH)
