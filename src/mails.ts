import { accountClosing } from './mails/account-closing'
import { accountClosingReminder } from './mails/account-closing-reminder'
import { accountDisabled } from './mails/account-disabled'
import { accountDisabledReminder } from './mails/account-disabled-reminder'
import { accountEnabled } from './mails/account-enabled'
import { accountErased } from './mails/account-erased'
import { accountExists } from './mails/account-exists'
import { accountFrozen } from './mails/account-frozen'
import { accountKept } from './mails/account-kept'
import { accountLocked } from './mails/account-locked'
import { accountUnlocked } from './mails/account-unlocked'
import { actStopped } from './mails/act-stopped'
import { addressInUse } from './mails/address-in-use'
import { adminFactorsWaiting } from './mails/admin-factors-waiting'
import { adminGrantWaiting } from './mails/admin-grant-waiting'
import { adminGranted } from './mails/admin-granted'
import { adminInvitationScheduled } from './mails/admin-invitation-scheduled'
import { adminRemovalScheduled } from './mails/admin-removal-scheduled'
import { adminRemovalWaiting } from './mails/admin-removal-waiting'
import { apiKeyCreated } from './mails/api-key-created'
import { apiKeyExpiring } from './mails/api-key-expiring'
import { apiKeyRevoked } from './mails/api-key-revoked'
import { apiKeyRotated } from './mails/api-key-rotated'
import { authenticatorAdded } from './mails/authenticator-added'
import { authenticatorRemoved } from './mails/authenticator-removed'
import { authenticatorStopped } from './mails/authenticator-stopped'
import { backupCodeUsed } from './mails/backup-code-used'
import { backupCodesMade } from './mails/backup-codes-made'
import { changeEmail } from './mails/change-email'
import { deviceForgotten } from './mails/device-forgotten'
import { devicesForgotten } from './mails/devices-forgotten'
import { documentsUnknown } from './mails/documents-unknown'
import { emailChangeRequested } from './mails/email-change-requested'
import { emailChanged } from './mails/email-changed'
import { factorRemovalScheduled } from './mails/factor-removal-scheduled'
import { factorsRemoved } from './mails/factors-removed'
import { invitation } from './mails/invitation'
import { invitationReminder } from './mails/invitation-reminder'
import { jobOverdue } from './mails/job-overdue'
import { loginCode } from './mails/login-code'
import type { mailData } from './mails/mail-data'
import { merchantDecided } from './mails/merchant-decided'
import { merchantSubmitted } from './mails/merchant-submitted'
import { newCountry } from './mails/new-country'
import { newDevice } from './mails/new-device'
import { notificationEmail } from './mails/notification-email'
import { notificationEmailChanged } from './mails/notification-email-changed'
import { passwordChanged } from './mails/password-changed'
import { resetPassword } from './mails/reset-password'
import { roleChanged } from './mails/role-changed'
import { secretRotationDue } from './mails/secret-rotation-due'
import { securityReport } from './mails/security-report'
import { sessionsEndedByAdmin } from './mails/sessions-ended-by-admin'
import { usernameChanged } from './mails/username-changed'
import { usernameUnavailable } from './mails/username-unavailable'
import { verifyEmail } from './mails/verify-email'
import { wrongCode } from './mails/wrong-code'
import type { Template } from './platform/email/template'

/** Every mail. A new one is its data in mails/mail-data.ts, a file in mails/ and a line here. */
export const mails = {
  verify_email: verifyEmail,
  account_exists: accountExists,
  account_closing_reminder: accountClosingReminder,
  account_disabled_reminder: accountDisabledReminder,
  invitation_reminder: invitationReminder,
  login_code: loginCode,
  account_locked: accountLocked,
  authenticator_stopped: authenticatorStopped,
  new_device: newDevice,
  new_country: newCountry,
  wrong_code: wrongCode,
  reset_password: resetPassword,
  password_changed: passwordChanged,
  change_email: changeEmail,
  email_change_requested: emailChangeRequested,
  email_changed: emailChanged,
  address_in_use: addressInUse,
  account_frozen: accountFrozen,
  notification_email: notificationEmail,
  notification_email_changed: notificationEmailChanged,
  authenticator_added: authenticatorAdded,
  authenticator_removed: authenticatorRemoved,
  backup_codes_made: backupCodesMade,
  backup_code_used: backupCodeUsed,
  device_forgotten: deviceForgotten,
  devices_forgotten: devicesForgotten,
  api_key_created: apiKeyCreated,
  api_key_rotated: apiKeyRotated,
  api_key_revoked: apiKeyRevoked,
  api_key_expiring: apiKeyExpiring,
  username_changed: usernameChanged,
  username_unavailable: usernameUnavailable,
  account_closing: accountClosing,
  account_kept: accountKept,
  account_erased: accountErased,
  merchant_submitted: merchantSubmitted,
  merchant_decided: merchantDecided,
  invitation,
  role_changed: roleChanged,
  account_disabled: accountDisabled,
  account_enabled: accountEnabled,
  account_unlocked: accountUnlocked,
  sessions_ended_by_admin: sessionsEndedByAdmin,
  act_stopped: actStopped,
  admin_granted: adminGranted,
  admin_grant_waiting: adminGrantWaiting,
  admin_removal_scheduled: adminRemovalScheduled,
  admin_removal_waiting: adminRemovalWaiting,
  admin_factors_waiting: adminFactorsWaiting,
  admin_invitation_scheduled: adminInvitationScheduled,
  factor_removal_scheduled: factorRemovalScheduled,
  factors_removed: factorsRemoved,
  security_report: securityReport,
  job_overdue: jobOverdue,
  documents_unknown: documentsUnknown,
  secret_rotation_due: secretRotationDue,
} as const satisfies { [Name in keyof typeof mailData]: Template<Name, (typeof mailData)[Name]> }

declare module './platform/email/register' {
  interface Register {
    mails: typeof mails
  }
}
