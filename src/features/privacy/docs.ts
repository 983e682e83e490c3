import { paragraph } from '../../platform/http/facets'

export const privacyDocs = {
  export: paragraph(
    'Everything but secrets, as a file. Asks for a step-up and does not use it up. A document that',
    'breaks off is not complete.',
  ),
  erase: paragraph(
    'In fourteen days; until then the link in our mail keeps it. All sessions end at once, and',
    'nobody can sign in.',
  ),
}
