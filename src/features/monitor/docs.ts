import { paragraph } from '../../platform/http/facets'

export const monitorDocs = {
  health: paragraph(
    'Asks the database, every two seconds at most. 503 when it does not answer. `mail` is `low`',
    'when little is left of what may be mailed today, `out` when nothing is, and `paused` while',
    'the mail server refuses our account: codes and links come late then, or not at all.',
  ),
}
