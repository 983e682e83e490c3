import { Hono } from 'hono'
import * as z from 'zod'
import { steppedUp, steppedUpByToken } from '../guards'
import { body } from '../platform/body/validate'
import type { AppEnv } from '../platform/deps'
import { describe } from '../platform/http/facets'
import { rateLimit } from '../platform/http/rate-limit'
import { makeBackupCodes } from './make-backup-codes'

const answers = {
  200: {
    description: 'The new codes',
    schema: z.object({ backup_codes: z.array(z.string()) }),
  },
}

const ABOUT =
  'Ten new codes, shown this once; those before are dead, and other sessions end. Each opens one session in place of a code of an app, so an account without an app has none. Uses the step-up up.'

export const backupCodeRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/users/backup-codes',
    steppedUpByToken,
    rateLimit('codes'),
    describe({
      tag: 'Second factors',
      summary: 'Make new backup codes',
      description: `${ABOUT} By access token only: it changes something, and a cookie comes along by itself.`,
      answers,
      problems: ['strong_factor_required'],
    }),
    async (c) => c.json({ backup_codes: [...(await makeBackupCodes(c.var.deps, c.var.session))] }),
  )

  .post(
    '/api/users/backup-codes',
    steppedUp,
    rateLimit('codes'),
    body(z.strictObject({})),
    describe({
      tag: 'Second factors',
      summary: 'Make new backup codes',
      description: `${ABOUT} The same act, for cookies too.`,
      answers,
      problems: ['strong_factor_required'],
    }),
    async (c) => c.json({ backup_codes: [...(await makeBackupCodes(c.var.deps, c.var.session))] }),
  )
