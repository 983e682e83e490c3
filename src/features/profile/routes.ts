import { Hono } from 'hono'
import * as z from 'zod'
import { signedIn } from '../../identity/credentials/guards'
import { profile, profileOf } from '../../identity/sessions/profile'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { displayName } from '../../platform/text/display-name'
import { locale } from '../../platform/text/locale'
import { username } from '../../platform/text/username'
import { profileDocs } from './docs'
import { updateUser } from './update-user'

const changes = z
  .strictObject({
    username: username.optional(),
    display_name: displayName.nullable().optional().describe('`null` takes it away'),
    locale: locale.optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    message: 'must have at least one field to change',
  })

export const profileRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/users/me',
    signedIn,
    describe({
      tag: 'Accounts',
      summary: 'The signed-in user and this session',
      answers: { 200: { description: 'The profile', schema: profile } },
    }),
    (c) => c.json(profileOf(c.var.session)),
  )

  .put(
    '/api/users/update',
    signedIn,
    rateLimit('account'),
    body(changes),
    describe({
      tag: 'Accounts',
      summary: 'Change username, display name or language',
      description: profileDocs.update,
      answers: { 200: { description: 'The profile as it is now', schema: profile } },
      problems: ['username_taken'],
    }),
    async (c) => {
      const { session, deps } = c.var
      return c.json(profileOf(await updateUser(deps, session, c.req.valid('json'))))
    },
  )
