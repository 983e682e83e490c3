import type { z } from 'zod'
import type { Template } from './letter'
import type { TemplateName } from './mail-data'
import { accountExists } from './templates/account-exists'
import { accountLocked } from './templates/account-locked'
import { loginCode } from './templates/login-code'
import { newDevice } from './templates/new-device'
import { verifyEmail } from './templates/verify-email'

/** Every mail there is. A new one is a file in templates/ and a line here. */
export const templates = {
  verify_email: verifyEmail,
  account_exists: accountExists,
  login_code: loginCode,
  account_locked: accountLocked,
  new_device: newDevice,
} as const satisfies Partial<Record<TemplateName, Template<z.ZodType>>>

/** The template of a queued mail; `undefined` for a name that this version does not know. */
export const templateOf = (name: string): Template<z.ZodType> | undefined =>
  Object.hasOwn(templates, name) ? templates[name as keyof typeof templates] : undefined
