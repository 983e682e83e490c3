import { Hono } from 'hono'
import * as z from 'zod'
import { steppedUp, steppedUpByToken } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { twoFactorDocs } from './docs'
import { makeBackupCodes } from './make-backup-codes'

const answers = {
  200: {
    description: 'The new codes',
    schema: z.object({ backup_codes: z.array(z.string()) }),
  },
}

export const backupCodeRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/users/backup-codes',
    steppedUpByToken,
    rateLimit('codes'),
    describe({
      tag: 'Second factors',
      summary: 'Make new backup codes',
      description: twoFactorDocs.readBackupCodes,
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
      description: twoFactorDocs.makeBackupCodes,
      answers,
      problems: ['strong_factor_required'],
    }),
    async (c) => c.json({ backup_codes: [...(await makeBackupCodes(c.var.deps, c.var.session))] }),
  )
