import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../../platform/deps'
import { serveAsset } from '../../platform/http/assets'
import { describe, type FacetAnswer } from '../../platform/http/facets'
import { anyone } from '../../platform/http/guard'
import { servePage } from '../../platform/http/page'
import { adminLinkRoutes } from './admin-link-routes'
import { homePage } from './home-page'
import { linkPageRoutes } from './link-page-routes'
import { resetPasswordPage } from './reset-password-page'
import { securityTxt } from './security-txt'

const PUBLIC_A_DAY = 'public, max-age=86400'

const page = (description: string): Record<number, FacetAnswer> => ({
  200: { description, schema: z.string(), type: 'text/html' },
})

/** The host itself: what it is, whom to tell about a weakness, and the files of its pages. */
export const pageRoutes = new Hono<AppEnv>({ strict: false })
  .get(
    '/.well-known/security.txt',
    anyone,
    describe({
      tag: 'Service',
      summary: 'Whom to tell about a weakness',
      description: 'RFC 9116.',
      answers: {
        200: { description: 'The file', schema: z.string(), type: 'text/plain' },
      },
    }),
    (c) => {
      c.header('Cache-Control', PUBLIC_A_DAY)
      return c.body(securityTxt(c.get('deps')), 200, {
        'Content-Type': 'text/plain; charset=utf-8',
      })
    },
  )

  .get(
    '/',
    anyone,
    describe({ tag: 'Pages', summary: 'What this host is', answers: page('The page') }),
    (c) => servePage(c, homePage),
  )

  .get(
    '/reset-password',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'Where the link of a reset mail leads, and where to ask for one',
      description: 'Opening it changes nothing; its button posts the token of the `#fragment`.',
      answers: page('The page'),
    }),
    (c) => servePage(c, resetPasswordPage(c.get('deps').settings.PASSWORD_MIN_LENGTH)),
  )

  .route('/', linkPageRoutes)
  .route('/', adminLinkRoutes)

  .get(
    '/assets/:file{[a-z0-9-]+\\.[a-z0-9]+}',
    anyone,
    describe({
      tag: 'Pages',
      summary: 'A file of the pages',
      answers: {
        200: { description: 'The file', schema: z.string(), type: '*/*' },
        304: { description: 'The copy that you have is current', schema: null },
      },
      problems: ['not_found'],
    }),
    (c) => serveAsset(c, c.req.param('file')),
  )
