import type { TemplateName } from './mail-data'
import type { Template } from './template'
import { accountClosing } from './templates/account-closing'
import { accountClosingReminder } from './templates/account-closing-reminder'
import { accountDisabled } from './templates/account-disabled'
import { accountDisabledReminder } from './templates/account-disabled-reminder'
import { accountEnabled } from './templates/account-enabled'
import { accountErased } from './templates/account-erased'
import { accountExists } from './templates/account-exists'
import { accountFrozen } from './templates/account-frozen'
import { accountKept } from './templates/account-kept'
import { accountLocked } from './templates/account-locked'
import { accountUnlocked } from './templates/account-unlocked'
import { actStopped } from './templates/act-stopped'
import { addressInUse } from './templates/address-in-use'
import { adminFactorsWaiting } from './templates/admin-factors-waiting'
import { adminGrantWaiting } from './templates/admin-grant-waiting'
import { adminGranted } from './templates/admin-granted'
import { adminRemovalScheduled } from './templates/admin-removal-scheduled'
import { adminRemovalWaiting } from './templates/admin-removal-waiting'
import { adminInvitationScheduled } from './templates/admin-invitation-scheduled'
import { apiKeyCreated } from './templates/api-key-created'
import { apiKeyExpiring } from './templates/api-key-expiring'
import { apiKeyRevoked } from './templates/api-key-revoked'
import { apiKeyRotated } from './templates/api-key-rotated'
import { authenticatorAdded } from './templates/authenticator-added'
import { authenticatorRemoved } from './templates/authenticator-removed'
import { authenticatorStopped } from './templates/authenticator-stopped'
import { backupCodeUsed } from './templates/backup-code-used'
import { backupCodesMade } from './templates/backup-codes-made'
import { changeEmail } from './templates/change-email'
import { deviceForgotten } from './templates/device-forgotten'
import { devicesForgotten } from './templates/devices-forgotten'
import { documentsUnknown } from './templates/documents-unknown'
import { emailChangeRequested } from './templates/email-change-requested'
import { emailChanged } from './templates/email-changed'
import { factorRemovalScheduled } from './templates/factor-removal-scheduled'
import { factorsRemoved } from './templates/factors-removed'
import { invitation } from './templates/invitation'
import { invitationReminder } from './templates/invitation-reminder'
import { loginCode } from './templates/login-code'
import { merchantDecided } from './templates/merchant-decided'
import { merchantSubmitted } from './templates/merchant-submitted'
import { newCountry } from './templates/new-country'
import { newDevice } from './templates/new-device'
import { notificationEmail } from './templates/notification-email'
import { notificationEmailChanged } from './templates/notification-email-changed'
import { jobOverdue } from './templates/job-overdue'
import { passwordChanged } from './templates/password-changed'
import { resetPassword } from './templates/reset-password'
import { roleChanged } from './templates/role-changed'
import { secretRotationDue } from './templates/secret-rotation-due'
import { securityReport } from './templates/security-report'
import { sessionsEndedByAdmin } from './templates/sessions-ended-by-admin'
import { usernameChanged } from './templates/username-changed'
import { usernameUnavailable } from './templates/username-unavailable'
import { verifyEmail } from './templates/verify-email'
import { wrongCode } from './templates/wrong-code'

/** The words of every mail in mail-data.ts. A new one is a file in templates/ and a line here. */
export const templates = {
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
} as const satisfies { [Name in TemplateName]: Template<Name> }

/** The template of a queued mail; `undefined` for a name that this version does not know. */
export const templateOf = (name: string): Template | undefined =>
  Object.hasOwn(templates, name) ? templates[name as TemplateName] : undefined
