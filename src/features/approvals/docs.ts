import { paragraph } from '../../platform/http/facets'

export const approvalDocs = {
  approve: paragraph(
    'A new admin, or that an admin is demoted or disabled: done at once. The admin who asked and',
    'the target cannot approve it. Ends all sessions of the account; an invited owner is sent the',
    'invitation now.',
  ),
  stop: paragraph(
    'Any admin but the target may, the admin who asked included. The target has the mailed link.',
  ),
  stopByLink: paragraph(
    'The removal of second factors, that an admin is demoted or disabled, or a sole admin’s',
    'invitation of another; with the link of the mail that told of it. Works once. Opens no',
    'session.',
  ),
}
