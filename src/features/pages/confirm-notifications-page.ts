import { html } from 'hono/html'
import { linkPage } from './link-page'

/** Where the link leads that a second address for notices is mailed. */
export const confirmNotificationsPage = linkPage({
  title: 'Receive notices at this address',
  description: 'Sends the security notices of a Phantom account to a second address as well.',
  path: '/api/users/notification-email/confirm/',
  ready: html`<p>
    Notices about the security of a Phantom account will come to this address as well. Nobody can
    sign in with it or reset a password through it.
  </p>`,
  button: 'Receive notices here',
  otherwise:
    'You know of no such account? Then close this page: without the button nothing happens.',
  done: {
    title: 'Notices come here from now on',
    text: html`<p>This page has done its work; you may close it.</p>`,
  },
  expired: html`<p>
    It has been used, has expired, or a newer one was sent; or the account has changed since. If
    notices do not come here, ask for another link in the account.
  </p>`,
})
