import type { Context, MiddlewareHandler, Next } from 'hono'
import type { z } from 'zod'
import type { AppEnv } from '../deps'
import type { ProblemCode } from '../problems'

/**
 * What one middleware of a route says about it; features/docs/openapi.ts puts the parts together.
 */
export type Facet = Readonly<{
  /** A guard: who may call. Empty for anyone; `none` where a session is taken but not asked for. */
  security?: readonly ('bearer' | 'cookie' | 'key' | 'none')[]
  /** What the caller's role must have (identity/credentials/permissions.ts). */
  permission?: string
  body?: z.ZodType
  /** The media types of a body that is a file. */
  upload?: readonly string[]
  /** The parameters that the URL may have; without it there are none. */
  query?: z.ZodObject
  summary?: string
  description?: string
  tag?: string
  /** Answers other than problems, by status. */
  answers?: Readonly<Record<number, FacetAnswer>>
  problems?: readonly ProblemCode[]
  limit?: string
}>

export type FacetAnswer = Readonly<{
  description: string
  /** `null`: no body. */
  schema: z.ZodType | null
  /** Media type, where it is not JSON. */
  type?: string
}>

const facets = new WeakMap<object, Facet>()

/** What a handler says about its route; `undefined` for one that says nothing. */
export const facetOf = (handler: object): Facet | undefined => facets.get(handler)

/** Makes a middleware that also describes the route it stands in. */
export function withFacet<H extends MiddlewareHandler<AppEnv>>(facet: Facet, handler: H): H {
  facets.set(handler, facet)
  return handler
}

/** Says what a route is for and how it answers. Does nothing when the route is called. */
export const describe = (
  facet: Pick<Facet, 'summary' | 'description' | 'tag' | 'answers' | 'problems'>,
) => withFacet(facet, (_c: Context<AppEnv>, next: Next) => next())

/** A text that takes more than one line of source: docs.ts of a feature holds those of its routes. */
export const paragraph = (...lines: readonly string[]) => lines.join(' ')
