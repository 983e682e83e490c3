import type { TemplateData, TemplateName } from '../../src/platform/email/register'

const link = 'https://auth.phantom.test/page#token=7kQmXw2vT9bRfLc0YhNs4PdZjA6eGuVi1oKtB8nWxCM'
const time = new Date('2026-11-24T18:13:59Z')
const yesterday = new Date('2026-11-23T18:11:40Z')
const occasion = { ip: '2001:db8::7', country: 'DE', time }
/** Of what waits a day; and the admin who asked for it, as the others are told. */
const dueAt = new Date('2026-11-25T18:13:59Z')
const askedBy = 'g…@example.com'
const byAdmin = { reason: 'Asked for by phone, ticket 4711', time }
const device = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36'
const where = { device, ...occasion }

type Samples = { [Name in TemplateName]: readonly [TemplateData<Name>, ...TemplateData<Name>[]] }

/** Every mail with what it may be about, once for each wording it has. */
export const samples: Samples = {
  verify_email: [{ link, validHours: 24, ...occasion }],
  username_unavailable: [{ username: 'ada.lovelace', ...where }],
  account_exists: [occasion],
  account_closing_reminder: [{ link, dueAt: new Date('2026-12-08T18:13:59Z'), ...occasion }],
  account_disabled_reminder: [{ contact: 'security@phantom.example', ...occasion }],
  invitation_reminder: [
    { link, role: 'customer', expiresAt: new Date('2026-11-30T09:00:00Z'), ...occasion },
    { link, role: 'merchant', expiresAt: new Date('2026-11-30T09:00:00Z'), ...occasion },
    { link, role: 'admin', expiresAt: new Date('2026-11-30T09:00:00Z'), ...occasion },
  ],
  login_code: [
    { code: '493027', validMinutes: 5, act: 'sign_in', ...where },
    { code: '493027', validMinutes: 5, act: 'step_up', ...where },
    { code: '493027', validMinutes: 5, areCodesScarce: true, ...where },
  ],
  account_locked: [
    { minutes: 30, ...occasion },
    { minutes: 1, ...occasion },
    { minutes: 30, again: { times: 1, since: yesterday }, ...occasion },
    { minutes: 30, again: { times: 12, since: yesterday }, ...occasion },
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
    { method: 'email', again: { times: 2, since: yesterday }, ...where },
  ],
  reset_password: [
    { link, validMinutes: 30, requestedBy: 'owner', ...occasion },
    { link, validMinutes: 30, requestedBy: 'admin', ...occasion },
    { link, validMinutes: 30, requestedBy: 'owner', isFrozen: true, ...occasion },
    { link, validMinutes: 30, requestedBy: 'admin', isFrozen: true, ...occasion },
  ],
  password_changed: [
    { how: 'change', ...where },
    { how: 'reset', ...where },
    { how: 'reset', factorsRemoved: true, ...where },
  ],
  change_email: [{ link, validHours: 24 }],
  email_change_requested: [{ link, newEmail: 'a…@example.com', ...where }],
  email_changed: [{ link, newEmail: 'a…@example.com', ...where }],
  address_in_use: [occasion, { isUsable: false, ...occasion }],
  account_frozen: [where],
  notification_email: [{ link, validHours: 24 }],
  notification_email_changed: [
    { change: 'added', address: 'a…@example.com', ...where },
    { change: 'removed', address: 'a…@example.com', ...where },
  ],
  authenticator_added: [{ link, name: 'Work phone', ...where }],
  authenticator_removed: [{ name: 'Work phone', ...where }],
  backup_codes_made: [{ link, count: 10, ...where }],
  backup_code_used: [
    { left: 8, ...where },
    { left: 2, ...where },
    { left: 1, ...where },
    { left: 0, ...where },
  ],
  device_forgotten: [{ forgotten: where.device, ...where }],
  devices_forgotten: [where],
  api_key_created: [{ name: 'Shop server', ...where }],
  api_key_rotated: [
    { name: 'Shop server', previousUntil: new Date('2026-11-25T18:13:59Z'), ...where },
    { name: 'Shop server', previousUntil: null, ...where },
  ],
  api_key_revoked: [{ name: 'Shop server', ...where }],
  api_key_expiring: [
    { name: 'Shop server', days: 14, expiresAt: new Date('2026-12-08T18:13:59Z') },
    { name: 'Shop server', days: 1, expiresAt: new Date('2026-11-25T18:13:59Z') },
  ],
  username_changed: [{ username: 'ada.lovelace', ...where }],
  account_closing: [{ link, dueAt: new Date('2026-12-24T18:13:59Z'), ...where }],
  account_kept: [where],
  account_erased: [{}],
  merchant_submitted: [{ legalName: 'Lovelace Trading B.V.', ...where }],
  merchant_decided: [
    { decision: 'approve', ...byAdmin },
    { decision: 'reject', ...byAdmin },
    { decision: 'request-changes', ...byAdmin },
    { decision: 'suspend', ...byAdmin },
    { decision: 'reinstate', ...byAdmin },
  ],
  invitation: [
    { link, role: 'customer', validDays: 7 },
    { link, role: 'merchant', validDays: 7 },
    { link, role: 'admin', validDays: 7 },
  ],
  role_changed: [
    { role: 'customer', ...byAdmin },
    { role: 'merchant', ...byAdmin },
  ],
  account_disabled: [byAdmin],
  account_enabled: [byAdmin],
  account_unlocked: [byAdmin],
  sessions_ended_by_admin: [byAdmin],
  admin_granted: [{ time }],
  admin_grant_waiting: [
    { address: 'a…@example.com', askedBy, approveBefore: dueAt, ...byAdmin },
    { address: 'a…@example.com', askedBy, approveBefore: dueAt, ...byAdmin, reason: null },
  ],
  admin_removal_scheduled: [
    { link, role: 'customer', dueAt, askedBy, ...byAdmin },
    { link, role: null, dueAt, askedBy, ...byAdmin },
  ],
  admin_removal_waiting: [
    { address: 'a…@example.com', role: 'merchant', dueAt, askedBy, ...byAdmin },
    { address: 'a…@example.com', role: null, dueAt, askedBy, ...byAdmin },
  ],
  act_stopped: [
    { what: 'demote_admin', address: 'a…@example.com', stoppedBy: 'b…@example.com', time },
    { what: 'remove_factors', address: 'a…@example.com', stoppedBy: null, time },
  ],
  admin_factors_waiting: [{ address: 'a…@example.com', askedBy, dueAt, ...byAdmin }],
  admin_invitation_scheduled: [
    {
      link,
      address: 'a…@example.com',
      askedBy,
      dueAt: new Date('2026-12-01T18:13:59Z'),
      contact: 'security@phantom.example',
      time,
    },
  ],
  factor_removal_scheduled: [{ link, dueAt, ...byAdmin }],
  factors_removed: [{ time }],
  security_report: [
    {
      since: new Date('2026-11-16T07:00:00Z'),
      until: new Date('2026-11-23T07:00:00Z'),
      signIns: 1_234_567,
      signUps: 5321,
      failures: 123_456,
      locks: 17,
      critical: 2,
      deadMails: 3,
      expiringKeys: 4,
      sources: [
        { source: '192.0.2.7', failures: 100_000 },
        { source: '2001:db8:0:7::/64', failures: 11 },
      ],
      newAdmins: ['a…@example.com'],
      mailPauses: [
        { reason: 'sign_in_refused', minutes: 2160 },
        { reason: 'daily_limit', minutes: 75, isOver: false },
      ],
      isCut: true,
      head: {
        size: 2_345_678,
        root: 'bUSMHTXkaxsKFQYVz7PpbXDpQ2wu2qMZ9yQW0DdW1mU',
        at: time,
        kid: '20261101T000000Z-AbCdEfGh',
        jws: 'eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl',
      },
    },
    {
      since: new Date('2026-11-16T07:00:00Z'),
      until: new Date('2026-11-23T07:00:00Z'),
      signIns: 0,
      signUps: 0,
      failures: 0,
      locks: 0,
      critical: 0,
      deadMails: 0,
      expiringKeys: 0,
      sources: [],
      newAdmins: [],
      isCut: false,
      head: null,
    },
  ],
  job_overdue: [{ job: 'seal-events', since: time }],
  documents_unknown: [{ unknown: 1000, objects: 1000 }],
  secret_rotation_due: [
    { keys: [{ setting: 'SIGNING_KEYS', kid: '20260501T000000Z-AbCdEfGh', days: 207 }] },
  ],
}
