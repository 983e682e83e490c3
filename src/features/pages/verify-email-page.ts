import { html } from 'hono/html'
import { emailField } from './link-card'
import { linkPage } from './link-page'

/** Where the link of a verification mail leads, and where to ask for another one. */
export const verifyEmailPage = linkPage({
  title: 'Confirm your e\u2011mail address',
  description: 'Confirms the e-mail address of a Phantom account.',
  path: '/api/auth/verify-email/',
  script: 'verify-email.js',
  ready: html`<p>You are one step away from using your Phantom account.</p>`,
  button: 'Confirm my address',
  otherwise: 'You did not sign up? Then close this page: without the button nothing happens.',
  done: {
    title: 'Your address is confirmed',
    text: html`<p>You can sign in now. This page has done its work; you may close it.</p>`,
  },
  expired: html`<p>
    It has been used, has expired, or a newer one was sent. If you have confirmed your address
    before, you can simply sign in.
  </p>`,
  missing: 'Open the link once more, or ask for a new one.',
  more: html`<section data-view="username_taken" data-answer="username_taken" hidden>
      <h1 tabindex="-1">Your address is confirmed</h1>
      <p>
        You can sign in now, with your e&#8209;mail address. The username that you wished for was
        taken by somebody else meanwhile, so your account has none yet; you can choose another in
        your account. We have sent you a mail about it.
      </p>
    </section>

    <form data-part="resend" data-view="expired missing" method="post" novalidate hidden>
      <h2>Get a new link</h2>
      ${emailField('resend')}
      <p><button class="button quiet">Send a new link</button></p>
    </form>`,
})
