import { and, getTableColumns, type SQL, sql } from 'drizzle-orm'
import { sha256 } from '../../platform/crypto/token'
import { insertFrom } from '../../platform/db/insert-where'
import { signUps } from '../../platform/db/schema'
import type { Deps } from '../../platform/deps'
import { isLinkThere } from '../accounts/find-link'
import { isRecoverable } from '../accounts/is-recoverable'
import { issueLink, linkColumns, linksOf, revokeLinks } from '../accounts/links'
import type { Mailbox } from './mailbox'

/** What anybody can do with an address that they only type. */
export type Act = 'sign_up' | 'resend' | 'reset'

/** A run that erases an account may have it for a quarter of an hour: no new link keeps it then. */
const ERASURE_MS = 15 * 60_000

type Row = Readonly<{
  purpose: 'invite' | 'keep_account' | 'reset'
  data: SQL | string | null
  expiresAt: SQL | number
  /** The account must still be as it was found. */
  when: SQL | undefined
}>

/** The row of the link that helps the owner of a mailbox on. */
function rowOf(deps: Pick<Deps, 'now' | 'settings'>, mailbox: Mailbox, act: Act): Row | undefined {
  const now = deps.now().getTime()
  if (mailbox.state === 'invited') {
    const { tokenHash, data, expiresAt } = mailbox.invite
    const when = sql`status = 'pending' AND ${isLinkThere(tokenHash)}`
    return { purpose: 'invite', data, expiresAt: expiresAt.getTime(), when }
  }
  if (mailbox.state === 'closing') {
    const when = sql`status = 'active' AND erasure_due_at > ${now + ERASURE_MS}`
    return { purpose: 'keep_account', data: null, expiresAt: sql`erasure_due_at`, when }
  }
  const isForReset = mailbox.state === 'frozen' || (mailbox.state === 'active' && act === 'reset')
  if (!isForReset) return undefined
  return {
    purpose: 'reset',
    data: sql`CAST(security_epoch AS TEXT)`,
    expiresAt: now + deps.settings.PASSWORD_RESET_TIMEOUT * 1000,
    when: and(...isRecoverable),
  }
}

/**
 * The statements that make another link for a mailbox, the same whatever stands behind its address.
 * An invitation or a link that keeps an account stays good beside the new one, which ends with it,
 * so that no stranger's act ends what was mailed before. Only a link that resets the password ends
 * those before it: that bounds the codes that can be guessed with them
 * (identity/attempts/limiter/limits.ts).
 */
export function issueMailboxLink(
  deps: Pick<Deps, 'db' | 'now' | 'settings'>,
  { key, mailbox, act, token }: { key: string; mailbox: Mailbox; act: Act; token: string },
) {
  const row = rowOf(deps, mailbox, act)
  const tokenHash = sha256(token)
  const userId = row && 'owner' in mailbox ? mailbox.owner.id : ''
  return {
    link: issueLink(
      deps,
      {
        tokenHash,
        userId: sql`id`,
        purpose: row?.purpose,
        data: row?.data ?? null,
        expiresAt: row?.expiresAt ?? 0,
      },
      sql`FROM users WHERE id = ${userId} AND email_key = ${key} AND ${row?.when ?? sql`false`}`,
    ).returning({ expiresAt: linkColumns.expiresAt }),
    linksBefore: revokeLinks(
      deps,
      linksOf(row?.purpose === 'reset' ? userId : '', 'reset'),
      sql`token_hash <> ${tokenHash} AND ${isLinkThere(tokenHash)}`,
    ),
  }
}

/**
 * The statements that give a sign-up that waits another link: a row beside it, which makes the same
 * account. Of nobody's they do nothing.
 */
export function copySignUp(
  { db, now, settings }: Pick<Deps, 'db' | 'now' | 'settings'>,
  { mailbox, token }: { mailbox: Mailbox; token: string },
) {
  const waiting = mailbox.state === 'unconfirmed' ? mailbox.signUp : undefined
  const { tokenHash = '', emailKey = '', passwordHash = '' } = waiting ?? {}
  const at = now().getTime()
  const own = {
    tokenHash: sha256(token),
    expiresAt: at + settings.EMAIL_VERIFICATION_TIMEOUT * 1000,
  }
  return {
    copy: insertFrom(
      db,
      signUps,
      { ...getTableColumns(signUps), ...own },
      sql`FROM sign_ups WHERE token_hash = ${tokenHash}`,
    ).returning(),
    expired: db
      .delete(signUps)
      .where(
        sql`email_key = ${emailKey} AND password_hash = ${passwordHash} AND expires_at <= ${at}`,
      ),
  }
}
