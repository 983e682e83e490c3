/**
 * Writes one JSON object on one line. The only place that touches the console.
 *
 * `JSON.stringify` escapes line breaks and control characters, so that no input can forge a second
 * entry; bidirectional controls, which could make a viewer show another text, are escaped here too.
 */
export function log(
  level: 'info' | 'warn' | 'error',
  event: string,
  fields: Record<string, unknown> = {},
): void {
  const line = JSON.stringify({ level, event, ...fields })
  console[level](line.replace(INVISIBLE, escape))
}

const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g
const escape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
