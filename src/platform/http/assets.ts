import type { Context } from 'hono'
import type { AppEnv } from '../deps'
import { problem } from '../problems'

/** The kinds of files that pages load. Whatever else lies in `public/` is not served. */
const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** No hash in the names, so a page and its files may differ for this long after a deployment. */
const MAX_AGE_SECONDS = 300

/**
 * Serves a file of `public/assets/` under our own headers. The caller's headers are not passed on.
 */
export async function serveAsset(c: Context<AppEnv>, name: string): Promise<Response> {
  const { assets, settings } = c.get('deps')
  const type = TYPES[name.split('.').at(-1) ?? '']
  if (type === undefined) throw problem('not_found')
  const etag = c.req.header('If-None-Match')
  const file = await assets.fetch(`${settings.PUBLIC_URL}/assets/${name}`, {
    ...(etag !== undefined && { headers: { 'If-None-Match': etag } }),
  })
  const headers = {
    'Content-Type': type,
    'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
    ETag: file.headers.get('ETag') ?? '',
  }
  if (file.status === 304) return c.body(null, 304, headers)
  if (!file.ok || !file.body) throw problem('not_found')
  return c.body(file.body, 200, headers)
}
