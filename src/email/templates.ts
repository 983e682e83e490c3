import type { z } from 'zod'
import type { Template } from './letter'
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
} as const satisfies Record<string, Template<z.ZodType>>

export type TemplateName = keyof typeof templates
export type TemplateData<Name extends TemplateName> = z.input<(typeof templates)[Name]['data']>

/** The template of a queued mail; `undefined` for a name that this version does not know. */
export const templateOf = (name: string): Template<z.ZodType> | undefined =>
  Object.hasOwn(templates, name) ? templates[name as TemplateName] : undefined
