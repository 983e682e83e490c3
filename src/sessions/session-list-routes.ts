import { Hono } from 'hono'
import * as z from 'zod'
import { signedIn } from '../guards'
import type { AppEnv } from '../platform/deps'
import { endedSessionCookie } from '../platform/http/cookies'
import { describe } from '../platform/http/facets'
import { rateLimit } from '../platform/http/rate-limit'
import { endOtherSessions, endOwnSession } from './end-sessions'
import { listSessions, sessionEntry } from './list-sessions'

export const sessionListRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/auth/sessions',
    signedIn,
    describe({
      tag: 'Sessions',
      summary: 'All live sessions of the account',
      description: 'The one used last comes first. At most twenty.',
      answers: {
        200: { description: 'The sessions', schema: z.object({ sessions: z.array(sessionEntry) }) },
      },
    }),
    async (c) => c.json({ sessions: await listSessions(c.var.deps, c.var.session) }),
  )

  .delete(
    '/api/auth/sessions',
    signedIn,
    rateLimit('refresh'),
    describe({
      tag: 'Sessions',
      summary: 'End all other sessions',
      description: 'The one that asks lives on. Their tokens and cookies are dead at once.',
      answers: {
        200: { description: 'How many were ended', schema: z.object({ ended: z.int() }) },
      },
    }),
    async (c) => c.json({ ended: await endOtherSessions(c.var.deps, c.var.session) }),
  )

  .delete(
    '/api/auth/sessions/:id{ses_[A-Za-z0-9_-]+}',
    signedIn,
    rateLimit('refresh'),
    describe({
      tag: 'Sessions',
      summary: 'End one session',
      answers: { 204: { description: 'It is over', schema: null } },
      problems: ['not_found'],
    }),
    async (c) => {
      const id = c.req.param('id')
      await endOwnSession(c.var.deps, c.var.session.user.id, id)
      if (id === c.var.session.id) c.header('Set-Cookie', endedSessionCookie())
      return c.body(null, 204)
    },
  )
