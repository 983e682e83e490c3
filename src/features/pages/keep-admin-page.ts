import { html } from 'hono/html'
import { linkPage } from './link-page'

/** Where the link leads that an admin is mailed whom another admin wants to demote or disable. */
export const keepAdminPage = linkPage({
  title: 'Keep the admin account',
  description: 'Stops that the admin account of Phantom is demoted or disabled.',
  path: '/api/auth/stop-act/',
  ready: html`<p>
    Another admin wants to take the role of admin from your account, or to disable it. The button
    stops that, and everything stays as it is.
  </p>`,
  button: 'Keep the admin account',
  otherwise:
    'You agree? Then close this page. It happens on the day that the mail names, or once another admin approves it.',
  done: {
    title: 'Your account stays as it is',
    text: html`<p>You remain an admin, and the account is not disabled.</p>
      <p>
        Ask the admin who wanted it, by another way than mail. If it was nobody’s wish, end the
        sessions of that admin, for their account may have been stolen.
      </p>`,
  },
  expired: html`<p>
    It has been used, or the request has been withdrawn or carried out. Sign in to see which role
    your account has.
  </p>`,
})
