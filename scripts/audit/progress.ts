import { count } from './wrong.ts'

const EVERY_MS = { terminal: 200, log: 10_000 }
const MIB = 1024 * 1024

/**
 * Tells on standard error how far the reading is: one line that changes on a terminal, else one
 * every ten seconds.
 */
export class Progress {
  readonly #of: number
  readonly #isTerminal: boolean
  readonly #isQuiet: boolean
  readonly #from = performance.now()
  #told = performance.now()
  #read = 0

  constructor(
    of: number,
    { isQuiet, isTerminal = process.stderr.isTTY }: { isQuiet: boolean; isTerminal?: boolean },
  ) {
    this.#of = of
    this.#isQuiet = isQuiet
    this.#isTerminal = isTerminal
  }

  /** So many bytes more have been read, and so many entries in all. */
  add(bytes: number, entries: number): void {
    this.#read += bytes
    const now = performance.now()
    if (this.#isQuiet || now - this.#told < EVERY_MS[this.#isTerminal ? 'terminal' : 'log']) return
    this.#told = now
    const share = Math.floor((100 * this.#read) / Math.max(this.#of, 1))
    const seconds = ((now - this.#from) / 1000).toFixed(0)
    const text = `audit:verify: ${share} % of ${count(Math.ceil(this.#of / MIB))} MiB, ${count(entries)} entries, ${seconds} s`
    process.stderr.write(this.#isTerminal ? `\r\u001b[K${text}` : `${text}\n`)
  }

  /** Leaves a terminal as it was. */
  end(): void {
    if (this.#isTerminal && !this.#isQuiet) process.stderr.write('\r\u001b[K')
  }
}
