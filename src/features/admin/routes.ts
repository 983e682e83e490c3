import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { query } from '../../platform/body/validate'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { adminUserActRoutes } from './act-routes'
import { adminDocs } from './docs'
import { listUsers, userEntry } from './list-users'
import { readUser, userDetails } from './read-user'
import { cursorOf, userQuery } from './user-query'

const admin = may('user_administration')

/** Accounts, as admins see and change them. */
export const adminRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/admin/users',
    admin,
    rateLimit('admin'),
    query(userQuery),
    describe({
      tag: 'Administration',
      summary: 'List and search accounts',
      description: adminDocs.list,
      answers: {
        200: {
          description: 'One page',
          schema: z.object({ users: z.array(userEntry), next: z.string().nullable() }),
        },
      },
    }),
    async (c) => {
      const { order, before: from, limit, ...filter } = c.req.valid('query')
      const wanted = { filter, newestFirst: order === 'newest', from, limit }
      const { users, next } = await listUsers(c.var.deps, wanted)
      return c.json({ users, next: cursorOf(next) })
    },
  )

  .get(
    // By its form, or `GET /disable/` were an account of that id rather than another method (405).
    '/api/admin/users/:id{usr_[A-Za-z0-9_-]+}',
    admin,
    rateLimit('admin'),
    describe({
      tag: 'Administration',
      summary: 'One account',
      description: 'Numbers of sessions and factors, locks, and what waits; never a hash or seed.',
      answers: { 200: { description: 'The account', schema: userDetails } },
      problems: ['not_found'],
    }),
    async (c) => c.json(await readUser(c.var.deps, c.req.param('id'))),
  )

  .route('/', adminUserActRoutes)
