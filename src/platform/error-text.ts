const MOST_CHARS = 500
const FRAMES = 7

/** The error at the end of the causes: what the store said, and not the query that it was asked. */
export function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error
}

/**
 * What a log may tell of an error, the one way there. A query's parameters may be personal or
 * secret, a whole mail even, and they stand in the message of a query that failed; a parser quotes
 * what it read.
 */
export function messageOf(error: unknown): string {
  const root = error instanceof Error ? rootOf(error) : error
  if (root instanceof SyntaxError) return root.name
  const text = root instanceof Error ? root.message : String(root)
  return (text.split('\nparams:')[0] ?? '').slice(0, MOST_CHARS)
}

/** Where it was thrown. A stack begins with the message, which may have lines of its own. */
export const framesOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES)
    .join('\n')
