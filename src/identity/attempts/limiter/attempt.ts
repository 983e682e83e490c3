import { RpcTarget } from 'cloudflare:workers'
import { log } from '../../../platform/log'

/**
 * A reserved check of a password or code, held by the caller while it compares.
 *
 * It is settled once, as a failure or a success, or as neither; one that is dropped unsettled (a
 * store failed, or the Worker itself) counts as a failure, of which nothing but a line in the log
 * tells. Its calls belong to the RPC session that reserved it, so a whole check is one billed
 * request to the guard.
 */
export class Attempt<Failed, Args extends unknown[], Passed> extends RpcTarget {
  #isSettled = false
  readonly #release: () => void
  readonly #fail: () => Failed
  readonly #succeed: (...args: Args) => Passed

  constructor(release: () => void, fail: () => Failed, succeed: (...args: Args) => Passed) {
    super()
    this.#release = release
    this.#fail = fail
    this.#succeed = succeed
  }

  #settle() {
    if (this.#isSettled) throw new Error('this attempt is settled')
    this.#isSettled = true
    this.#release()
  }

  fail(): Failed {
    this.#settle()
    return this.#fail()
  }

  succeed(...args: Args): Passed {
    this.#settle()
    return this.#succeed(...args)
  }

  /** Gives the place back: nothing was compared, or nothing is to count. */
  cancel(): void {
    this.#settle()
  }

  [Symbol.dispose]() {
    if (this.#isSettled) return
    log('warn', 'attempt_dropped')
    this.fail()
  }
}
