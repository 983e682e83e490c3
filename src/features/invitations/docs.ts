import { paragraph } from '../../platform/http/facets'

export const invitationDocs = {
  accept: paragraph(
    'Sets the password and confirms the address. Works once, for seven days; a refused password or',
    'username leaves the link good. Opens no session; the browser gets a device cookie.',
  ),
  bootstrap: paragraph(
    'With the secret `BOOTSTRAP_TOKEN`, once, and only while there is no admin. In every other',
    'case there is nothing here.',
  ),
}
