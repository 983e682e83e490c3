import { Hono } from 'hono'
import * as z from 'zod'
import { signedIn, steppedUp } from '../../identity/credentials/guards'
import { deviceEntry, listDevices } from '../../identity/sessions/list-devices'
import type { AppEnv } from '../../platform/deps'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'
import { forgetAllDevices, forgetDevice } from './devices'
import { sessionDocs } from './docs'

export const deviceRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/api/auth/devices',
    signedIn,
    describe({
      tag: 'Sessions',
      summary: 'Browsers that have signed in',
      description: sessionDocs.listDevices,
      answers: {
        200: { description: 'The devices', schema: z.object({ devices: z.array(deviceEntry) }) },
      },
    }),
    async (c) => c.json({ devices: await listDevices(c.var.deps, c.var.session) }),
  )

  .delete(
    '/api/auth/devices',
    steppedUp,
    rateLimit('account'),
    describe({
      tag: 'Sessions',
      summary: 'Forget all devices',
      description: sessionDocs.forgetDevices,
      answers: { 204: { description: 'None is known any more', schema: null } },
    }),
    async (c) => {
      await forgetAllDevices(c.var.deps, c.var.session)
      return c.body(null, 204)
    },
  )

  .delete(
    '/api/auth/devices/:id{dev_[A-Za-z0-9_-]+}',
    steppedUp,
    rateLimit('account'),
    describe({
      tag: 'Sessions',
      summary: 'Forget one device',
      description: sessionDocs.forgetDevice,
      answers: { 204: { description: 'It is a stranger from now on', schema: null } },
      problems: ['not_found'],
    }),
    async (c) => {
      await forgetDevice(c.var.deps, c.var.session, c.req.param('id'))
      return c.body(null, 204)
    },
  )
