import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import * as z from 'zod'
import { cached } from '../cached'
import type { AppEnv } from '../context'
import { MAIL_STATES, mailState, type MailState } from '../email/mail-state'
import { anyone } from './guard'
import { docsPage } from '../pages/docs-page'
import { homePage } from '../pages/home-page'
import { publicPage, servePage, servePublicPage } from '../pages/page'
import { resetPasswordPage } from '../pages/reset-password-page'
import { reach } from '../reach'
import { serveAsset } from './assets'
import { describe, type FacetAnswer } from './facets'
import { openApiDocument } from './openapi'
import { type PublicText, publicText, servePublicText } from './public-text'
import { securityTxt } from './security-txt'

const PUBLIC_A_DAY = 'public, max-age=86400'

const page = (description: string): Record<number, FacetAnswer> => ({
  200: { description, schema: z.string(), type: 'text/html' },
})

const CURRENT: Record<number, FacetAnswer> = {
  304: { description: 'The copy that you have is current', schema: null },
}

const healthSchema = z.object({
  status: z.literal('ok'),
  mail: z.enum(MAIL_STATES),
})

/** The service about itself, its pages and their files. `app` is what the document describes. */
export function httpRoutes(app: Pick<Hono<AppEnv>, 'routes'>) {
  // On the first call, not at start-up: only few isolates are ever asked.
  let document: PublicText | undefined
  let docs: PublicText | undefined
  const readMailState = cached(async (deps) => {
    const { results } = await reach(deps, 'database', () =>
      deps.db.run(sql`SELECT ${mailState(deps)} AS state`),
    )
    const [row] = results as { state: MailState | null }[]
    return row?.state ?? 'ok'
  })

  return new Hono<AppEnv>({ strict: false })
    .get(
      '/api/health',
      anyone,
      describe({
        tag: 'Service',
        summary: 'Whether the service can work',
        description:
          'Asks the database, every two seconds at most. 503 when it does not answer. `mail` is `low` when little is left of what may be mailed today, `out` when nothing is, and `paused` while the mail server refuses our account: codes and links come late then, or not at all.',
        answers: {
          200: { description: 'It can', schema: healthSchema },
        },
      }),
      async (c) => {
        const mail = await readMailState(c.var.deps)
        return c.json({ status: 'ok', mail } satisfies z.output<typeof healthSchema>)
      },
    )

    .get(
      '/api/openapi.json',
      anyone,
      describe({
        tag: 'Service',
        summary: 'This interface as an OpenAPI 3.1 document',
        answers: { 200: { description: 'The document', schema: z.looseObject({}) }, ...CURRENT },
      }),
      (c) => {
        const api = () => JSON.stringify(openApiDocument(app.routes, c.var.deps.settings))
        document ??= publicText(api(), 'application/json')
        return servePublicText(c, document)
      },
    )

    .get(
      '/api/docs',
      anyone,
      describe({
        tag: 'Pages',
        summary: 'Documentation for client developers',
        answers: { ...page('The page'), ...CURRENT },
      }),
      async (c) => {
        const api = () => openApiDocument(app.routes, c.var.deps.settings)
        docs ??= await publicPage(docsPage(api()))
        return servePublicPage(c, docs)
      },
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
          ...CURRENT,
        },
        problems: ['not_found'],
      }),
      (c) => serveAsset(c, c.req.param('file')),
    )
}
