import { createExecutionContext } from 'cloudflare:test'
import { env, type WorkerEntrypoint } from 'cloudflare:workers'
import { PhantomSecurity } from '../../src/features/rpc/worker-entrypoint'
import type { Deps } from '../../src/platform/deps'

type Asked = Readonly<{ token: string; key: string; userId: string }>
type Method = Exclude<keyof PhantomSecurity, keyof WorkerEntrypoint>

/** How another Worker calls each method; one without an entry is an error of types. */
export const calls = {
  verifyAccessToken: (security, { token }) => security.verifyAccessToken(token),
  introspect: (security, { token }) => security.introspect(token),
  verifyApiKey: (security, { key }) => security.verifyApiKey(key),
  recordEvent: (security, { userId }) =>
    security.recordEvent({ name: 'paid', user_id: userId, data: { order: 'o-1' } }),
} satisfies Record<Method, Call>
type Call = (security: PhantomSecurity, asked: Asked) => Promise<unknown>

/** The service as the binding of a Worker that it trusts. */
export function boundService(change: (deps: Deps) => Deps): PhantomSecurity {
  const waitUntil = (promise: Promise<unknown>) => createExecutionContext().waitUntil(promise)
  const ctx = { waitUntil, props: { service: 'orders' } } as unknown
  return new PhantomSecurity(ctx as ConstructorParameters<typeof PhantomSecurity>[0], env, change)
}
