import { html } from 'hono/html'

/** Text with `code` in backticks, the one mark that our descriptions use. */
export const prose = (text: string) =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
