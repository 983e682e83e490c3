import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../platform/deps'
import { describe } from '../platform/http/facets'
import { anyone } from '../platform/http/guard'
import { servePage } from '../platform/http/page'
import { confirmEmailPage, notMePage } from './change-email-pages'
import { confirmNotificationsPage } from './confirm-notifications-page'
import { keepAccountPage } from './keep-account-page'
import { verifyEmailPage } from './verify-email-page'

const pages = [
  ['/verify-email', 'Where the link of a verification mail leads', verifyEmailPage],
  ['/confirm-email', 'Where the link to a new address leads', confirmEmailPage],
  ['/not-me', 'Where “This was not me” leads', notMePage],
  ['/confirm-notifications', 'Where the link to a second address leads', confirmNotificationsPage],
  ['/keep-account', 'Where the link against a deletion leads', keepAccountPage],
] as const

export const linkPageRoutes = new Hono<AppEnv>({ strict: false })

for (const [path, summary, page] of pages) {
  linkPageRoutes.get(
    path,
    anyone,
    describe({
      tag: 'Pages',
      summary,
      description: 'Opening it changes nothing; its button posts the token of the `#fragment`.',
      answers: { 200: { description: 'The page', schema: z.string(), type: 'text/html' } },
    }),
    (c) => servePage(c, page),
  )
}
