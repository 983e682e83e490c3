import { html } from 'hono/html'

/** What every page of the preview stands in. */
export const pageShell = (title: string, content: unknown) =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Phantom mails</title>
        <link rel="icon" href="/phantom.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/base.css" />
        <link rel="stylesheet" href="/mails.css" />
      </head>
      <body>
        ${content}
      </body>
    </html>`
