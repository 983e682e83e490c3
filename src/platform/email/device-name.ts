import type { Language } from './language'
import { phrases } from './phrases'

/** Most specific first: Edge and Opera also say Chrome, Chrome also says Safari. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
] as const

/** Android also says Linux, iPhone and iPad also say Mac OS X. */
const SYSTEMS = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['CrOS', 'ChromeOS'],
  ['Mac OS X', 'macOS'],
  ['Linux', 'Linux'],
] as const

/**
 * What a `User-Agent` says it is, in words of ours only: whoever sends the header chooses its text, and
 * none of that text belongs into a mail to somebody else.
 */
export function deviceName(userAgent: string | null, language: Language = 'en'): string {
  const { on, unknown, unknownProgram } = phrases[language]
  const text = userAgent ?? ''
  const browser = BROWSERS.find(([mark]) => text.includes(mark))?.[1]
  const system = SYSTEMS.find(([mark]) => text.includes(mark))?.[1]
  if (system) return on(browser ?? unknownProgram, system)
  return browser ?? unknown
}
