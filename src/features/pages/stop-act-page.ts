import { html } from 'hono/html'
import { linkPage } from './link-page'

/** Where the link leads that the owner is mailed before an admin's removal of second factors. */
export const stopActPage = linkPage({
  title: 'Stop the removal',
  description: 'Keeps the authenticator apps of a Phantom account.',
  path: '/api/auth/stop-act/',
  ready: html`<p>
    Our team was told that you have lost your authenticator app and backup codes, and will remove
    them from your account. The button stops that, and everything stays as it is.
  </p>`,
  button: 'Stop the removal',
  otherwise: 'You have lost them? Then close this page: without the button they are removed.',
  done: {
    title: 'Nothing is removed',
    text: html`<p>Your authenticator apps and backup codes stay as they are.</p>
      <p>
        If you did not ask for the removal, somebody is trying to get into your account:
        <a href="/reset-password">reset your password</a>.
      </p>`,
  },
  expired: html`<p>
    It has been used, or its day has passed. Sign in to see which factors your account has.
  </p>`,
})
