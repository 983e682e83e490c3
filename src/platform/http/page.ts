import type { Context } from 'hono'
import { html } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'
import { randomToken } from '../crypto/token'
import type { AppEnv } from '../deps'
import { type PublicText, publicText, servePublicText } from './public-text'

type Html = HtmlEscapedString | Promise<HtmlEscapedString>

export type Page = Readonly<{
  title: string
  description: string
  /** Files of `public/assets/`. */
  stylesheets: readonly string[]
  script?: string
  content: Html
}>

/**
 * Answers with a page. Its policy lets run and style only what carries this answer's nonce, so
 * markup that an attacker got in does nothing; no plug-ins, no frames, no foreign forms, no text
 * made into markup by scripts (Trusted Types). Sources are our own host's alone.
 */
export function servePage(c: Context<AppEnv>, page: Page) {
  const nonce = randomToken()
  const carrier = `'nonce-${nonce}'`
  setPageHeaders(c, { script: carrier, style: carrier })
  return c.html(renderPage(page, nonce))
}

/** A page without a script, the same for everybody: made once, and kept by browsers and caches. */
export const publicPage = async (page: Omit<Page, 'script'>): Promise<PublicText> =>
  publicText(String(await renderPage(page)), 'text/html; charset=utf-8')

/**
 * Answers with it. A nonce that is kept is none: nothing runs, and the style sheets are our own
 * files.
 */
export function servePublicPage(c: Context<AppEnv>, page: PublicText) {
  setPageHeaders(c, { script: "'none'", style: "'self'" })
  return servePublicText(c, page)
}

function setPageHeaders(c: Context<AppEnv>, sources: { script: string; style: string }) {
  c.header('Content-Security-Policy', pagePolicy(sources))
  c.header('Cross-Origin-Opener-Policy', 'same-origin')
  c.header('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
}

const pagePolicy = ({ script, style }: { script: string; style: string }): string =>
  [
    "default-src 'none'",
    `script-src ${script}`,
    `style-src ${style}`,
    "img-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

const renderPage = (
  { title, description, stylesheets, script, content }: Page,
  nonce?: string,
): Html => {
  const carrier = nonce === undefined ? '' : html` nonce="${nonce}"`
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <meta name="description" content="${description}" />
        <link rel="icon" href="/assets/phantom.svg" type="image/svg+xml" />
        ${stylesheets.map((file) => html`<link rel="stylesheet" href="/assets/${file}" ${carrier} />`)}
        ${script === undefined ? '' : html`<script src="/assets/${script}" type="module" ${carrier}></script>`}
      </head>
      <body>
        ${content}
      </body>
    </html> `
}
