import { html } from 'hono/html'
import type { Page } from '../../platform/http/page'
import { emailField, linkCard } from './link-card'
import { passwordField } from './password-field'

/**
 * Where the link of a reset mail leads, and where to ask for one. The token is in the fragment,
 * which no server sees; the script takes it from the address bar and posts it.
 *
 * Made for password managers: a field for the name that is filled in and shown, one field for the
 * new password that may be pasted into, and what the rules are, where they look for it.
 */
export const resetPasswordPage = (minLength: number): Page => ({
  title: 'Set a new password',
  description: 'Sets a new password for a Phantom account.',
  stylesheets: ['base.css', 'account.css'],
  script: 'reset-password.js',
  content: linkCard(
    html`<section data-view="checking" hidden>
        <h1 tabindex="-1">Set a new password</h1>
        <p>Checking your link …</p>
      </section>

      <section data-view="ready" hidden>
        <h1 tabindex="-1">Set a new password</h1>
        <p>
          All your sessions will end. Authenticator apps and backup codes that were added in the
          last three days are removed. Then you sign in with the new password.
        </p>
        ${passwordForm(minLength)}
      </section>

      <section data-view="done" hidden>
        <h1 tabindex="-1">Your password is changed</h1>
        <p>
          All sessions were ended. Go back to where you wanted to sign in, and use the new password.
        </p>
        <p>This page has done its work; you may close it.</p>
      </section>

      <section data-view="expired" hidden>
        <h1 tabindex="-1">This link does not work any more</h1>
        <p>
          It has been used, has expired, or a newer one was sent. If you have just set a new
          password, you can simply sign in with it.
        </p>
      </section>

      <section data-view="request" hidden>
        <h1 tabindex="-1">Forgot your password?</h1>
        <p>
          Give the e&#8209;mail address of your account. We send a link there that sets a new one;
          until you use it, nothing changes.
        </p>
      </section>

      <section data-view="failed" hidden>
        <h1 tabindex="-1">That did not work</h1>
        <p data-text="failure"></p>
        <p><button type="button" class="button" data-act="check">Try again</button></p>
      </section>

      <form
        class="plain"
        data-part="request"
        data-view="expired request"
        method="post"
        novalidate
        hidden
      >
        ${emailField('request')}
        <p><button class="button">Send a link</button></p>
      </form>`,
  ),
})

/** Posts by script alone; `method` keeps a password out of the address should that ever fail. */
const passwordForm = (minLength: number) =>
  html`<form class="plain" data-part="password" method="post" novalidate>
    <label for="username">Account</label>
    <input id="username" name="username" type="email" autocomplete="username" readonly />

    ${passwordField(minLength, 'New password')}

    <div data-part="factor" hidden>
      <label for="code" data-text="code-label">Code of your authenticator app</label>
      <input id="code" name="code" required aria-describedby="code-note" />
      <p id="code-note" class="note" data-text="code"></p>
      <p><button type="button" class="link" data-act="switch"></button></p>
    </div>

    <p class="note bad" data-text="problem"></p>
    <p><button class="button" data-act="set">Set the new password</button></p>
  </form>`
