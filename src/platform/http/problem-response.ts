import type { Context } from 'hono'
import type { AppEnv } from '../deps'
import {
  asProblem,
  logFault,
  type ProblemCode,
  problems,
  STEP_UP_SECONDS,
  stepUpChallenge,
} from '../problems'

/** The one place where an error becomes a response. */
export function toProblemResponse(error: Error, c: Context<AppEnv>): Response {
  const { code, extras } = asProblem(error)
  const { status, title } = problems[code]
  logFault(error, code, c.get('requestId'))
  c.set('refusal', extras.reason === undefined ? { code } : { code, reason: extras.reason })
  const body = {
    type: `urn:phantom:problem:${code}`,
    title,
    status,
    code,
    ...(extras.detail !== undefined && { detail: extras.detail }),
    ...(extras.errors && { errors: extras.errors }),
  }
  return c.body(JSON.stringify(body), status, {
    ...(status === 401 && { 'WWW-Authenticate': challengeFor(code) }),
    ...extras.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
  })
}

/** RFC 6750 §3.1: no error code for a caller who sent no credentials. */
function challengeFor(code: ProblemCode): string {
  const isBadToken = code === 'invalid_access_token' || code === 'invalid_api_key'
  if (isBadToken) return 'Bearer realm="phantom", error="invalid_token"'
  return code === 'insufficient_user_authentication'
    ? stepUpChallenge(`max_age="${STEP_UP_SECONDS}"`)
    : 'Bearer realm="phantom"'
}
