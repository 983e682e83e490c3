/**
 * RFC 8187 §3.2.1: UTF-8 alone, percent-encoded; the language in the middle is not read. The marks
 * that `encodeURIComponent` leaves as they are (`'()*`) are taken, though not allowed: many clients
 * send them.
 */
const EXTENDED = /;\s*filename\*\s*=\s*UTF-8'[A-Za-z-]*'([!#-:<-~]+)\s*(?:;|$)/i
/** RFC 6266 §4.1: a token, or a quoted string of ASCII in which only `"` and `\` are escaped. */
const PLAIN =
  /;\s*filename\s*=\s*(?:"((?:[ !#-[\]-~]|\\["\\])*)"|([A-Za-z0-9!#$%&'*+.^_`|~-]+))\s*(?:;|$)/i

/** The name of a file that comes as an attachment; `undefined` where the header does not say it. */
export function fileNameOf(header: string): string | undefined {
  if (!/^attachment\s*;/i.test(header)) return undefined
  const [, encoded] = EXTENDED.exec(header) ?? []
  if (encoded !== undefined) return decoded(encoded)
  const [, quoted, token] = PLAIN.exec(header) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? token
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * A file to be saved and never shown, under a name of any language (RFC 6266 appendix D: both
 * parameters, the plain one for programs that know no other).
 */
export function attachment(name: string, plainName: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plainName}"; filename*=UTF-8''${encoded}`
}
