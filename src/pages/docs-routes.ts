import { Hono } from 'hono'
import * as z from 'zod'
import { openApiDocument } from '../http/openapi'
import { docsPage } from '../pages/docs-page'
import type { AppEnv } from '../platform/deps'
import { describe, type FacetAnswer } from '../platform/http/facets'
import { anyone } from '../platform/http/guard'
import { publicPage, servePublicPage } from '../platform/http/page'
import { type PublicText, publicText, servePublicText } from '../platform/http/public-text'

const CURRENT: Record<number, FacetAnswer> = {
  304: { description: 'The copy that you have is current', schema: null },
}

/** The interface in words and as a document. `app` is what the two describe. */
export function docsRoutes(app: Pick<Hono<AppEnv>, 'routes'>) {
  // On the first call, not at start-up: only few isolates are ever asked.
  let document: PublicText | undefined
  let docs: PublicText | undefined

  return new Hono<AppEnv>({ strict: false })
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
        answers: {
          200: { description: 'The page', schema: z.string(), type: 'text/html' },
          ...CURRENT,
        },
      }),
      async (c) => {
        const api = () => openApiDocument(app.routes, c.var.deps.settings)
        docs ??= await publicPage(docsPage(api()))
        return servePublicPage(c, docs)
      },
    )
}
