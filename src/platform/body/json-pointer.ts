/**
 * Where something stands in a body: a JSON Pointer as a URI fragment (RFC 6901 §6). Made
 * well-formed first, since a name of the caller's may hold half a character.
 */
export const jsonPointer = (path: readonly PropertyKey[]): string =>
  ['#', ...path.map(escapeSegment)].join('/')

const escapeSegment = (segment: PropertyKey): string =>
  encodeURIComponent(String(segment).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
