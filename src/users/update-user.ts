import { and, eq, sql } from 'drizzle-orm'
import { notifyOwner, occasionOf } from '../identity/accounts/notify-owner'
import { requireFewRenames } from '../identity/attempts/few-renames'
import { recordEvent } from '../platform/audit/record'
import { userWords } from '../platform/db/admin-schema'
import { batch } from '../platform/db/batch'
import { insertFrom } from '../platform/db/insert-where'
import { users } from '../platform/db/schema'
import type { Deps } from '../platform/deps'
import { problem } from '../platform/problems'
import { nameWords } from '../platform/text/name-words'
import { usernameKey } from '../platform/text/username'
import type { CurrentSession } from '../sessions/find-session'
import { refOf } from '../sessions/session-ref'

export type ProfileChange = Readonly<{
  username?: string | undefined
  /** `null` takes it away. */
  display_name?: string | null | undefined
  locale?: string | undefined
}>

/**
 * Changes what users may say of themselves, and nothing else: role, status and address have acts of
 * their own. A username is taken in the one statement that finds it free; whether it is somebody's
 * is told ten times a day. Returns the session with its user as it is now; where nothing changes,
 * nothing is recorded.
 */
export async function updateUser(
  deps: Deps,
  session: CurrentSession,
  given: ProfileChange,
): Promise<CurrentSession> {
  const change = changesOf(session.user, given)
  const fields = Object.keys(change)
  if (fields.length === 0) return session
  const { userId, sessionId } = refOf(session)
  const { username, display_name: displayName, locale } = change
  if (username !== undefined) await requireFewRenames(deps, userId)
  const key = username === undefined ? undefined : (usernameKey(username) ?? null)
  const isFree =
    key === undefined
      ? sql`true`
      : sql`NOT EXISTS (SELECT 1 FROM users AS other
          WHERE other.username_key = ${key} AND other.id <> ${userId})`
  const {
    changed: [changed],
  } = await batch(deps.db, {
    changed: deps.db
      .update(users)
      // A field that is undefined is left alone.
      .set({ username, usernameKey: key, displayName, locale })
      .where(and(eq(users.id, userId), isFree))
      .returning({
        username: users.username,
        displayName: users.displayName,
        locale: users.locale,
      }),
    event: recordEvent(
      deps,
      {
        event: 'user_updated',
        userId,
        actor: userId,
        sessionId,
        data: { fields: fields.join(' ') },
      },
      isFree,
    ),
    words: displayName ? insertWords(deps, userId, displayName) : undefined,
  })
  if (!changed) throw problem('username_taken')
  const user = { ...session.user, ...changed }
  if (username !== undefined) {
    const data = { username, ...occasionOf(deps) }
    await notifyOwner(deps, user, { template: 'username_changed', data })
  }
  return { ...session, user }
}

/** The statement that stores the words of a name, if it is the account's by then. */
const insertWords = ({ db }: Pick<Deps, 'db'>, userId: string, name: string) =>
  insertFrom(
    db,
    userWords,
    { word: sql`word.value`, userId },
    sql`FROM users, json_each(${JSON.stringify(nameWords(name))}) AS word
      WHERE users.id = ${userId} AND display_name = ${name}`,
  ).onConflictDoNothing()

/** What is not so already: in a loop, the rest would fill the audit log. */
function changesOf(
  { username, displayName, locale }: CurrentSession['user'],
  given: ProfileChange,
): ProfileChange {
  const before = { username, display_name: displayName, locale }
  const names = ['username', 'display_name', 'locale'] as const
  return Object.fromEntries(
    names
      .filter((name) => given[name] !== undefined && given[name] !== before[name])
      .map((name) => [name, given[name]]),
  )
}
