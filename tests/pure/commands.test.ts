import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, test } from 'vitest'
import { experimental_getWranglerCommands } from 'wrangler'
import packageJson from '../../package.json'
import { parseSecret } from '../../src/platform/crypto/keyring'
import { commands, commandsIn, documented, openSpans } from '../support/documented'

const scripts: Readonly<Record<string, string>> = packageJson.scripts

/** What `npm run … -- --help` says, of each script of ours. */
const helps = new Map<string, string>()
beforeAll(async () => {
  const ours = Object.entries(scripts).filter(([, script]) => script.startsWith('node scripts/'))
  const texts = ours.map(async ([name, script]) => {
    const args = [...script.split(' ').slice(1), '--help']
    helps.set(name, (await promisify(execFile)(process.execPath, args)).stdout)
  })
  await Promise.all(texts)
})

/** The commands of documents that tests ask for, and run. */
const claimed = new Set(
  globSync('tests/**/*.test.ts').flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/\bdocumented\(\s*'([^']+)',\s*'([^']+)'/g)].map(
      ([, file = '', part = '']) => documented(file, part),
    ),
  ),
)

const optionsIn = (text: string) =>
  [...text.matchAll(/(?<=^|\s)--([\w-]+)/g)].map(([, name]) => name)

function isNpm(command: string): boolean {
  if (/^npm (ci|test)$/.test(command)) return true
  const [, name = '', args = ''] =
    /^npm run (?:--silent )?([\w:]+)(?: -- (.+))?$/.exec(command) ?? []
  if (args === '') return name in scripts
  const help = helps.get(name) ?? ''
  return optionsIn(args).every((option) => help.includes(`--${option}`)) && help !== ''
}

type Node = ReturnType<typeof experimental_getWranglerCommands>['registry']

/** Whether wrangler has such a command, with these arguments. Named alone it is only spoken of. */
function isWrangler(command: string): boolean {
  const words = command
    .replace(/ [<>] \S+/, '')
    .split(' ')
    .slice(1)
  let node: Node | undefined = experimental_getWranglerCommands().registry
  while (node && words[0] !== undefined && node.subtree.has(words[0]))
    node = node.subtree.get(words.shift() ?? '')
  const definition = node?.definition
  if (definition?.type !== 'command') return false
  if (words.length === 0) return true
  const { args = {}, positionalArgs = [] } = definition
  const given: string[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('--')) given.push(word)
    else {
      const type = args[word.slice(2)]?.type
      const isFlag = type === 'boolean'
      if (type === undefined || (!isFlag && words.length === 0)) return false
      const value = isFlag ? '' : (words.shift() ?? '')
      if (type === 'number' && !/^\d+$/.test(value)) return false
    }
  }
  return given.length === positionalArgs.length
}

const secrets = /^\[secrets\]\nrequired = \[(.*)\]/m
  .exec(readFileSync('wrangler.toml', 'utf8'))?.[1]
  ?.split(', ')
  .map((name) => name.replaceAll('"', ''))

/** Commands that need no test of their own: what each asks for is looked up. */
const rules: readonly (readonly [RegExp, (command: string) => boolean])[] = [
  [/^npm (?!exec)/, isNpm],
  [/^… --/, (command) => isNpm(command.replace('…', 'npm run audit:verify --'))],
  [/^npx vitest run \S+$/, (command) => existsSync(command.split(' ')[3] ?? '')],
  [
    /^apt-get install \w+$/,
    (command) =>
      readFileSync('.ci/run', 'utf8').includes(`${command.replace('install', 'install -y')} `),
  ],
  [
    /^(npx )?wrangler secret (put|delete) /,
    (command) => {
      const [name = ''] = /(?<= (?:put|delete) )\w+/.exec(command) ?? []
      return (
        isWrangler(command.replace(/^npx /, '')) &&
        [...(secrets ?? []), 'BOOTSTRAP_TOKEN', 'NAME'].includes(name)
      )
    },
  ],
  // What reads or writes the database is run.
  [
    /^(npx )?wrangler (?!d1 (execute|export) |secret )/,
    (command) => isWrangler(command.replace(/^npx /, '')),
  ],
]

const isKnown = (text: string): boolean =>
  claimed.has(text) ||
  text
    .split('\n')
    .flatMap((line) => line.replace(/\s+#.*$/, '').split(' && '))
    .every((command) => rules.some(([pattern, holds]) => pattern.test(command) && holds(command)))

test('every command of the documents is run by a test, or is one that its program has', ({
  expect,
}) => {
  const said = [...helps].flatMap(([name, help]) =>
    commandsIn(help).map((text) => ({ file: `npm run ${name} -- --help`, text: text.trim() })),
  )
  const unknown = [...commands, ...said].filter(({ text }) => !isKnown(text))
  expect(unknown).toEqual([])
  expect(openSpans).toEqual([])
  // The net holds something.
  expect(commands.length).toBeGreaterThan(80)
})

test('a command that no program has, or that nobody runs, is found', ({ expect }) => {
  for (const text of [
    'npm run nothing',
    'npm run dev -- --nothing',
    'npx vitest run tests/nothing',
    'npx wrangler d1 nothing',
    'npx wrangler queues create phantom-mail --message-retention 1209600',
    'npx wrangler queues create phantom-mail --message-retention-period-secs two',
    'npx wrangler r2 bucket create one two',
    'npx wrangler secret put NOTHING',
    'npx wrangler d1 execute DB --remote --command "DELETE FROM users"',
    'curl https://auth.example/',
    'DELETE FROM users',
  ])
    expect([text, isKnown(text)]).toEqual([text, false])
})

test('a command in prose is one, whatever its program', ({ expect }) => {
  for (const text of [
    'docker ps',
    'psql -c x',
    './deploy.sh now',
    'wget https://auth.example/',
    'rm -r x',
  ])
    for (const around of ['Run `…` then.', '```text\ndirectory  `…`\n```\n'])
      expect(commandsIn(around.replace('…', text))).toEqual([text])
})

test('the secret that is made as the documents say is one that the service takes', ({ expect }) => {
  const command = documented('README.md', 'openssl rand')
  const made = execFileSync('bash', ['-c', command], { encoding: 'utf8' }).trim()
  expect(parseSecret(made)).toHaveLength(32)
})

test('a migration is made as AGENTS.md says, and none is missing', ({ expect }) => {
  const command = documented('AGENTS.md', 'npm run migrate')
  const out = mkdtempSync(join(tmpdir(), 'phantom-migrations-'))
  try {
    cpSync('migrations', out, { recursive: true })
    const script = (scripts['migrate'] ?? '').replace(
      '--out migrations',
      `--out ${relative('.', out)}`,
    )
    const [, args = ''] = command.split(' -- ')
    const said = execFileSync('bash', ['-c', `npx ${script} ${args}`], { encoding: 'utf8' })
    expect(said).toContain('No schema changes')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
})
