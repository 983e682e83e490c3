import { paragraph } from '../../platform/http/facets'

export const apiKeyDocs = {
  create: paragraph(
    'Admins and approved merchants, twenty live keys at most. `tokens:introspect` is for admins.',
    'Uses the step-up up.',
  ),
  rotate: paragraph(
    'The next key has the same id, scopes and networks, and a new term. The one before works for',
    'the overlap, never longer than its own term; an older one is dead at once. Uses the step-up',
    'up.',
  ),
  verify: paragraph(
    'The server presents the key itself, as `X-API-Key` or `Authorization: Bearer`. Asked for a',
    'scope, it is refused without it. Do not cache the answer: a key that is ended, and one of a',
    'suspended owner, is refused with the next request.',
  ),
}
