import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import * as z from 'zod'
import type { AppEnv } from '../context'
import { anyone } from '../guards'
import { docsPage } from '../pages/docs-page'
import { homePage } from '../pages/home-page'
import { servePage } from '../pages/page'
import { resetPasswordPage } from '../pages/reset-password-page'
import { reach } from '../reach'
import { serveAsset } from './assets'
import { describe, type FacetAnswer } from './facets'
import { openApiDocument } from './openapi'
import { securityTxt } from './security-txt'

const PUBLIC_FIVE_MINUTES = 'public, max-age=300'
const PUBLIC_A_DAY = 'public, max-age=86400'

const page = (description: string): Record<number, FacetAnswer> => ({
  200: { description, schema: z.string(), type: 'text/html' },
})

/** The service about itself, its pages and their files. `app` is what the document describes. */
export function httpRoutes(app: Pick<Hono<AppEnv>, 'routes'>) {
  let built: ReturnType<typeof openApiDocument> | undefined
  // On the first call, not at start-up: only few isolates are ever asked.
  const document = (settings: Parameters<typeof openApiDocument>[1]) =>
    (built ??= openApiDocument(app.routes, settings))

  return new Hono<AppEnv>({ strict: false })
    .get(
      '/api/health',
      anyone,
      describe({
        tag: 'Service',
        summary: 'Whether the service can work',
        description: 'Asks the database. 503 when it does not answer.',
        answers: {
          200: { description: 'It can', schema: z.object({ status: z.literal('ok') }) },
        },
      }),
      async (c) => {
        await reach(c.var.deps, 'database', () => c.var.deps.db.run(sql`SELECT 1`))
        return c.json({ status: 'ok' as const })
      },
    )

    .get(
      '/api/openapi.json',
      anyone,
      describe({
        tag: 'Service',
        summary: 'This interface as an OpenAPI 3.1 document',
        answers: { 200: { description: 'The document', schema: z.looseObject({}) } },
      }),
      (c) => {
        c.header('Cache-Control', PUBLIC_FIVE_MINUTES)
        return c.json(document(c.get('deps').settings))
      },
    )

    .get(
      '/api/docs',
      anyone,
      describe({
        tag: 'Pages',
        summary: 'Documentation for client developers',
        answers: page('The page'),
      }),
      (c) => servePage(c, docsPage(document(c.get('deps').settings))),
    )

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
}
