import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { type Caller, SYSTEM } from './caller'
import { type Cost, CURRENT_COST } from './crypto/password-hash'
import { databaseOf } from './db/database'
import { log } from './log'
import { PATIENCE, type Patience } from './patience'
import { describeError, type ProblemCode } from './problems'
import { settings, type Settings } from './settings'

/**
 * Everything a domain function may need. Each one asks for the part it uses: `Pick<Deps, 'db' |
 * 'now'>`.
 */
export type Deps = Readonly<{
  /** Of this invocation alone: it counts what D1 allows to one (platform/db/limits.ts). */
  db: DrizzleD1Database
  kv: KVNamespace
  archive: R2Bucket
  assets: Fetcher
  mailQueue: Queue<string>
  /** Cloudflare's own mail service, where it is bound. */
  emailBinding: SendEmail | undefined
  ipLimiters: Env['IP_LIMITER']
  accountGuards: Env['ACCOUNT_GUARD']
  mailBudgets: Env['MAIL_BUDGET']
  settings: Settings
  /** What a new password hash costs, and a check that finds no account: `CURRENT_COST`. */
  passwordCost: Cost
  /** Who called: address, country, user agent, request id. `SYSTEM` in jobs and queues. */
  caller: Caller
  now: () => Date
  patience: Patience
  /** Lets work end after the answer. Never for the only copy of anything. */
  waitUntil: (promise: Promise<unknown>) => void
}>

/**
 * What every request carries. What only some have is declared beside the middleware that sets it,
 * in Hono's `ContextVariableMap`.
 */
export type AppEnv = {
  Bindings: Env
  Variables: {
    requestId: string
    deps: Deps
    /** The id of the account that is signed in, which limits count beside the network. */
    principal?: string
    /**
     * How long only known browsers may log in from the caller's network
     * (identity/attempts/spray.ts).
     */
    strangersWaitSeconds: number
    /** Gives the request this many milliseconds from now on (platform/http/deadline.ts). */
    extendDeadline: (ms: number) => void
    refusal: { code: ProblemCode; reason?: string }
  }
}

/** The handles of one invocation, made from its bindings. */
export function createDeps(
  env: Env,
  waitUntil: (promise: Promise<unknown>) => void,
  caller: Caller = SYSTEM,
): Deps {
  return {
    db: databaseOf(env.DB),
    kv: env.KV,
    archive: env.ARCHIVE,
    assets: env.ASSETS,
    mailQueue: env.MAIL,
    emailBinding: (env as { EMAIL?: SendEmail }).EMAIL,
    ipLimiters: env.IP_LIMITER,
    accountGuards: env.ACCOUNT_GUARD,
    mailBudgets: env.MAIL_BUDGET,
    settings: settings(env),
    passwordCost: CURRENT_COST,
    caller,
    now: () => new Date(),
    patience: PATIENCE,
    waitUntil: (promise) => waitUntil(promise.catch((error) => logUnseen(caller, error))),
  }
}

/**
 * What fails after the answer is seen by nobody but the platform, whose log would have it whole.
 */
function logUnseen({ requestId }: Caller, error: unknown): void {
  const described = error instanceof Error ? describeError(error) : {}
  log('error', 'background_failed', { request_id: requestId, ...described })
}
