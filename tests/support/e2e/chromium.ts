import { existsSync } from 'node:fs'
import { chromium, type Page } from 'playwright-core'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Why browser tests cannot run on this machine, and what makes them run; `undefined` if they can. */
export const noChromium = existsSync(PATH)
  ? undefined
  : `no ${PATH}; enable with: sudo apt-get install -y chromium (or CHROMIUM=/path npm test)`

/** Opens a page in a real browser that talks to nobody but the pages it is sent to. */
export async function inBrowser<T>(act: (page: Page) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({
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
  try {
    return await act(await browser.newPage())
  } finally {
    await browser.close()
  }
}
