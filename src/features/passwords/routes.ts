import { Hono } from 'hono'
import * as z from 'zod'
import { linkToken } from '../../identity/accounts/mailed-link'
import { deviceTokenField, deviceTokensOf } from '../../identity/attempts/device-token'
import { strongSecondStep } from '../../identity/attempts/second-step'
import { steppedUp } from '../../identity/credentials/guards'
import { methods } from '../../identity/factors/methods'
import { requestReset } from '../../identity/mailbox/request-reset'
import { newPassword, presentedPassword } from '../../identity/password-policy/policy'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { deviceCookie } from '../../platform/http/cookies'
import { describe } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { rateLimit } from '../../platform/http/rate-limit'
import { emailAddress } from '../../platform/text/email-key'
import { changePassword } from './change-password'
import { confirmReset } from './confirm-reset'
import { passwordDocs } from './docs'
import { checkReset } from './find-reset'

export const passwordRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/auth/reset-password',
    anyone,
    rateLimit('mail'),
    body(z.strictObject({ email: emailAddress })),
    describe({
      tag: 'Recovery',
      summary: 'Forgot the password: ask for a link',
      description: passwordDocs.askForReset,
      answers: {
        202: {
          description: 'If there is anything to tell the address, a mail is on its way',
          schema: z.object({ status: z.literal('reset_sent') }),
        },
      },
    }),
    async (c) => {
      const asker = { deviceTokens: deviceTokensOf(c) }
      await requestReset(c.var.deps, c.req.valid('json').email, asker)
      return c.json({ status: 'reset_sent' as const }, 202)
    },
  )

  .post(
    '/api/auth/reset-password/check',
    anyone,
    rateLimit('codes'),
    body(z.strictObject({ token: linkToken })),
    describe({
      tag: 'Recovery',
      summary: 'What a link needs to set a password',
      description: 'For the page of the link. Uses nothing up.',
      answers: {
        200: {
          description: 'The link is good',
          schema: z.object({
            email: z.string().describe('Of the account, for password managers'),
            second_factor_required: z.boolean(),
            methods: z.array(z.enum(methods)).describe('Empty where no factor is asked for'),
          }),
        },
      },
      problems: ['invalid_token'],
    }),
    async (c) => {
      const reset = await checkReset(c.var.deps, c.req.valid('json').token)
      const { email, isFactorRequired, methods: accepted } = reset
      return c.json({ email, second_factor_required: isFactorRequired, methods: accepted })
    },
  )

  .post(
    '/api/auth/reset-password/confirm',
    anyone,
    rateLimit('codes'),
    body(
      z.strictObject({
        token: linkToken,
        password: newPassword,
        second_factor: strongSecondStep()
          .optional()
          .describe('Where the account has an authenticator app'),
        device_token: deviceTokenField,
      }),
    ),
    describe({
      tag: 'Recovery',
      summary: 'Set a new password with the link',
      description: passwordDocs.confirmReset,
      answers: { 204: { description: 'The password is set', schema: null } },
      problems: [
        'invalid_token',
        'password_rejected',
        'second_factor_required',
        'authenticator_stopped',
        'invalid_code',
        'invalid_access_token',
        'too_many_attempts',
      ],
    }),
    async (c) => {
      const { token, password, second_factor: secondFactor, device_token } = c.req.valid('json')
      const device = await confirmReset(c.var.deps, {
        token,
        password,
        secondFactor,
        deviceTokens: deviceTokensOf(c, device_token),
      })
      c.header('Set-Cookie', deviceCookie(device))
      return c.body(null, 204)
    },
  )

  .post(
    '/api/auth/change-password',
    steppedUp,
    rateLimit('login'),
    body(z.strictObject({ old_password: presentedPassword, new_password: newPassword })),
    describe({
      tag: 'Accounts',
      summary: 'Change the password',
      description: passwordDocs.change,
      answers: { 204: { description: 'The password is changed', schema: null } },
      problems: ['invalid_credentials', 'password_rejected', 'too_many_attempts'],
    }),
    async (c) => {
      const { old_password: oldPassword, new_password: chosen } = c.req.valid('json')
      await changePassword(c.var.deps, c.var.session, {
        oldPassword,
        newPassword: chosen,
      })
      return c.body(null, 204)
    },
  )
