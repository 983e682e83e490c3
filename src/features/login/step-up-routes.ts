import { Hono } from 'hono'
import * as z from 'zod'
import { challengeToken } from '../../identity/attempts/challenge'
import { secondStep } from '../../identity/attempts/second-step'
import { signedIn } from '../../identity/credentials/guards'
import { presentedPassword } from '../../identity/password-policy/policy'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { answerRenewed, challengeAnswer, challengeOf, renewedAnswer } from './answers'
import { loginDocs } from './docs'
import { finishStepUp, startStepUp } from './step-up'

export const stepUpRoutes = new Hono<AppEnv>({ strict: false })
  .post(
    '/api/auth/step-up',
    signedIn,
    rateLimit('login'),
    body(z.strictObject({ password: presentedPassword })),
    describe({
      tag: 'Step-up',
      summary: 'Confirm the session, first step: the password',
      description: loginDocs.stepUp,
      answers: { 200: { description: 'The password was right', schema: challengeAnswer } },
      problems: ['invalid_credentials', 'too_many_attempts'],
    }),
    async (c) => {
      const { password } = c.req.valid('json')
      const opened = await startStepUp(c.var.deps, c.var.session, password)
      return c.json(challengeOf(opened))
    },
  )

  .post(
    '/api/auth/step-up/verify',
    signedIn,
    rateLimit('codes'),
    body(secondStep({ challenge: challengeToken })),
    describe({
      tag: 'Step-up',
      summary: 'Confirm the session, second step: the code',
      description: loginDocs.verifyStepUp,
      answers: { 200: { description: 'The session is confirmed', schema: renewedAnswer } },
      problems: [
        'invalid_challenge',
        'invalid_code',
        'code_used',
        'too_many_attempts',
        'authenticator_stopped',
      ],
    }),
    async (c) => {
      const renewed = await finishStepUp(c.var.deps, c.var.session, c.req.valid('json'))
      return answerRenewed(c, renewed)
    },
  )
