import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { framesOf, messageOf, rootOf } from './error-text'
import { log } from './log'

/** How long having passed both steps is good for an act that asks for it. */
export const STEP_UP_SECONDS = 600

/**
 * Every refusal a caller can receive (RFC 9457). Codes are public API: add freely, never rename.
 */
export const problems = {
  invalid_request: { status: 400, title: 'Some fields are not valid' },
  malformed_json: { status: 400, title: 'The body is not JSON that this service accepts' },
  document_rejected: { status: 400, title: 'This file is not accepted' },
  password_rejected: { status: 400, title: 'This password cannot be used' },
  invalid_token: { status: 400, title: 'This link is not valid or has expired' },
  unauthorized: { status: 401, title: 'Sign in first' },
  invalid_access_token: { status: 401, title: 'The access token or session is not valid' },
  invalid_api_key: { status: 401, title: 'The API key is not valid' },
  invalid_refresh_token: { status: 401, title: 'The refresh token is not valid' },
  invalid_credentials: { status: 401, title: 'The name or the password is wrong' },
  invalid_challenge: { status: 401, title: 'This sign-in has ended, start again' },
  invalid_code: { status: 401, title: 'The code is wrong' },
  code_used: { status: 401, title: 'You have used this code already, wait for the next one' },
  insufficient_user_authentication: {
    status: 401,
    title: 'Pass both steps of the sign-in again first',
  },
  forbidden: { status: 403, title: 'Your account may not do this' },
  insufficient_scope: { status: 403, title: 'This API key may not do this' },
  cross_site_request: { status: 403, title: 'The request does not come from our own pages' },
  account_disabled: { status: 403, title: 'This account is disabled' },
  account_frozen: { status: 403, title: 'This account is frozen until its password is reset' },
  account_closing: {
    status: 403,
    title: 'This account will be erased; the link in our mail keeps it',
  },
  second_factor_required: {
    status: 403,
    title: 'Give a code of your authenticator app or a backup code',
  },
  authenticator_stopped: {
    status: 403,
    title: 'Too many wrong codes: this step is off until the password is reset',
  },
  not_found: { status: 404, title: 'There is nothing here' },
  method_not_allowed: { status: 405, title: 'This path does not accept this method' },
  request_timeout: { status: 408, title: 'The body took too long to arrive, send it again' },
  username_taken: { status: 409, title: 'This username is taken' },
  address_taken: { status: 409, title: 'There is an account with this address' },
  last_admin: { status: 409, title: 'This is the last admin' },
  own_account: { status: 409, title: 'This cannot be done to your own account' },
  needs_another_admin: { status: 409, title: 'Another admin has to approve what you asked for' },
  already_scheduled: { status: 409, title: 'An invitation is scheduled already' },
  user_state: { status: 409, title: 'The account is not in a state that allows this' },
  last_authenticator: {
    status: 409,
    title: 'An admin keeps an authenticator app: add another one first',
  },
  strong_factor_required: { status: 409, title: 'Add an authenticator app first' },
  too_many_authenticators: {
    status: 409,
    title: 'Remove an authenticator app before you add another',
  },
  merchant_state: { status: 409, title: 'The application is not in a state that allows this' },
  version_conflict: { status: 409, title: 'The application has changed since you read it' },
  too_many_documents: { status: 409, title: 'Delete a document before you add another' },
  too_many_api_keys: { status: 409, title: 'Delete an API key before you make another' },
  length_required: { status: 411, title: 'Say in Content-Length how long the file is' },
  content_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: {
    status: 415,
    title: 'This media type is not accepted; see the Accept header',
  },
  too_many_requests: { status: 429, title: 'Too many requests from your network, wait a little' },
  too_many_attempts: { status: 429, title: 'Too many tries, wait before the next one' },
  internal_error: { status: 500, title: 'Something went wrong on our side' },
  service_unavailable: { status: 503, title: 'Not possible right now, try again' },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>

export type ProblemCode = keyof typeof problems

/** What is wrong with one field: a JSON Pointer into the body as a URI fragment (RFC 6901 §6). */
export type FieldError = Readonly<{ pointer: string; detail: string; code?: string }>

type Extras = Readonly<{
  /** For the log only, never sent. */
  reason?: string
  /** What to do about it, for people (RFC 9457 §3.1.4). */
  detail?: string
  errors?: readonly FieldError[]
  headers?: Readonly<Record<string, string>>
}>

class Problem extends Error {
  readonly code: ProblemCode
  readonly extras: Extras
  constructor(code: ProblemCode, extras: Extras) {
    super(code)
    this.code = code
    this.extras = extras
  }
}

/**
 * Domain code throws this and nothing else; anything that is not a Problem becomes a 500 or a 503.
 */
export function problem(code: ProblemCode, extras: Extras = {}): Error {
  return new Problem(code, extras)
}

/**
 * A refusal for the time being: `Retry-After` in whole seconds, at least one (RFC 9110 §10.2.3).
 */
export function tooMany(
  code: 'too_many_requests' | 'too_many_attempts',
  retryAfterSeconds: number,
  headers: Readonly<Record<string, string>> = {},
): Error {
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterSeconds)))
  return new Problem(code, { headers: { ...headers, 'Retry-After': retryAfter } })
}

/** The code of a refusal, for the log; `undefined` for other errors. */
export const problemCode = (error: unknown): ProblemCode | undefined =>
  error instanceof Problem ? error.code : undefined

/**
 * The code by which a caller hears of an error, whatever it is; it is logged if it is our own
 * fault.
 */
export function toCode(error: Error, requestId: string): ProblemCode {
  const { code } = asProblem(error)
  logFault(error, code, requestId)
  return code
}

/** Logs an error that is our own fault. */
export function logFault(error: Error, code: ProblemCode, requestId: string): void {
  if (problems[code].status < 500) return
  log('error', 'sys_error', { request_id: requestId, code, ...describeError(error) })
}

/** RFC 9470 §3: what the session must be brought to. */
export const stepUpChallenge = (need: string): string =>
  `Bearer realm="phantom", error="insufficient_user_authentication", ${need}`

/** The refusal by which a caller hears of an error, whatever it is. */
export function asProblem(error: Error): Problem {
  if (error instanceof Problem) return error
  return new Problem(isD1Failure(error) ? 'service_unavailable' : 'internal_error', {})
}

/**
 * Whether the database could not be asked, as D1 words it. A statement that SQLite refuses is a
 * fault of our own, and trying again would not help.
 */
function isD1Failure(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const isOurs = /SQLITE_(ERROR|CONSTRAINT|MISMATCH|RANGE)/.test(error.message)
  return (error.message.startsWith('D1_') && !isOurs) || isD1Failure(error.cause)
}

/**
 * Name, message and stack of an error for the log, without what a query was about (error-text.ts).
 */
export function describeError(error: Error): Record<string, unknown> {
  const { reason } = error instanceof Problem ? error.extras : {}
  const root = rootOf(error)
  return { reason, error: root.name, message: messageOf(root), stack: framesOf(root) }
}
