import { html } from 'hono/html'
import type { Page } from '../platform/http/page'

/** What somebody sees who opens the host's name: what this is, and where to go on. */
export const homePage: Page = {
  title: 'Phantom Security',
  description: 'Accounts, sign-in in two steps and sessions for the Phantom platform.',
  stylesheets: ['base.css', 'account.css'],
  content: html`<main class="card">
    <p class="brand">
      <img src="/assets/phantom.svg" alt="" width="28" height="28" />Phantom Security
    </p>
    <h1>This is where Phantom accounts sign in</h1>
    <p>
      Apps of the Phantom platform use this service to sign people up, check who they are in two
      steps and keep their sessions. There is nothing to do for you here: sign in where you shop or
      sell.
    </p>
    <h2>For developers</h2>
    <ul class="links">
      <li><a href="/api/docs/">API documentation</a></li>
      <li><a href="/api/openapi.json">OpenAPI document</a></li>
      <li><a href="/.well-known/jwks.json">Keys that verify access tokens</a></li>
    </ul>
    <h2>Found a weakness?</h2>
    <p>Please tell us: <a href="/.well-known/security.txt">security.txt</a> says how.</p>
  </main>`,
}
