import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

const SCRIPT = resolve('scripts/audit-verify.ts')
const NODE = resolve('node_modules/.bin/node')

/** Runs the verifier as an operator does, which takes a second. The other tests call its `main`. */
export function runVerify(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(NODE, [SCRIPT, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}
