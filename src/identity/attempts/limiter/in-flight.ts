/**
 * Checks that are under way, by what they count against. Only in memory: lost with the answers that
 * they are for.
 */
export class InFlight {
  readonly #taken = new Map<string, number>()

  /** How many are taken in the places that `matches` picks. */
  count(matches: (place: string) => boolean): number {
    const counts = [...this.#taken].filter(([place]) => matches(place)).map(([, count]) => count)
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** Takes a place; the returned function gives it back, once. */
  take(place: string): () => void {
    this.#taken.set(place, (this.#taken.get(place) ?? 0) + 1)
    return () => {
      const left = (this.#taken.get(place) ?? 0) - 1
      if (left > 0) this.#taken.set(place, left)
      else this.#taken.delete(place)
    }
  }
}
