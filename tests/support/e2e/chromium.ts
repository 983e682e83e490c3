import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll } from 'vitest'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/**
 * Why browser tests cannot run on this machine, and what makes them run; `undefined` if they can.
 */
export const noChromium = existsSync(PATH)
  ? undefined
  : `no ${PATH}; enable with: sudo apt-get install -y chromium (or CHROMIUM=/path npm test)`

const launch = () =>
  chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** One for all tests of a file. */
let launched: Promise<Browser> | undefined
afterAll(async () => (await launched)?.close())

/**
 * Opens a page in a real browser that talks to nobody but the pages it is sent to. It knows nothing
 * of the pages before it: cookies, cache and storage are its own.
 */
export async function inBrowser<T>(
  act: (page: Page) => Promise<T>,
  options: BrowserContextOptions = {},
): Promise<T> {
  const browser = await (launched ??= launch())
  const context = await browser.newContext(options)
  try {
    return await act(await context.newPage())
  } finally {
    await context.close()
  }
}
