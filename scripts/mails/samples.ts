import type { TemplateData, TemplateName } from '../../src/email/mail-data'

const link = 'https://auth.phantom.test/page#token=7kQmXw2vT9bRfLc0YhNs4PdZjA6eGuVi1oKtB8nWxCM'
const occasion = { ip: '2001:db8::7', country: 'DE', time: new Date('2026-11-24T18:13:59Z') }
const device = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36'
const where = { device, ...occasion }

type Samples = { [Name in TemplateName]: readonly [TemplateData<Name>, ...TemplateData<Name>[]] }

/** Every mail with what it may be about, once for each wording it has. */
export const samples: Samples = {
  verify_email: [
    { link, validHours: 24, usernameTaken: null },
    { link, validHours: 24, usernameTaken: 'ada' },
  ],
  account_exists: [occasion],
  login_code: [
    { code: '493027', validMinutes: 5, act: 'sign_in', ...where },
    { code: '493027', validMinutes: 5, act: 'step_up', ...where },
  ],
  account_locked: [
    { minutes: 30, ...occasion },
    { minutes: 1, ...occasion },
  ],
  authenticator_stopped: [
    { method: 'password', ...occasion },
    { method: 'email', ...occasion },
    { method: 'totp', ...occasion },
    { method: 'backup_code', ...occasion },
  ],
  new_device: [where],
  new_country: [{ ...where, device: null, country: 'NZ' }],
  wrong_code: [
    { method: 'email', ...where },
    { method: 'totp', ...where },
    { method: 'backup_code', ...where },
  ],
  reset_password: [{ link, validMinutes: 30, ...occasion }],
  password_changed: [
    { how: 'change', ...where },
    { how: 'reset', ...where },
  ],
  change_email: [{ link, validHours: 24 }],
  email_change_requested: [{ link, newEmail: 'a…@example.com', ...where }],
  email_changed: [{ link, newEmail: 'a…@example.com', ...where }],
  address_in_use: [occasion],
  account_frozen: [where],
  notification_email: [{ link, validHours: 24 }],
  notification_email_changed: [
    { change: 'added', address: 'a…@example.com', ...where },
    { change: 'removed', address: 'a…@example.com', ...where },
  ],
  authenticator_added: [{ name: 'Work phone', ...where }],
  authenticator_removed: [{ name: 'Work phone', ...where }],
  backup_codes_made: [{ count: 10, ...where }],
  backup_code_used: [
    { left: 8, ...where },
    { left: 2, ...where },
    { left: 1, ...where },
    { left: 0, ...where },
  ],
  username_changed: [{ username: 'ada.lovelace', ...where }],
  account_closing: [{ link, dueAt: new Date('2026-12-24T18:13:59Z'), ...where }],
  account_kept: [where],
  account_erased: [{}],
}
