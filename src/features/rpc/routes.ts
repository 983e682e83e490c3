import { Hono } from 'hono'
import * as z from 'zod'
import { apiKey } from '../../identity/api-keys/guard'
import { keyLimit } from '../../identity/api-keys/key-limit'
import { requireScope } from '../../identity/api-keys/use-key'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rpcDocs } from './docs'
import { introspect, introspection } from './introspect'

export const rpcRoutes = new Hono<AppEnv>({ strict: false }).post(
  '/api/auth/introspect',
  apiKey,
  keyLimit,
  body(z.strictObject({ token: z.string().min(1).max(4096) })),
  describe({
    tag: 'Sessions',
    summary: 'What an access token is good for now',
    description: rpcDocs.introspect,
    answers: { 200: { description: 'What it is', schema: introspection } },
    problems: ['insufficient_scope'],
  }),
  async (c) => {
    requireScope(c.var.apiKey, 'tokens:introspect')
    return c.json(await introspect(c.var.deps, c.req.valid('json').token))
  },
)
