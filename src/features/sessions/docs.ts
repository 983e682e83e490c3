import { paragraph } from '../../platform/http/facets'

export const sessionDocs = {
  refresh: paragraph(
    'Answers with the next refresh token; the one before stays good until the next one is first',
    'used. An older one ends the session.',
  ),
  listDevices: paragraph(
    'Each keeps its own count of wrong passwords, and its logins are mailed to nobody. At most',
    'twenty.',
  ),
  forgetDevices: paragraph(
    'They are strangers from now on, this one included; sessions stay. Uses the step-up up, and is',
    'mailed to the owner.',
  ),
  forgetDevice: paragraph(
    'It is a stranger from now on; its sessions stay. Leaves the step-up, and is mailed to the',
    'owner.',
  ),
}
