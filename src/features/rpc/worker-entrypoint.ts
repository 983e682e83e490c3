import { WorkerEntrypoint } from 'cloudflare:workers'
import * as z from 'zod'
import type { Scope } from '../../identity/api-keys/scopes'
import { sessionOfToken } from '../../identity/credentials/session-of-token'
import { withTimeout } from '../../platform/call-store'
import type { AccessClaims } from '../../platform/crypto/jwt'
import { randomId } from '../../platform/crypto/token'
import { createDeps, type Deps } from '../../platform/deps'
import { canonicalIp } from '../../platform/ip-address'
import { log } from '../../platform/log'
import { problemCode } from '../../platform/problems'
import { type CheckedKey, checkKey } from './check-key'
import { introspect, type Introspection } from './introspect'
import { recordServiceEvent, type ServiceEvent, serviceEvent } from './service-event'

/**
 * What the binding says of who is bound: `props` in its wrangler.toml, which no call can change.
 */
const bindingProps = z.object({ service: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/) })

/** Another Worker may pass anything; what is no text is no token. */
const text = (value: unknown) => (typeof value === 'string' ? value : '')

/**
 * The service for other Workers of the platform, by a service binding: no network, no key, and no
 * five minutes of trust in a token, for each call asks the database. Whoever can bind to it is
 * trusted with what tokens say; nothing here makes a session or changes an account.
 */
export class PhantomSecurity extends WorkerEntrypoint<Env, { service?: string }> {
  readonly #overrides: (deps: Deps) => Deps

  /** Tests give `overrides`, as to the app; the runtime gives none. */
  constructor(ctx: ExecutionContext, env: Env, overrides: (deps: Deps) => Deps = (deps) => deps) {
    super(ctx, env)
    this.#overrides = overrides
  }

  /** The claims of an access token whose session is alive; `null` for every other token. */
  verifyAccessToken(token: string): Promise<AccessClaims | null> {
    return this.#answer(async (deps) => {
      const live = await sessionOfToken(deps, text(token))
      return 'refused' in live ? null : live.claims
    })
  }

  /** The same as `POST /api/auth/introspect/` answers. */
  introspect(token: string): Promise<Introspection> {
    return this.#answer((deps) => introspect(deps, text(token)))
  }

  /**
   * Whether an API key is good, for the scope if one is named. `ip` is the address that the key
   * came from (`CF-Connecting-IP`); without it, a key that works from certain networks is refused.
   */
  verifyApiKey(key: string, scope?: Scope, ip?: string): Promise<CheckedKey> {
    const address = canonicalIp(text(ip)) ?? 'unknown'
    return this.#answer((deps) => checkKey(deps, text(key), scope), address)
  }

  /**
   * Puts an event of the bound service into the trail; false if it names a user who is not there.
   */
  recordEvent(event: ServiceEvent): Promise<boolean> {
    return this.#answer((deps) => {
      const { service } = bindingProps.parse(this.ctx.props)
      return recordServiceEvent(deps, service, serviceEvent.parse(event))
    })
  }

  /**
   * In bounded time, since a caller waits as long as we do. Failures cross to it as one word: their
   * texts may hold what a query was about.
   */
  async #answer<T>(act: (deps: Deps) => Promise<T>, ip = 'service'): Promise<T> {
    const requestId = randomId('req')
    const caller = { ip, country: null, userAgent: null, requestId }
    const waitUntil = (promise: Promise<unknown>) => this.ctx.waitUntil(promise)
    const deps = this.#overrides(createDeps(this.env, waitUntil, caller))
    try {
      return await withTimeout(deps.patience.request, () => act(deps))
    } catch (error) {
      if (error instanceof z.ZodError) throw new TypeError(z.prettifyError(error))
      const code = problemCode(error) ?? 'service_unavailable'
      const name = error instanceof Error ? error.name : 'unknown'
      log('error', 'sys_error', { request_id: requestId, rpc: true, code, error: name })
      throw new Error(code)
    }
  }
}
