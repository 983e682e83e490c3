import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, test } from 'vitest'
import { type Keys, rotate, type Stage } from '../../scripts/keys/rotate'
import { newSigningKey } from '../../scripts/keys/signing-key'
import { type SigningKey, signingKeysSchema } from '../../src/platform/crypto/jwt'

const SCRIPT = resolve('scripts/keys-rotate.ts')

function run(args: string[], input = '', cwd = process.cwd()) {
  const { status, stdout, stderr } = spawnSync('node', [SCRIPT, ...args], {
    input,
    cwd,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const read = (text: string): SigningKey[] => signingKeysSchema.parse(JSON.parse(text))

describe('npm run keys:rotate', () => {
  test('leads from one key to the next in three stages, and skips none', async ({ expect }) => {
    const old = { ...(await newSigningKey()), kid: '8f7e1f4e-2f0c-4b8e-9c55-0d1f6f3f4a11' }
    const refuses = async (keys: Keys, ...names: Stage[]) => {
      for (const name of names) await expect(rotate(keys, name), name).rejects.toThrow('`')
    }
    await refuses([old], 'use')
    await expect(rotate([old], 'retire')).rejects.toThrow('no old key')
    const published = await rotate([old], 'publish')
    const [, fresh = old] = published
    expect(published).toEqual([old, fresh])
    expect(fresh.kid).toMatch(/^\d{8}T\d{6}Z-[\w-]{8}$/)
    await refuses(published, 'publish', 'retire')
    const used = await rotate(published, 'use')
    expect(used).toEqual([fresh, old])
    await refuses(used, 'publish', 'use')
    expect(await rotate(used, 'retire')).toEqual([fresh])
    const replaced = await rotate(used, 'replace')
    expect(replaced).toHaveLength(1)
    expect([old.kid, fresh.kid]).not.toContain(replaced[0].kid)
  })

  test('reads the present value, writes the next one, and tells what comes then', async ({
    expect,
  }) => {
    const key = await newSigningKey()
    const { status, stdout, stderr } = run(['publish'], `${JSON.stringify([key])}\n`)
    expect(status).toBe(0)
    const [first, second] = read(stdout)
    expect(first).toEqual(key)
    expect(stderr).toContain(`${key.kid} signs, ${second?.kid} verifies.\nDeploy it`)
    for (const { d } of read(stdout)) expect(stderr).not.toContain(d)
  })

  test('takes nothing else, and repeats nothing of it', ({ expect }) => {
    const secret = 'not-json-but-secret'
    for (const args of [['use', 'retire'], ['add'], ['publish']]) {
      const { status, stdout, stderr } = run(args, secret)
      expect([args, status, stdout]).toEqual([args, 1, ''])
      expect(stderr).toMatch(/^keys:rotate: .+\n$/)
      expect(stderr).not.toContain(secret)
    }
  })

  test('--dev rotates the local secrets, leaves the others, and prints no key', async ({
    expect,
  }) => {
    const directory = mkdtempSync(join(tmpdir(), 'phantom-keys-'))
    const file = join(directory, '.dev/secrets.json')
    mkdirSync(join(directory, '.dev'))
    const key = await newSigningKey()
    const others = { PASSWORD_PEPPER: 'k1:x' }
    writeFileSync(file, JSON.stringify({ ...others, SIGNING_KEYS: JSON.stringify([key]) }))
    const { status, stdout, stderr } = run(['publish', '--dev'], '', directory)
    expect([status, stdout]).toEqual([0, ''])
    expect(stderr).not.toContain(key.d)
    const { SIGNING_KEYS, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<
      string,
      string
    >
    expect(rest).toEqual(others)
    expect(read(SIGNING_KEYS ?? '')).toEqual([key, expect.anything()])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
})
