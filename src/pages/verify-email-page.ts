import { html } from 'hono/html'
import type { Page } from './page'

/**
 * Where the link of a verification mail leads. The token is in the fragment, which no server sees; the
 * script takes it from the address bar and posts it.
 *
 * It posts when the button is pressed, not by itself: mail filters open links in whole browsers and run
 * their scripts. A link that confirmed itself would be spent before its owner saw it, and, worse, a
 * stranger who signed up with somebody else's address would get it confirmed by that person's filter.
 */
export const verifyEmailPage: Page = {
  title: 'Confirm your e-mail address',
  description: 'Confirms the e-mail address of a Phantom account.',
  stylesheets: ['base.css', 'account.css'],
  script: 'verify-email.js',
  content: html`<main class="card">
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

    <section data-view="ready" hidden>
      <h1 tabindex="-1">Confirm your e&#8209;mail address</h1>
      <p>You are one step away from using your Phantom account.</p>
      <p><button type="button" class="button" data-act="confirm">Confirm my address</button></p>
      <p class="soft">
        You did not sign up? Then close this page: without the button nothing happens.
      </p>
    </section>

    <section data-view="done" hidden>
      <h1 tabindex="-1">Your address is confirmed</h1>
      <p>You can sign in now. This page has done its work; you may close it.</p>
    </section>

    <section data-view="expired" hidden>
      <h1 tabindex="-1">This link does not work any more</h1>
      <p>
        It has been used, has expired, or a newer one was sent. If you have confirmed your address
        before, you can simply sign in.
      </p>
    </section>

    <section data-view="missing" hidden>
      <h1 tabindex="-1">Open the link from your mail again</h1>
      <p>
        The address of this page lacks the secret that the link carries; it is gone after a reload.
        Open the link once more, or ask for a new one.
      </p>
    </section>

    <section data-view="failed" hidden>
      <h1 tabindex="-1">That did not work</h1>
      <p data-text="failure"></p>
      <p><button type="button" class="button" data-act="confirm">Try again</button></p>
    </section>

    <form data-part="resend" data-view="expired missing" novalidate hidden>
      <h2>Get a new link</h2>
      <label for="email">Your e-mail address</label>
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
      <p id="email-note" class="note" data-text="resend"></p>
      <p><button class="button quiet">Send a new link</button></p>
    </form>

    <p class="sr-only" role="status" aria-live="polite" data-text="status"></p>
  </main>`,
}
