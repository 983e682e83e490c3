import { html } from 'hono/html'
import type { Page } from '../../platform/http/page'
import { linkCard } from './link-card'
import { passwordField } from './password-field'

/**
 * Where the link of an invitation leads. The token is in the fragment, which no server sees; the
 * script takes it from the address bar, asks what it is for, and posts it with the password.
 */
export const acceptInvitationPage = (minLength: number): Page => ({
  title: 'Accept the invitation',
  description: 'Sets the password of a Phantom account that was made for somebody.',
  stylesheets: ['base.css', 'account.css'],
  script: 'accept-invitation.js',
  content: linkCard(
    html`<section data-view="checking" hidden>
        <h1 tabindex="-1">Accept the invitation</h1>
        <p>Checking your link …</p>
      </section>

      <section data-view="ready" hidden>
        <h1 tabindex="-1">Accept the invitation</h1>
        <p>Choose a password, and <span data-text="role">the account</span> is yours.</p>
        <form class="plain" data-part="password" method="post" novalidate>
          <label for="username">Account</label>
          <input id="username" name="username" type="email" autocomplete="username" readonly />
          ${passwordField(minLength, 'Password')}
          <p class="note bad" data-text="problem"></p>
          <p><button class="button" data-act="accept">Accept the invitation</button></p>
        </form>
        <p class="soft">
          You did not expect this? Then close this page: without the button nothing happens.
        </p>
      </section>

      <section data-view="done" hidden>
        <h1 tabindex="-1">The account is yours</h1>
        <p>You can sign in with your address and the password that you have chosen.</p>
        <p data-part="admin" hidden>
          Add an authenticator app first of all: what admins do opens only with one.
        </p>
      </section>

      <section data-view="expired" hidden>
        <h1 tabindex="-1">This link does not work any more</h1>
        <p>
          It has been used, has expired, or a newer one was sent. If you have accepted before, you
          can simply sign in; otherwise ask whoever invited you for another one.
        </p>
      </section>

      <section data-view="missing" hidden>
        <h1 tabindex="-1">Open the link from your mail again</h1>
        <p>
          The address of this page lacks the secret that the link carries; it is gone after a
          reload.
        </p>
      </section>

      <section data-view="failed" hidden>
        <h1 tabindex="-1">That did not work</h1>
        <p data-text="failure"></p>
        <p><button type="button" class="button" data-act="check">Try again</button></p>
      </section>`,
  ),
})
