import { env } from 'cloudflare:workers'
import { type Sent, startMeter } from '../support/meter'
import type { Bound } from './bounds'

const { meter, read, sent } = startMeter()
export { meter }

/** Does it; what it cost beyond its bound, with the statements that read most, or nothing. */
export async function excessOf(
  name: string,
  bound: Bound,
  act: () => Promise<unknown>,
): Promise<string[]> {
  read()
  await act()
  const statements = sent()
  const reading = read()
  const over = (['rowsRead', 'rowsWritten', 'd1Statements'] as const)
    .filter((key) => reading[key] > bound[key])
    .map((key) => `${key} ${reading[key]} of ${bound[key]}`)
  return over.length === 0 ? [] : [`${name}: ${over.join(', ')}\n${await explain(statements)}`]
}

/** The statements that read most, as SQLite plans them now. */
async function explain(statements: readonly Sent[]): Promise<string> {
  const worst = statements.toSorted((a, b) => b.rowsRead - a.rowsRead).slice(0, 3)
  const plans = worst.map(async ({ query, values, rowsRead, rowsWritten }) => {
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
      .bind(...values)
      .run<{ detail: string }>()
    const plan = results.map(({ detail }) => `\n      ${detail}`).join('')
    return `    reads ${rowsRead}, writes ${rowsWritten}: ${query.replace(/\s+/g, ' ')}${plan}`
  })
  return (await Promise.all(plans)).join('\n')
}
