import { paragraph } from '../../platform/http/facets'

export const profileDocs = {
  update: paragraph(
    'What is not given stays. The address has `change-email/`; role and status are not the user’s',
    'to change. Ten new usernames a day may be asked for, taken ones included.',
  ),
}
