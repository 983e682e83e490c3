import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../platform/deps'
import { describe } from '../platform/http/facets'
import { anyone } from '../platform/http/guard'
import { servePage } from '../platform/http/page'
import { acceptInvitationPage } from './accept-invitation-page'
import { keepAdminPage } from './keep-admin-page'
import { stopActPage } from './stop-act-page'
import { stopInvitationPage } from './stop-invitation-page'

const answers = { 200: { description: 'The page', schema: z.string(), type: 'text/html' } }
const description = 'Opening it changes nothing; its button posts the token of the `#fragment`.'

/** Where the links lead that are mailed for what an admin did. */
export const adminLinkRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/accept-invitation',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'Where the link of an invitation leads',
      description,
      answers,
    }),
    (c) => servePage(c, acceptInvitationPage(c.var.deps.settings.PASSWORD_MIN_LENGTH)),
  )

  .get(
    '/stop-act',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'Where the link against a removal of second factors leads',
      description,
      answers,
    }),
    (c) => servePage(c, stopActPage),
  )

  .get(
    '/keep-admin',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'Where the link of an admin who is to be demoted or disabled leads',
      description,
      answers,
    }),
    (c) => servePage(c, keepAdminPage),
  )

  .get(
    '/stop-invitation',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'Where the link against a sole admin’s invitation of another leads',
      description,
      answers,
    }),
    (c) => servePage(c, stopInvitationPage),
  )
