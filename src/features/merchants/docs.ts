import { paragraph } from '../../platform/http/facets'

export const merchantDocs = {
  change: paragraph(
    'What is not given stays, `null` empties; what changes nothing makes no next version. Any',
    'field of a draft, or when changes were requested; of an approved business trading name,',
    'address, contact, phone and site. Numbers must have the check digits of their country and are',
    'kept without punctuation.',
  ),
  submit: paragraph(
    'With all required fields and at least one document. From here on nothing changes until it is',
    'decided; the decision comes by mail.',
  ),
}
