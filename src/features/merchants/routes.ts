import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { application } from '../../identity/merchant-profile/application'
import { readApplication } from '../../identity/merchant-profile/read-application'
import { standing } from '../../identity/merchant-profile/standing'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { changeProfile } from './change-profile'
import { merchantDocs } from './docs'
import { profileChange } from './profile-change'
import { submitApplication } from './submit'

const submission = z.strictObject({ version: z.int().min(0).describe('As it was read') })

/** A merchant's own application. */
export const merchantRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/merchants/me',
    may('merchant_profile'),
    describe({
      tag: 'Merchants',
      summary: 'The own application',
      description: 'Profile, what its numbers were checked for, documents and all decisions.',
      answers: { 200: { description: 'The application', schema: application } },
    }),
    async (c) => c.json(await readApplication(c.var.deps, c.var.session.user.id)),
  )

  .post(
    '/api/merchants/me',
    may('merchant_profile'),
    rateLimit('merchant'),
    body(profileChange),
    describe({
      tag: 'Merchants',
      summary: 'Change the profile',
      description: merchantDocs.change,
      answers: { 200: { description: 'The next version', schema: standing } },
      problems: ['merchant_state', 'version_conflict'],
    }),
    async (c) => c.json(await changeProfile(c.var.deps, c.var.session, c.req.valid('json'))),
  )

  .post(
    '/api/merchants/me/submit',
    may('merchant_profile'),
    rateLimit('merchant'),
    body(submission),
    describe({
      tag: 'Merchants',
      summary: 'Submit the application',
      description: merchantDocs.submit,
      answers: { 200: { description: 'It is submitted', schema: standing } },
      problems: ['merchant_state', 'version_conflict'],
    }),
    async (c) => {
      const { version } = c.req.valid('json')
      return c.json(await submitApplication(c.var.deps, c.var.session, version))
    },
  )
