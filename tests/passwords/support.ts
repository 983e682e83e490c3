import { env } from 'cloudflare:workers'
import type { Deps } from '../../src/platform/deps'
import type { Patience } from '../../src/platform/patience'
import { type Account, freshAddress, startApp } from '../support/app'
import type { RangePlan, RangeRequest } from '../support/breach-stub'

type Overrides = Partial<Deps['settings']>

/** The service beside a list of leaked passwords of its own, which answers as planned. */
export function startBreaches(overrides: Overrides = {}, less: Partial<Patience> = {}) {
  const scope = `t${crypto.randomUUID()}`
  const { origin } = new URL(env.BREACHED_PASSWORDS_URL)
  const url = `${origin}/${scope}`
  const settings = { BREACHED_PASSWORDS_URL: url, ...overrides }
  const app = startApp((deps) => ({
    ...deps,
    settings: { ...deps.settings, ...settings },
    patience: { ...deps.patience, ...less },
  }))

  async function ask<T>(path: string, init?: RequestInit): Promise<T> {
    const response = await fetch(new URL(path, origin), init)
    if (!response.ok) throw new Error(`breach stub: ${await response.text()}`)
    return response.json<T>()
  }
  const plan = (next: Partial<RangePlan>) =>
    ask(`/plans/${scope}`, { method: 'PUT', body: JSON.stringify(next) })

  return {
    app,
    url,
    plan,
    /** Lists a password, seen so many times, after an entry of another. */
    leak: async (password: string, count = 7) => {
      const { suffix } = await sha1(password)
      return plan({ body: `${OTHER}:3\r\n${suffix}:${count}\r\n` })
    },
    requests: () => ask<RangeRequest[]>(`/requests/${scope}`),
    signUp: (account: Omit<Account, 'username'> & Record<string, unknown>) =>
      app.post('/api/users/create/', account, { ip: freshAddress() }),
  }
}

/** The rest of a hash that no password of these tests has. */
export const OTHER = '0123456789ABCDEF0123456789ABCDEF012'

/** SHA-1 by another implementation than the service's, cut where the range API cuts it. */
export async function sha1(text: string) {
  const bytes = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0'))
  const hash = hex.join('').toUpperCase()
  return { prefix: hash.slice(0, 5), suffix: hash.slice(5) }
}
