/** How long the service waits, in milliseconds. Tests in which something hangs give less. */
export type Patience = Readonly<{
  /**
   * For a store, a guard or the queue, before the request that needs it is refused (call-store.ts).
   */
  store: number
  /**
   * For the queue to take a notice, before the notice goes to the database
   * (platform/email/enqueue.ts).
   */
  notice: number
  /**
   * For the list of leaked passwords: one try, since a sign-up waits for it and a second doubles
   * it.
   */
  rangeList: number
  /** For a whole request, or a call over RPC, whatever it hangs on (platform/http/deadline.ts). */
  request: number
  /**
   * For a body, and for a file, to arrive: beside what `request` is for
   * (platform/body/read-body.ts).
   */
  body: number
  file: number
  /** For work whose caller has hung up. */
  finish: number
  /**
   * For a run of a job. Jobs end by themselves long before; the platform would not note a hanging
   * one.
   */
  job: number
}>

/**
 * What production waits. The order matters: `store` is shorter than `request`, so that the log
 * names the store that hangs; `notice` and `store` come one after the other and fit into one
 * request; `finish` is longer than a request may take with its body, and as long as the platform
 * lets work go on without its caller.
 */
export const PATIENCE: Patience = {
  store: 5_000,
  notice: 2_000,
  rangeList: 1_500,
  request: 8_000,
  body: 10_000,
  file: 120_000,
  finish: 30_000,
  job: 600_000,
}
