import type { Context } from 'hono'
import * as z from 'zod'
import { hasMac, mac, randomToken, sha256 } from '../../platform/crypto/token'
import type { AppEnv, Deps } from '../../platform/deps'
import { cookieNamed, DEVICE_COOKIE, DEVICE_COOKIE_SECONDS } from '../../platform/http/cookies'
import { log } from '../../platform/log'

/** Accounts that one browser is known to; the one that signed in longest ago gives way. */
const MAX_ACCOUNTS = 8

/** May stand in a cookie (RFC 6265 §4.1.1), and in no part of an entry. */
const SEPARATOR = '~'

const ENTRY = /^([A-Za-z0-9_-]{43})\.(\d{10})\.([A-Za-z0-9_-]{43})$/

/** In a body: opaque to clients, and somewhat longer than the longest of today (791). */
export const deviceTokenField = z
  .string()
  .max(1024)
  .optional()
  .describe('The newest `device_token` of a login, from clients without our cookie')

/** The device tokens of a request: in its body, in its cookie, or in both. */
export const deviceTokensOf = (c: Context<AppEnv>, inBody?: string): string[] =>
  [inBody, cookieNamed(c.req.header('Cookie'), DEVICE_COOKIE)].filter(
    (token) => token !== undefined,
  )

/** `issued` in seconds. */
type Entry = Readonly<{ text: string; nonce: string; issued: number; tag: string }>

/** A token of another form, or with more entries than we ever issue, has none. */
function entriesOf(token: string): Entry[] {
  const texts = token.split(SEPARATOR)
  const entries = texts.flatMap((text) => {
    const [, nonce = '', issued, tag = ''] = ENTRY.exec(text) ?? []
    return issued === undefined ? [] : [{ text, nonce, issued: Number(issued), tag }]
  })
  return texts.length <= MAX_ACCOUNTS && entries.length === texts.length ? entries : []
}

const signedText = (userId: string, { nonce, issued }: Pick<Entry, 'nonce' | 'issued'>) =>
  `${userId}.${nonce}.${issued}`

type Reads = Pick<Deps, 'settings' | 'now' | 'caller'>

/**
 * The entry of an account, told by its MAC, and those of others, whose accounts cannot be told.
 * Tokens without a good entry of this account count as none, and are logged: at `info`, since
 * anybody can send them.
 */
function readTokens({ settings, now, caller }: Reads, userId: string, tokens: readonly string[]) {
  const isOwn = (entry: Entry) =>
    hasMac(settings.SEALING_KEYS, 'device', signedText(userId, entry), entry.tag)
  const isFresh = ({ issued }: Entry) => now().getTime() / 1000 - issued < DEVICE_COOKIE_SECONDS
  const entries = tokens.flatMap(entriesOf)
  const own = entries.filter(isOwn)
  const entry = own.find(isFresh)
  if (!entry && tokens.length > 0) {
    const reason = own.length > 0 ? 'expired' : 'forged or of another account'
    log('info', 'device_cookie_ignored', { request_id: caller.requestId, reason })
  }
  const others = entries.filter((each) => isFresh(each) && !own.includes(each))
  return { entry, others }
}

/** The device that an account knows by one of these tokens, as it is stored. */
export function findDevice(deps: Reads, userId: string, tokens: readonly string[]): string | null {
  const { entry } = readTokens(deps, userId, tokens)
  return entry ? deviceHashOf(entry.nonce) : null
}

/**
 * The device token of a browser or app that has completed a login (OWASP, "Slow Down Online
 * Guessing Attacks with Device Cookies"). It proves only that this device was here, and replaces no
 * step of a login. One entry an account, newest first: `<nonce>.<issued>.<MAC over user and both>`.
 *
 * Each account keeps a nonce of its own, so that a copy of the token from before its first login is
 * nothing to it. The entries of the others stay.
 */
export function issueDevice(
  deps: Reads,
  userId: string,
  tokens: readonly string[],
): Readonly<{ hash: string; token: string }> {
  const { entry, others } = readTokens(deps, userId, tokens)
  const nonce = entry?.nonce ?? randomToken()
  const issued = Math.floor(deps.now().getTime() / 1000)
  const tag = mac(deps.settings.SEALING_KEYS, 'device', signedText(userId, { nonce, issued }))
  const kept = others.sort((a, b) => b.issued - a.issued).map(({ text }) => text)
  const entries = [...new Set([`${nonce}.${issued}.${tag}`, ...kept])].slice(0, MAX_ACCOUNTS)
  return { hash: deviceHashOf(nonce), token: entries.join(SEPARATOR) }
}

/** The nonce itself stays with the device. */
const deviceHashOf = (nonce: string): string => sha256(nonce)
