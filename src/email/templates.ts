import type { TemplateName } from './mail-data'
import type { Template } from './template'
import { accountClosing } from './templates/account-closing'
import { accountErased } from './templates/account-erased'
import { accountExists } from './templates/account-exists'
import { accountFrozen } from './templates/account-frozen'
import { accountKept } from './templates/account-kept'
import { accountLocked } from './templates/account-locked'
import { addressInUse } from './templates/address-in-use'
import { authenticatorAdded } from './templates/authenticator-added'
import { authenticatorRemoved } from './templates/authenticator-removed'
import { authenticatorStopped } from './templates/authenticator-stopped'
import { backupCodeUsed } from './templates/backup-code-used'
import { backupCodesMade } from './templates/backup-codes-made'
import { changeEmail } from './templates/change-email'
import { emailChangeRequested } from './templates/email-change-requested'
import { emailChanged } from './templates/email-changed'
import { loginCode } from './templates/login-code'
import { newCountry } from './templates/new-country'
import { newDevice } from './templates/new-device'
import { notificationEmail } from './templates/notification-email'
import { notificationEmailChanged } from './templates/notification-email-changed'
import { passwordChanged } from './templates/password-changed'
import { resetPassword } from './templates/reset-password'
import { usernameChanged } from './templates/username-changed'
import { verifyEmail } from './templates/verify-email'
import { wrongCode } from './templates/wrong-code'

/** The words of every mail in mail-data.ts. A new one is a file in templates/ and a line here. */
export const templates = {
  verify_email: verifyEmail,
  account_exists: accountExists,
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
  username_changed: usernameChanged,
  account_closing: accountClosing,
  account_kept: accountKept,
  account_erased: accountErased,
} as const satisfies { [Name in TemplateName]: Template<Name> }

/** The template of a queued mail; `undefined` for a name that this version does not know. */
export const templateOf = (name: string): Template | undefined =>
  Object.hasOwn(templates, name) ? templates[name as TemplateName] : undefined
