import { html } from 'hono/html'
import { linkPage } from './link-page'

const resetLink = html`<p>
  <a class="button" href="/reset-password">Reset the password</a>
</p>`

/** Where the link leads that a new address is mailed. */
export const confirmEmailPage = linkPage({
  title: 'Confirm your new e\u2011mail address',
  description: 'Gives a Phantom account a new e-mail address.',
  path: '/api/users/change-email/confirm/',
  ready: html`<p>
    Your Phantom account will have this address from now on: you sign in with it, and our mails come
    here. Your other sessions will end.
  </p>`,
  button: 'Confirm new address',
  otherwise: 'You did not ask for this? Then close this page: without the button nothing happens.',
  done: {
    title: 'Your new address is confirmed',
    text: html`<p>
        Sign in with it from now on. A mail to the old address says so, with a link that takes the
        change back for seven days.
      </p>
      <p>This page has done its work; you may close it.</p>`,
  },
  expired: html`<p>
      It has been used, has expired, or a newer one was sent; or your account or this address has
      changed since.
    </p>
    <p>
      If you have pressed the button before, sign in with the new address. If not, ask for the
      change again in your account.
    </p>`,
})

/**
 * Where the link leads of a mail about another address, a new authenticator app or new backup
 * codes.
 */
export const notMePage = linkPage({
  title: 'Undo what was not you',
  description: 'Freezes a Phantom account in which somebody else has changed something.',
  path: '/api/auth/not-me/',
  ready: html`<p>If it was not you who did what our mail tells of, the button</p>
    <ul>
      <li>ends all sessions and API keys,</li>
      <li>keeps the e‑mail address from before, or brings it back,</li>
      <li>
        removes authenticator apps and backup codes that were added in the three days before the
        mail or since,
      </li>
      <li>and freezes the account: nobody can sign in until its password is reset.</li>
    </ul>`,
  button: 'This was not me',
  otherwise: 'It was you? Then close this page: without the button nothing happens.',
  done: {
    title: 'Your account is frozen',
    text: html`<p>
        All sessions have ended, the address is the one from before, authenticator apps and backup
        codes that were new are gone, and nobody can sign in. Now reset the password: that makes the
        account yours again.
      </p>
      ${resetLink}
      <p class="soft">
        The link for that is mailed to this address. If somebody else may read your mailbox, change
        its password first.
      </p>`,
  },
  expired: html`<p>
      It has been used, or is too old: it is good for seven days after a change of address, and for
      three days after an app or codes were added. If you have pressed the button before, your
      account is frozen: reset its password.
    </p>
    ${resetLink}
    <p class="soft">You did not, and cannot sign in? Then ask the support of Phantom for help.</p>`,
  more: html`<section data-view="disabled" data-answer="disabled" hidden>
    <h1 tabindex="-1">Your account is disabled</h1>
    <p>
      All sessions have ended, and nobody can sign in. The old address could not be brought back: it
      belongs to another account by now. So a reset of the password would not reach you.
    </p>
    <p>Ask the support of Phantom for help.</p>
  </section>`,
})
