import { env } from 'cloudflare:workers'
import { randomToken, sha256 } from '../../src/platform/crypto/token'
import { insertUser } from '../support/admins'
import { insertAct } from '../support/pending-acts'
import type { World } from './world'

const DAY = 86_400_000

/** A body with the token of a link that was mailed to an account. */
export async function link({ app }: World, userId: string, purpose: string, data: unknown) {
  const token = randomToken()
  const until = app.now().getTime() + DAY
  await env.DB.prepare('INSERT INTO mailed_tokens VALUES (?, ?, ?, ?, ?)')
    .bind(sha256(token), userId, purpose, data === null ? null : JSON.stringify(data), until)
    .run()
  return { token }
}

export const setUser = (userId: string, assignment: string) =>
  env.DB.prepare(`UPDATE users SET ${assignment} WHERE id = ?`).bind(userId).run()

/** In the session of an admin who is none of those of the fill. */
export async function asAdmin({ other, session }: World) {
  return { token: (await session(await other('admin'))).accessToken }
}

/** An act that waits, of another admin, about an account. */
export async function act(world: World, kind: 'demote_admin' | 'disable_admin' | 'grant_admin') {
  const by = await insertUser(world.app, 'admin')
  const id = await world.other(kind === 'grant_admin' ? 'customer' : 'admin')
  const dueAt = world.app.now().getTime() + DAY
  return { params: { id, act: await insertAct(kind, id, { by, dueAt }) } }
}
