import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { signingKeysSchema } from '../src/platform/crypto/jwt.ts'
import { type Keys, nextStep, rotate, type Stage, stages } from './keys/rotate.ts'

const SECRETS_FILE = '.dev/secrets.json'

const HELP = `Makes the next value of the secret SIGNING_KEYS, stage by stage, so that no token is refused.

  npm run --silent keys:rotate -- <stage> [options] < now.json > next.json
  npx wrangler secret put SIGNING_KEYS < next.json

  publish   adds a new key that does not sign yet
  use       lets it sign; the old one still verifies
  retire    takes the old one away
  replace   one new key and nothing else, after a leak: ends all access tokens

  --dev     rotates the secrets of this machine (${SECRETS_FILE}) and prints no key
  --help    this text

Wait ten minutes between two stages. The present value comes from standard input, for a secret that was
put cannot be read back: keep it where you keep such things. Only standard output has the keys.
`

/** Reads the command line. Anything unknown is an error of one line. */
function parseOptions(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      dev: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const [name, ...rest] = positionals
  const stage = stages.find((known) => known === name)
  if (!stage || rest.length > 0) throw new Error(`give one stage: ${stages.join(', ')}`)
  return { stage, isDev: values.dev }
}

/** Never repeats what it was given: an error message ends in terminals and logs. */
function readKeys(value: unknown): Keys {
  const result = signingKeysSchema.safeParse(typeof value === 'string' ? parseJson(value) : value)
  if (!result.success) throw new Error('the present value is not a list of signing keys')
  return result.data
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

async function rotateDevSecrets(stage: Stage): Promise<Keys> {
  const secrets = parseJson(readFileSync(SECRETS_FILE, 'utf8')) as { SIGNING_KEYS?: unknown }
  const next = await rotate(readKeys(secrets.SIGNING_KEYS), stage)
  const draft = `${SECRETS_FILE}.${process.pid}`
  const content = { ...secrets, SIGNING_KEYS: JSON.stringify(next) }
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, SECRETS_FILE)
  return next
}

async function rotateStdin(stage: Stage): Promise<Keys> {
  if (process.stdin.isTTY) throw new Error('the present value must come from standard input')
  const next = await rotate(readKeys((await text(process.stdin)).trim()), stage)
  process.stdout.write(`${JSON.stringify(next)}\n`)
  return next
}

async function main() {
  const options = parseOptions(process.argv.slice(2))
  if (!options) return void process.stdout.write(HELP)
  const { stage, isDev } = options
  const [signing, ...others] = await (isDev ? rotateDevSecrets(stage) : rotateStdin(stage))
  const kids = [`${signing.kid} signs`, ...others.map(({ kid }) => `${kid} verifies`)]
  process.stderr.write(`${kids.join(', ')}.\n${nextStep[stage]}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`keys:rotate: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
