import { resolve } from 'node:path'
import { getPlatformProxy } from 'wrangler'

type Stores = Pick<Env, 'DB' | 'ARCHIVE'>

/** Opens the stores that a dev server has left in its state, while it does not run. */
export async function withStores<T>(state: string, act: (stores: Stores) => Promise<T>) {
  const proxy = await getPlatformProxy<Stores>({
    configPath: 'wrangler.toml',
    persist: { path: resolve(state, 'v3') },
    remoteBindings: false,
  })
  try {
    return await act(proxy.env)
  } finally {
    await proxy.dispose()
  }
}
