import { env } from 'cloudflare:workers'
import type { Cost } from '../../src/platform/crypto/password-hash'
import { createDeps, type Deps } from '../../src/platform/deps'
import { limits } from '../../src/platform/http/rate-limit'
import { mailboxQueue } from './mailbox'

/** As many calls as production makes, of one round each: a hash costs a test next to nothing. */
const CHEAP: Cost = { calls: 3, iterations: 1 }

/**
 * What tests change of the service: cheap hashes, and mails that are read as the queue takes them.
 * `change` is what one test changes beyond that; it comes last.
 */
export function inTests(given: Deps, change: (deps: Deps) => Deps = (deps) => deps): Deps {
  const mailQueue = mailboxQueue(given, () => changed)
  const changed = change({ ...given, passwordCost: CHEAP, mailQueue })
  return changed
}

/** The deps of a job or a domain function that a test calls itself. */
export const testDeps = (overrides: Partial<Deps> = {}): Deps =>
  inTests(
    createDeps(env, () => {}),
    (deps) => ({ ...deps, ...overrides }),
  )

/** Without limits that a hundred requests of one network or account would meet. */
export function withoutLimits(deps: Deps): Deps {
  const plenty = [[100_000, 60]] satisfies [number, number][]
  const RATE_LIMITS = Object.fromEntries(Object.keys(limits).map((name) => [name, plenty]))
  return { ...deps, settings: { ...deps.settings, RATE_LIMITS } }
}

/**
 * What watches over all (sprayed passwords, domains of sign-ups, alarms of jobs), for each app by
 * itself: the Durable Objects of a file that ran before may still be there (setup.ts).
 */
export const ownWatchers = ({ ipLimiters }: Deps, id: string): Pick<Deps, 'ipLimiters'> => ({
  ipLimiters: new Proxy(ipLimiters, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return value
      if (key !== 'getByName') return value.bind(target) as unknown
      return (name: string) =>
        target.getByName(
          /^(spray|signup-domain)\||^events\|system$/.test(name) ? `${name}|${id}` : name,
        )
    },
  }),
})
