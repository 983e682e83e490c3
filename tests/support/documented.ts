/** Every text that tells a reader what to run. CHANGELOG.md tells of what was. */
const texts = import.meta.glob(
  ['/README.md', '/SECURITY.md', '/AGENTS.md', '/docs/**/*.md', '/examples/*.ts'],
  { query: '?raw', import: 'default', eager: true },
)

/** A block of a document, or a code span in its prose. */
export type Command = Readonly<{ file: string; text: string }>

/** ```` ```bash ````; a block in another language is no command, one in none might be. */
const FENCED = /^( *)```(\w*)\n(.*?)^ *```$/gms
const INDENTED = /(?<=\n\n)(?: {4}.*\n|\n(?= {4}))+/g
const SPAN = /`([^`\n]+)`/g

const PROGRAMS = [
  'npm|npx|node|wrangler|curl|wget|openssl|sqlite3|psql|git|jq|apt-get|sudo|bash|sh|sed|grep|awk|cat|export',
  'cp|mv|rm|tar|ssh|dig|docker|kubectl|python3?|pip|brew|aws|rclone|xargs|\\./[\\w./-]+',
].join('|')
const STATEMENTS = String.raw`UPDATE \w+ SET|DELETE FROM|INSERT INTO \w+ (?:\(|VALUES)|SELECT .+ FROM|DROP|ALTER`
/** `… --key` goes on with the command before it. */
const COMMAND = new RegExp(`^(?:(?:${PROGRAMS}) [\\w./$-]|(?:${STATEMENTS}) |… --)`)

const SHELLS = ['', 'bash', 'sh']

/** The commands of one text, blocks first. */
export function commandsIn(text: string): string[] {
  const fenced = [...text.matchAll(FENCED)].flatMap(([, , language = '', block = '']) =>
    SHELLS.includes(language) ? [block] : [],
  )
  // A block in another language names commands as prose does.
  const prose = text.replace(FENCED, (_all, _indent, language: string, block: string) =>
    SHELLS.includes(language) ? '' : block,
  )
  const indented = [...prose.matchAll(INDENTED)].map(([block]) => block.replace(/^ {4}/gm, ''))
  const spans = [...prose.replace(INDENTED, '').matchAll(SPAN)].map(([, span = '']) => span)
  return [...fenced, ...indented, ...spans.filter((span) => COMMAND.test(span))]
}

export const commands: readonly Command[] = Object.entries(texts).flatMap(([path, text]) =>
  commandsIn(text).map((command) => ({ file: path.slice(1), text: command.trim() })),
)

/** Lines of prose in which a code span does not end, so that no command would be found there. */
export const openSpans = Object.entries(texts).flatMap(([path, text]) =>
  text
    .replace(FENCED, '')
    .replace(INDENTED, '')
    .split('\n')
    .filter((line) => path.endsWith('.md') && line.split('`').length % 2 === 0)
    .map((line) => `${path.slice(1)}: ${line}`),
)

/**
 * The command of a document that holds this text, for the test that runs it.
 * tests/pure/commands.test.ts reads these calls: a command that nobody asks for here, and no rule
 * there knows, fails it.
 */
export function documented(file: string, part: string): string {
  const found = commands.filter((command) => command.file === file && command.text.includes(part))
  const [only, ...others] = new Set(found.map(({ text }) => text))
  if (only === undefined || others.length > 0) {
    throw new Error(`${file} has ${found.length} commands with ${part}, not one`)
  }
  return only
}

/** The SQL of `wrangler d1 execute … --command "…"`, as the shell hands it over. */
export function statementOf(command: string): string {
  const [, quoted = ''] = /--command "((?:[^"\\]|\\.)+)"/.exec(command) ?? []
  return quoted.replace(/\\(.)/g, '$1')
}

/** What a `curl` command of a document sends: path, and body or nothing. */
export function requestOf(command: string) {
  const [, path = '', json] = /^curl \S+?(\/\S*)(?: .*?--json '(.+)')?/.exec(command) ?? []
  return { path, json: json === undefined ? {} : (JSON.parse(json) as Record<string, string>) }
}
