import type { Context } from 'hono'
import * as z from 'zod'
import type { AppEnv, Deps } from '../context'
import { hasMac, mac, randomToken, sha256 } from '../crypto/token'
import { cookieNamed, DEVICE_COOKIE, DEVICE_COOKIE_SECONDS } from '../http/cookies'
import { log } from '../log'

/** Accounts that one browser is known to; the one that signed in longest ago gives way. */
const MAX_ACCOUNTS = 8

/** May stand in a cookie (RFC 6265 §4.1.1), and in no part of an entry. */
const SEPARATOR = '~'

const ENTRY = /^([A-Za-z0-9_-]{43})\.(\d{10})\.([A-Za-z0-9_-]{43})$/

/** What stands in a body for a device token; opaque to clients, and a little longer than any of today. */
export const deviceTokenField = z
  .string()
  .max(1024)
  .optional()
  .describe('The newest `device_token` that a login has answered, for clients without our cookie')

/** The device tokens of a request: in its body, in its cookie, or in both. */
export const deviceTokensOf = (c: Context<AppEnv>, inBody?: string): string[] =>
  [inBody, cookieNamed(c.req.header('Cookie'), DEVICE_COOKIE)].filter(
    (token) => token !== undefined,
  )

type Entry = Readonly<{ text: string; nonce: string; issued: number; tag: string }>

/** Whether a time of issue, in seconds, is not too long ago. */
const isFresh = ({ now }: Pick<Deps, 'now'>, { issued }: Entry) =>
  now().getTime() / 1000 - issued < DEVICE_COOKIE_SECONDS

/** A token of another form, or with more entries than any that we issue, has none. */
function entriesOf(token: string): Entry[] {
  const texts = token.split(SEPARATOR)
  const entries = texts.flatMap((text) => {
    const [, nonce = '', issued, tag = ''] = ENTRY.exec(text) ?? []
    return issued === undefined ? [] : [{ text, nonce, issued: Number(issued), tag }]
  })
  return texts.length <= MAX_ACCOUNTS && entries.length === texts.length ? entries : []
}

const textOf = (userId: string, { nonce, issued }: Pick<Entry, 'nonce' | 'issued'>) =>
  `${userId}.${nonce}.${issued}`

/** The entries of one account, told by their MACs, and all others, whose accounts nobody can tell. */
function sorted({ settings }: Pick<Deps, 'settings'>, userId: string, tokens: readonly string[]) {
  const entries = tokens.flatMap(entriesOf)
  const isOwn = (entry: Entry) =>
    hasMac(settings.SEALING_KEYS, 'device', textOf(userId, entry), entry.tag)
  const own = new Set(entries.filter(isOwn))
  return { own: [...own], others: entries.filter((entry) => !own.has(entry)) }
}

/**
 * The device that an account knows a browser by: what is stored of it, for the nonce itself stays with
 * the browser. A token without a good entry of this account counts as none, and is logged.
 */
export function findDevice(
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  userId: string,
  tokens: readonly string[],
): string | null {
  const { own } = sorted(deps, userId, tokens)
  const entry = own.find((each) => isFresh(deps, each))
  if (entry) return deviceHashOf(entry.nonce)
  if (tokens.length > 0) {
    const reason = own.length > 0 ? 'expired' : 'forged or of another account'
    log('warn', 'device_cookie_ignored', { request_id: deps.caller.requestId, reason })
  }
  return null
}

export type IssuedDevice = Readonly<{ hash: string; token: string }>

/**
 * The device token of a browser that has completed a login (OWASP, "Slow Down Online Guessing Attacks
 * with Device Cookies"): an entry for each account that has signed in in it, the newest first, of the form
 * `<nonce>.<issued, seconds>.<MAC over user, nonce and time>`. It proves nothing but that this browser
 * was here, and never replaces a step of a login. The account keeps the nonce that it has or gets one of
 * its own, so that a copy from before its first login is nothing to it; the other entries stay.
 */
export function issueDevice(
  deps: Pick<Deps, 'settings' | 'now'>,
  userId: string,
  tokens: readonly string[],
): IssuedDevice {
  const { own, others } = sorted(deps, userId, tokens)
  const nonce = own.find((entry) => isFresh(deps, entry))?.nonce ?? randomToken()
  const issued = Math.floor(deps.now().getTime() / 1000)
  const tag = mac(deps.settings.SEALING_KEYS, 'device', textOf(userId, { nonce, issued }))
  const kept = others
    .filter((entry) => isFresh(deps, entry))
    .sort((a, b) => b.issued - a.issued)
    .map(({ text }) => text)
  const entries = [...new Set([`${nonce}.${issued}.${tag}`, ...kept])].slice(0, MAX_ACCOUNTS)
  return { hash: deviceHashOf(nonce), token: entries.join(SEPARATOR) }
}

const deviceHashOf = (nonce: string): string => sha256(nonce)
