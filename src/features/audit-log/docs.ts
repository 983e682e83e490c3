import { paragraph } from '../../platform/http/facets'

export const auditLogDocs = {
  search: paragraph(
    'Newest first, archived ones too. A page looks at 2,000 events or one segment of the archive,',
    'so it may hold few or none: go on until `next` is `null`.',
  ),
  export: paragraph(
    'NDJSON, oldest first, 50,000 events at a time: a line `audit_log` with the signed head, one',
    'line an event, lines `progress`, and a line `end` whose `next` goes into `after` of the next',
    'export. A file without `end` is not complete. The offline verifier reads it. Asks for a',
    'step-up and does not use it up.',
  ),
  prove: paragraph(
    'RFC 9162. With `event`, its inclusion; with `first`, the consistency of two sizes. The',
    'answer, saved as it is, is what the offline verifier reads.',
  ),
}
