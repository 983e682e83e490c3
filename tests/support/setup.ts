import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

// One runtime serves many files: each begins with empty stores.
await reset()
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS)
