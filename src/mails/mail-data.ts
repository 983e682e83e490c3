import * as z from 'zod'
import { actKinds } from '../platform/db/admin-schema'
import { roles } from '../platform/db/schema'
import { occasion } from '../platform/email/occasion'
import { reportData } from './report-data'

const link = z.url({ protocol: /^https?$/ })
const text = z.string()
/** When, where and with what; `device` is the `User-Agent` as sent, of which a mail shows a summary. */
const where = { device: text.nullable(), ...occasion }

/** What can be guessed at, by the names that the API uses. */
const method = z.enum(['password', 'email', 'totp', 'backup_code'])
/** What an admin does is told without the admin's address and device. */
const byAdmin = { reason: text, time: occasion.time }
/** How often it happened since the last mail about it, where one mail tells of a day. */
const again = z.object({ times: z.number(), since: occasion.time }).optional()
const role = z.enum(roles)
/** Of an admin: to which role, or `null` where the account is disabled. */
const removal = { role: role.nullable(), dueAt: occasion.time, askedBy: text, ...byAdmin }

/** Every mail there is, and what it needs to know. The words are in the files beside this one. */
export const mailData = {
  /** To an address that somebody signed up with. */
  verify_email: z.object({ link, validHours: z.number(), ...occasion }),
  /** To the owner of an account that was confirmed without the username that was wished for. */
  username_unavailable: z.object({ username: text, ...where }),
  /** To the owner of an address that somebody signed up with again, or asked to confirm. */
  account_exists: z.object(occasion),
  /**
   * The same where the account is closed, or disabled, or waits for an invitation to be accepted.
   */
  account_closing_reminder: z.object({ link, dueAt: occasion.time, ...occasion }),
  account_disabled_reminder: z.object({ contact: text, ...occasion }),
  invitation_reminder: z.object({ link, role, expiresAt: occasion.time, ...occasion }),
  /** The second step of a login, or of the confirmation of a sensitive act. */
  login_code: z.object({
    code: text.regex(/^\d{6,8}$/),
    validMinutes: z.number(),
    act: z.enum(['sign_in', 'step_up']).default('sign_in'),
    /** The budget of the day runs low (platform/email/budget/budget.ts): the next one may be late. */
    areCodesScarce: z.boolean().default(false),
    ...where,
  }),
  /** Too many wrong passwords. */
  account_locked: z.object({ minutes: z.number(), again, ...occasion }),
  /** A hundred wrong tries in a row: this way in is off until the password is reset. */
  authenticator_stopped: z.object({ method, ...occasion }),
  /** A login from a browser that the account has not seen; from a country that it has not seen. */
  new_device: z.object(where),
  new_country: z.object(where),
  /** The password was right, the code was not. */
  wrong_code: z.object({ method: method.exclude(['password']), again, ...where }),
  /** The link that sets a new password; then that it was set, by this link or with the old one. */
  reset_password: z.object({
    link,
    validMinutes: z.number(),
    requestedBy: z.enum(['owner', 'admin']).default('owner'),
    isFrozen: z.boolean().default(false),
    ...occasion,
  }),
  password_changed: z.object({
    how: z.enum(['change', 'reset']),
    /** Factors that were too young for the reset to ask for went with it. */
    factorsRemoved: z.boolean().default(false),
    ...where,
  }),
  /** To a new address, to be confirmed. */
  change_email: z.object({ link, validHours: z.number() }),
  /** To the old address, before and after; the link takes that back and freezes the account. */
  email_change_requested: z.object({ link, newEmail: text, ...where }),
  email_changed: z.object({ link, newEmail: text, ...where }),
  /** To the owner of an address that another account wanted to have. */
  address_in_use: z.object({ isUsable: z.boolean().default(true), ...occasion }),
  /** The link of such a mail, or of one about a new factor, was used. */
  account_frozen: z.object(where),
  /** To a second address for notices, to be confirmed; then to the first one. */
  notification_email: z.object({ link, validHours: z.number() }),
  notification_email_changed: z.object({
    change: z.enum(['added', 'removed']),
    address: text,
    ...where,
  }),
  /** Authenticator apps, by the name that their owner gave them; a link undoes what was added. */
  authenticator_added: z.object({ link, name: text, ...where }),
  authenticator_removed: z.object({ name: text, ...where }),
  backup_codes_made: z.object({ link, count: z.number(), ...where }),
  backup_code_used: z.object({ left: z.number(), ...where }),
  /** A browser that the account knew is a stranger again, by its `User-Agent` as sent; or all of them. */
  device_forgotten: z.object({ forgotten: text.nullable(), ...where }),
  devices_forgotten: z.object(where),
  /** API keys, by the name that their owner gave them. */
  api_key_created: z.object({ name: text, ...where }),
  api_key_rotated: z.object({ name: text, previousUntil: occasion.time.nullable(), ...where }),
  api_key_revoked: z.object({ name: text, ...where }),
  api_key_expiring: z.object({ name: text, days: z.number(), expiresAt: occasion.time }),
  username_changed: z.object({ username: text, ...where }),
  /** The account will be erased at `dueAt`; the link keeps it. */
  account_closing: z.object({ link, dueAt: occasion.time, ...where }),
  account_kept: z.object(where),
  account_erased: z.strictObject({}),
  /** An application was handed in; then what came of it, and later. */
  merchant_submitted: z.object({ legalName: text, ...where }),
  merchant_decided: z.object({
    decision: z.enum(['approve', 'reject', 'request-changes', 'suspend', 'reinstate']),
    ...byAdmin,
  }),
  /** To somebody for whom an admin has made an account; its owner sets the password. */
  invitation: z.object({ link, role, validDays: z.number() }),
  /** What an admin did to an account, and why. */
  role_changed: z.object({ role, ...byAdmin }),
  account_disabled: z.object(byAdmin),
  account_enabled: z.object(byAdmin),
  account_unlocked: z.object(byAdmin),
  sessions_ended_by_admin: z.object(byAdmin),
  /** Two admins have made the owner a third. */
  admin_granted: z.object({ time: occasion.time }),
  /** To the other admins, when one asks for a new one; an invitation has no reason. */
  admin_grant_waiting: z.object({
    address: text,
    askedBy: text,
    approveBefore: occasion.time,
    ...byAdmin,
    reason: text.nullable(),
  }),
  /** To an admin who will be demoted to `role` or disabled at `dueAt`, unless the link stops it. */
  admin_removal_scheduled: z.object({ link, ...removal }),
  /** To the other admins, who can approve it or stop it. */
  admin_removal_waiting: z.object({ address: text, ...removal }),
  /** To the other admins, who can stop that an admin loses the second factors at `dueAt`. */
  admin_factors_waiting: z.object({
    address: text,
    askedBy: text,
    dueAt: occasion.time,
    ...byAdmin,
  }),
  /** Of an act that waited and was stopped; by whom, to admins. */
  act_stopped: z.object({
    what: z.enum(actKinds),
    address: text,
    stoppedBy: text.nullable(),
    time: occasion.time,
  }),
  /** To all who have ever been admins, when a sole admin invites one alone; the link stops it. */
  admin_invitation_scheduled: z.object({
    link,
    address: text,
    askedBy: text,
    dueAt: occasion.time,
    contact: text,
    time: occasion.time,
  }),
  /** The second factors go at `dueAt`, unless the link stops it; then that they are gone. */
  factor_removal_scheduled: z.object({ link, dueAt: occasion.time, ...byAdmin }),
  factors_removed: z.object({ time: occasion.time }),
  /** To all admins: what happened in a week. */
  security_report: reportData,
  /** A job (jobs/index.ts) has not ended well since then. */
  job_overdue: z.object({ job: text, since: occasion.time }),
  /** Documents in the archive that no row of the database knows, of so many looked at. */
  documents_unknown: z.object({ unknown: z.number(), objects: z.number() }),
  /** Keys that sign, by the secret that they are in, and have become old. */
  secret_rotation_due: z.object({
    keys: z.array(z.object({ setting: text, kid: text, days: z.number() })).min(1),
  }),
} as const satisfies Record<string, z.ZodType>
