import type { Server } from './servers.ts'

export type Account = Readonly<{ id: string; email: string }>

export const PASSWORD = 'violet kettle walks home'

/** Writes active accounts straight into a database, all with the password `PASSWORD`. */
export async function seedAccounts(
  { miniflare }: Server,
  worker: string,
  count: number,
  passwordHash: string,
): Promise<Account[]> {
  const db = await miniflare.getD1Database('DB', worker)
  const accounts = Array.from({ length: count }, (_, index) => ({
    id: `usr_${String(index).padStart(22, '0')}`,
    email: `bench${index}@example.com`,
  }))
  const insert = db.prepare(
    `INSERT INTO users (id, email, email_key, role, status, password_hash, email_verified_at, created_at)
     VALUES (?1, ?2, ?2, 'customer', 'active', ?3, ?4, ?4)`,
  )
  await db.batch(accounts.map(({ id, email }) => insert.bind(id, email, passwordHash, Date.now())))
  return accounts
}
