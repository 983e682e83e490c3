import { html } from 'hono/html'
import type { Page } from '../../platform/http/page'

type Html = Page['content']

/**
 * The frame of every page that a mailed link leads to: whose page it is, what to do without
 * scripts, and the line that tells a screen reader what is going on. `path` is where its script
 * posts the token.
 */
export const linkCard = (content: Html, path?: `/api/${string}/`): Html =>
  html`<main class="card" data-path="${path ?? ''}">
    <p class="brand">
      <img src="/assets/phantom.svg" alt="" width="28" height="28" />Phantom Security
    </p>

    <noscript>
      <h1>This page needs JavaScript</h1>
      <p>
        The link in your mail holds a secret that never leaves your browser unless a script sends
        it. Allow scripts for this page, or open the link in another browser.
      </p>
    </noscript>

    ${content}

    <p class="sr-only" role="status" aria-live="polite" data-text="status"></p>
  </main>`

/** Where somebody writes an address to have a link sent to; `note` names the line that answers. */
export const emailField = (note: string): Html =>
  html`<label for="email">Your e-mail address</label>
    <input
      id="email"
      name="email"
      type="email"
      autocomplete="email"
      inputmode="email"
      maxlength="254"
      required
      aria-describedby="email-note"
    />
    <p id="email-note" class="note" data-text="${note}"></p>`
