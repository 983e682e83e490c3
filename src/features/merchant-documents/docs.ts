import { paragraph } from '../../platform/http/facets'

export const merchantDocumentDocs = {
  add: paragraph(
    'PDF, PNG or JPEG as the body itself, at most 10 MiB, ten an application. The content must be',
    'of the type that is claimed; the name must end accordingly.',
  ),
}
