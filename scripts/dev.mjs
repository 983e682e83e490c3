// Plain JavaScript, so that an old Node can still read it and say what is wrong in one line.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isOld = major < 22 || (major === 22 && minor < 18)
const root = new URL('..', import.meta.url)

if (!existsSync(new URL('node_modules/wrangler', root))) {
  fail('the packages are not installed; run `npm ci` first')
} else if (isOld) {
  fail(
    `Node ${process.versions.node} is too old, 22.18 or newer is needed; ` +
      'start it with `npm run dev`, which finds the Node 24 that `npm ci` has installed',
  )
} else {
  process.chdir(fileURLToPath(root))
  await import('./dev/main.ts')
}

function fail(message) {
  process.stderr.write(`dev: ${message}\n`)
  process.exitCode = 1
}
