import { Hono } from 'hono'
import * as z from 'zod'
import { keyEntry, newKey } from '../../identity/api-keys/key-entry'
import { listKeys } from '../../identity/api-keys/list-keys'
import { network } from '../../identity/api-keys/network'
import { scope, scopes } from '../../identity/api-keys/scopes'
import { may } from '../../identity/credentials/guards'
import { body } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { plainText } from '../../platform/text/display-name'
import { createKey } from './create-key'
import { apiKeyDocs } from './docs'
import { MAX_KEY_DAYS } from './key-life'
import { revokeKey } from './revoke-key'
import { rotateKey } from './rotate-key'
import { verifyKeyRoutes } from './verify-key-routes'

const MAX_NETWORKS = 20
const DAY_SECONDS = 86_400

const expiresInDays = z.int().min(1).max(MAX_KEY_DAYS).default(90)

const createBody = z.strictObject({
  name: plainText(60).describe('For its owner to tell keys apart'),
  scopes: z.array(scope).min(1).max(scopes.length),
  expires_in_days: expiresInDays,
  allowed_ips: z
    .array(network)
    .min(1)
    .max(MAX_NETWORKS)
    .optional()
    .describe('IP addresses and networks (CIDR) that it works from; without it, any'),
})

const rotateBody = z.strictObject({
  overlap_seconds: z
    .int()
    .min(0)
    .max(7 * DAY_SECONDS)
    .default(DAY_SECONDS)
    .describe('How long the key before works as well'),
  expires_in_days: expiresInDays,
})

export const apiKeyRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/api-keys',
    may('api_keys'),
    describe({
      tag: 'API keys',
      summary: 'All API keys of the account',
      description: 'The one that ends next comes first. Expired ones stay for 30 days.',
      answers: { 200: { description: 'The keys', schema: z.object({ keys: z.array(keyEntry) }) } },
    }),
    async (c) => c.json({ keys: await listKeys(c.var.deps, c.var.session.user.id) }),
  )

  .post(
    '/api/api-keys',
    may('api_keys', { stepUp: true }),
    rateLimit('codes'),
    body(createBody),
    describe({
      tag: 'API keys',
      summary: 'Make an API key',
      description: apiKeyDocs.create,
      answers: { 201: { description: 'The key, shown this once', schema: newKey } },
      problems: ['merchant_state', 'too_many_api_keys'],
    }),
    async (c) => {
      const input = c.req.valid('json')
      const made = await createKey(c.var.deps, c.var.session, {
        name: input.name,
        scopes: input.scopes,
        expiresInDays: input.expires_in_days,
        allowedIps: input.allowed_ips,
      })
      return c.json(made, 201)
    },
  )

  .post(
    '/api/api-keys/:id{key_[0-9A-Za-z]+}/rotate',
    may('api_keys', { stepUp: true }),
    rateLimit('codes'),
    body(rotateBody),
    describe({
      tag: 'API keys',
      summary: 'Replace an API key',
      description: apiKeyDocs.rotate,
      answers: { 200: { description: 'The next key, shown this once', schema: newKey } },
      problems: ['not_found', 'merchant_state'],
    }),
    async (c) => {
      const input = c.req.valid('json')
      const rotation = {
        overlapSeconds: input.overlap_seconds,
        expiresInDays: input.expires_in_days,
      }
      const id = c.req.param('id')
      return c.json(await rotateKey(c.var.deps, c.var.session, { id, ...rotation }))
    },
  )

  .delete(
    '/api/api-keys/:id{key_[0-9A-Za-z]+}',
    may('api_keys'),
    rateLimit('codes'),
    describe({
      tag: 'API keys',
      summary: 'End an API key',
      description: 'At once. Needs no step-up.',
      answers: { 204: { description: 'It is dead', schema: null } },
      problems: ['not_found'],
    }),
    async (c) => {
      await revokeKey(c.var.deps, c.var.session, c.req.param('id'))
      return c.body(null, 204)
    },
  )

  .route('/', verifyKeyRoutes)
