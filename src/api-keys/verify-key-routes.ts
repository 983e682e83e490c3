import { Hono } from 'hono'
import * as z from 'zod'
import { body } from '../platform/body/validate'
import type { AppEnv } from '../platform/deps'
import { describe } from '../platform/http/facets'
import { apiKey } from './guard'
import { keyLimit } from './key-limit'
import { scope } from './scopes'
import { requireScope } from './use-key'
import { verifiedKey, verifiedKeyOf } from './verified-key'

export const verifyKeyRoutes = new Hono<AppEnv>({ strict: false }).post(
  '/api/api-keys/verify',
  apiKey,
  keyLimit,
  body(z.strictObject({ scope: scope.optional() })),
  describe({
    tag: 'API keys',
    summary: 'Whether an API key is good, and for what',
    description:
      'The server presents the key itself, as `X-API-Key` or `Authorization: Bearer`. Asked for a scope, it is refused without it. Do not cache the answer: a key that is ended, and one of a suspended owner, is refused with the next request.',
    answers: { 200: { description: 'It is good', schema: verifiedKey } },
    problems: ['insufficient_scope'],
  }),
  (c) => {
    const { scope: needed } = c.req.valid('json')
    if (needed) requireScope(c.var.apiKey, needed)
    return c.json(verifiedKeyOf(c.var.apiKey))
  },
)
