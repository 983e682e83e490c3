import { entryOf, type PersonalState } from './entry-line.ts'
import type { History } from './history.ts'
import { type Json, parseLine } from './json.ts'
import { Unreadable } from './lines.ts'
import type { Progress } from './progress.ts'
import { wrongEntry } from './wrong.ts'

/** A log while it is read: what its readers share. */
export class Reading {
  readonly history: History
  readonly progress: Progress
  /** What is wrong beside the entries. */
  readonly damaged: string[] = []
  readonly personal: Record<PersonalState, number> = { checked: 0, sealed: 0, erased: 0 }
  readonly texts: Record<PersonalState, number> = { checked: 0, sealed: 0, erased: 0 }
  entries = 0
  /** Whether it goes to the newest entry that there was. */
  isComplete = false
  /** Where the rest is, if it is not here. */
  goesOn: string | undefined

  constructor(history: History, progress: Progress) {
    this.history = history
    this.progress = progress
  }

  /** The object of a line. */
  parse(text: string): Json {
    return this.#named(() => parseLine(text))
  }

  /** Takes the entry of a line. */
  take(line: Json) {
    const { personal, text, ...entry } = this.#named(() => entryOf(line))
    this.history.take(entry)
    this.personal[personal] += 1
    if (text) this.texts[text] += 1
    this.entries += 1
    return entry
  }

  /** Says of what cannot be read where it is; what is wrong before it is named instead. */
  #named<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.namedError(error)
    }
  }

  namedError(error: unknown): unknown {
    if (!(error instanceof Unreadable)) {
      if (error instanceof Error && error.message.startsWith('entry ')) this.history.end()
      return error
    }
    this.history.end()
    return wrongEntry(this.history.next, 'unreadable', error.message)
  }
}
