import { accountDisabled } from './features/admin/mails/account-disabled'
import { accountDisabledReminder } from './features/admin/mails/account-disabled-reminder'
import { accountEnabled } from './features/admin/mails/account-enabled'
import { adminFactorsWaiting } from './features/admin/mails/admin-factors-waiting'
import { adminRemovalScheduled } from './features/admin/mails/admin-removal-scheduled'
import { adminRemovalWaiting } from './features/admin/mails/admin-removal-waiting'
import { factorRemovalScheduled } from './features/admin/mails/factor-removal-scheduled'
import { roleChanged } from './features/admin/mails/role-changed'
import { apiKeyCreated } from './features/api-keys/mails/api-key-created'
import { apiKeyExpiring } from './features/api-keys/mails/api-key-expiring'
import { apiKeyRevoked } from './features/api-keys/mails/api-key-revoked'
import { apiKeyRotated } from './features/api-keys/mails/api-key-rotated'
import { actStopped } from './features/approvals/mails/act-stopped'
import { adminGrantWaiting } from './features/approvals/mails/admin-grant-waiting'
import { adminGranted } from './features/approvals/mails/admin-granted'
import { factorsRemoved } from './features/approvals/mails/factors-removed'
import { accountFrozen } from './features/email-change/mails/account-frozen'
import { addressInUse } from './features/email-change/mails/address-in-use'
import { changeEmail } from './features/email-change/mails/change-email'
import { emailChangeRequested } from './features/email-change/mails/email-change-requested'
import { emailChanged } from './features/email-change/mails/email-changed'
import { notificationEmail } from './features/email-change/mails/notification-email'
import { notificationEmailChanged } from './features/email-change/mails/notification-email-changed'
import { adminInvitationScheduled } from './features/invitations/mails/admin-invitation-scheduled'
import { invitation } from './features/invitations/mails/invitation'
import { invitationReminder } from './features/invitations/mails/invitation-reminder'
import { accountLocked } from './features/login/mails/account-locked'
import { authenticatorStopped } from './features/login/mails/authenticator-stopped'
import { loginCode } from './features/login/mails/login-code'
import { newCountry } from './features/login/mails/new-country'
import { newDevice } from './features/login/mails/new-device'
import { wrongCode } from './features/login/mails/wrong-code'
import { documentsUnknown } from './features/merchant-documents/mails/documents-unknown'
import { merchantDecided } from './features/merchant-review/mails/merchant-decided'
import { merchantSubmitted } from './features/merchants/mails/merchant-submitted'
import { jobOverdue } from './features/monitor/mails/job-overdue'
import { secretRotationDue } from './features/monitor/mails/secret-rotation-due'
import { securityReport } from './features/monitor/mails/security-report'
import { passwordChanged } from './features/passwords/mails/password-changed'
import { resetPassword } from './features/passwords/mails/reset-password'
import { accountClosing } from './features/privacy/mails/account-closing'
import { accountClosingReminder } from './features/privacy/mails/account-closing-reminder'
import { accountErased } from './features/privacy/mails/account-erased'
import { accountKept } from './features/privacy/mails/account-kept'
import { usernameChanged } from './features/profile/mails/username-changed'
import { accountExists } from './features/registration/mails/account-exists'
import { usernameUnavailable } from './features/registration/mails/username-unavailable'
import { verifyEmail } from './features/registration/mails/verify-email'
import { deviceForgotten } from './features/sessions/mails/device-forgotten'
import { devicesForgotten } from './features/sessions/mails/devices-forgotten'
import { accountUnlocked } from './features/support/mails/account-unlocked'
import { sessionsEndedByAdmin } from './features/support/mails/sessions-ended-by-admin'
import { authenticatorAdded } from './features/two-factor/mails/authenticator-added'
import { authenticatorRemoved } from './features/two-factor/mails/authenticator-removed'
import { backupCodeUsed } from './features/two-factor/mails/backup-code-used'
import { backupCodesMade } from './features/two-factor/mails/backup-codes-made'
import { byName } from './platform/email/template'

/** Every mail. A new one is a file in `mails/` of its feature, and a line here. */
export const mails = byName([
  accountDisabled,
  accountDisabledReminder,
  accountEnabled,
  adminFactorsWaiting,
  adminRemovalScheduled,
  adminRemovalWaiting,
  factorRemovalScheduled,
  roleChanged,
  apiKeyCreated,
  apiKeyExpiring,
  apiKeyRevoked,
  apiKeyRotated,
  actStopped,
  adminGrantWaiting,
  adminGranted,
  factorsRemoved,
  accountFrozen,
  addressInUse,
  changeEmail,
  emailChangeRequested,
  emailChanged,
  notificationEmail,
  notificationEmailChanged,
  adminInvitationScheduled,
  invitation,
  invitationReminder,
  accountLocked,
  authenticatorStopped,
  loginCode,
  newCountry,
  newDevice,
  wrongCode,
  documentsUnknown,
  merchantDecided,
  merchantSubmitted,
  jobOverdue,
  secretRotationDue,
  securityReport,
  passwordChanged,
  resetPassword,
  accountClosing,
  accountClosingReminder,
  accountErased,
  accountKept,
  usernameChanged,
  accountExists,
  usernameUnavailable,
  verifyEmail,
  deviceForgotten,
  devicesForgotten,
  accountUnlocked,
  sessionsEndedByAdmin,
  authenticatorAdded,
  authenticatorRemoved,
  backupCodeUsed,
  backupCodesMade,
])

declare module './platform/email/register' {
  interface Register {
    mails: typeof mails
  }
}
