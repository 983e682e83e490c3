import { renderLetter } from '../../src/platform/email/layout.ts'
import { type Choice, letterOf } from './choice.ts'

/** The HTML of a mail as a client shows it whose scheme is the given one, whatever this browser's is. */
export async function mailFrame(choice: Choice, scheme: 'light' | 'dark'): Promise<string> {
  const { html } = await renderLetter(letterOf(choice))
  return html
    .replaceAll('content="light dark"', `content="${scheme}"`)
    .replaceAll('(prefers-color-scheme: dark)', scheme === 'dark' ? 'all' : 'not all')
}
