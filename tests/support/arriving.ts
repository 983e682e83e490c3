type Part = Uint8Array | 'cut' | 'hangs'

export const text = (content: string) => new TextEncoder().encode(content)

/** A body that arrives in parts, each of which may be the end of the connection, or of its news. */
export function arriving(...parts: Part[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = left.shift()
      if (part === undefined) controller.close()
      else if (part === 'cut') controller.error(new Error('connection lost'))
      else if (part === 'hangs') return new Promise(() => {})
      else controller.enqueue(part)
      return undefined
    },
  })
}

/** A body of which a piece comes every so many milliseconds, without an end. */
export const trickling = (piece: string, everyMs: number): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs))
      controller.enqueue(text(piece))
    },
  })

/** A body that comes whole, after so many milliseconds. */
export const arrivingAfter = (
  ms: number,
  content: string | Uint8Array,
): ReadableStream<Uint8Array> => {
  let isSent = false
  return new ReadableStream({
    async pull(controller) {
      if (isSent) return controller.close()
      isSent = true
      await new Promise((resolve) => setTimeout(resolve, ms))
      controller.enqueue(typeof content === 'string' ? text(content) : content)
    },
  })
}
