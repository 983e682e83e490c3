import { html } from 'hono/html'
import { linkPage } from './link-page'

/** Where the link leads that the owner of an account is mailed when it is to be deleted. */
export const keepAccountPage = linkPage({
  title: 'Keep your account',
  description: 'Keeps a Phantom account that is to be deleted.',
  path: '/api/users/keep-account/',
  ready: html`<p>
    Your Phantom account is to be deleted: somebody who was signed in to it, we hope you, asked for
    that. Until the day nobody can sign in. The button takes it back, and nothing is deleted.
  </p>`,
  button: 'Keep my account',
  otherwise: 'It is to go? Then close this page: without the button nothing changes.',
  done: {
    title: 'Your account stays',
    text: html`<p>Nothing was deleted. You can sign in again.</p>
      <p>
        If it was not you who wanted it deleted, somebody else knows your password:
        <a href="/reset-password">reset it</a> at once.
      </p>`,
  },
  expired: html`<p>
    It has been used, or the account has been deleted. If you have pressed the button before, you
    can simply sign in.
  </p>`,
})
