import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const contents = async () => {
  const [keys, objects, tables] = await Promise.all([
    env.KV.list({ limit: 1 }),
    env.ARCHIVE.list({ limit: 1 }),
    env.DB.prepare('SELECT name FROM sqlite_schema LIMIT 1').all(),
  ])
  return keys.keys.length + objects.objects.length + tables.results.length
}

// One runtime serves many files: each begins with empty stores. `reset` deletes what is running,
// and a store that nobody has used for ten seconds is not: so each is asked for something before
// it.
await contents()
await reset()
if ((await contents()) > 0) throw new Error('a store is not empty')
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
