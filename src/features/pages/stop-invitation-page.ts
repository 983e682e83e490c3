import { html } from 'hono/html'
import { linkPage } from './link-page'

/**
 * Where the link leads that all former admins are mailed before a sole admin's invitation of
 * another.
 */
export const stopInvitationPage = linkPage({
  title: 'Stop the invitation',
  description: 'Keeps Phantom from getting a new admin.',
  path: '/api/auth/stop-act/',
  ready: html`<p>
      The only admin of Phantom wants to invite another admin. No other admin is left to approve
      that. Instead, everyone who has ever been an admin can stop it. The mail names the day on
      which the invitation goes out.
    </p>
    <p>
      The button stops it, and nobody becomes an admin by it. The admin can ask again, and you would
      be mailed again.
    </p>`,
  button: 'Stop the invitation',
  otherwise:
    'The admin has told you that it is wanted? Then close this page: nothing more is needed.',
  done: {
    title: 'Nobody is invited',
    text: html`<p>The invitation is stopped, for all who were asked.</p>
      <p>
        If you did not expect it, write to the address in the mail: a stranger may be using the
        admin’s account.
      </p>`,
  },
  expired: html`<p>
    The invitation has been stopped already, or was given up, or its day has passed. If you did not
    want it, write to the address in the mail.
  </p>`,
})
