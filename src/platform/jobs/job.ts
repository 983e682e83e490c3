import type { Deps } from '../deps'

/** What a run has done, such as rows deleted. With `failed` above 0 it has not ended well. */
export type Counts = Readonly<Record<string, number>>

type Job = (deps: Deps) => Promise<Counts>

/** A job with its name, and how often it should end well. */
export type NamedJob = Readonly<{
  name: string
  job: Job
  everyMs: number
  /** A run that did something leaves no event. */
  isSilent?: boolean
}>
