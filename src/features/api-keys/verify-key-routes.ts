import { Hono } from 'hono'
import * as z from 'zod'
import { apiKey } from '../../identity/api-keys/guard'
import { keyLimit } from '../../identity/api-keys/key-limit'
import { scope } from '../../identity/api-keys/scopes'
import { requireScope } from '../../identity/api-keys/use-key'
import { verifiedKey, verifiedKeyOf } from '../../identity/api-keys/verified-key'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { apiKeyDocs } from './docs'

export const verifyKeyRoutes = new Hono<AppEnv>({ strict: false }).post(
  '/api/api-keys/verify',
  apiKey,
  keyLimit,
  body(z.strictObject({ scope: scope.optional() })),
  describe({
    tag: 'API keys',
    summary: 'Whether an API key is good, and for what',
    description: apiKeyDocs.verify,
    answers: { 200: { description: 'It is good', schema: verifiedKey } },
    problems: ['insufficient_scope'],
  }),
  (c) => {
    const { scope: needed } = c.req.valid('json')
    if (needed) requireScope(c.var.apiKey, needed)
    return c.json(verifiedKeyOf(c.var.apiKey))
  },
)
