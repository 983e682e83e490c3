import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { parseOptions } from '../../scripts/dev/options.ts'
import { localSecrets } from '../../scripts/dev/secrets.ts'
import { settings } from '../../src/platform/settings.ts'

describe('the options of npm run dev', () => {
  test('have defaults', ({ expect }) => {
    expect(parseOptions([])).toEqual({
      port: 8787,
      mailboxPort: 1080,
      state: '.dev/state',
      fresh: false,
      help: false,
      smtp: undefined,
    })
  })

  test('take ports from 1 to 65535', ({ expect }) => {
    expect(parseOptions(['--port', '1', '--mailbox-port', '65535'])).toMatchObject({
      port: 1,
      mailboxPort: 65_535,
    })
    for (const port of ['0', '65536', '-1', '80a', '1e3', '']) {
      expect(() => parseOptions([`--port=${port}`])).toThrow('--port takes a port')
    }
  })

  test('take an SMTP server with TLS and a password, and no other', ({ expect }) => {
    expect(parseOptions(['--smtp', 'starttls://a%40b.test:p%3Aw@mail.test']).smtp).toEqual({
      host: 'mail.test',
      port: 587,
      startTls: true,
      user: 'a@b.test',
      password: 'p:w',
    })
    expect(parseOptions(['--smtp', 'smtps://a:p@mail.test:4465']).smtp).toMatchObject({
      port: 4465,
      startTls: false,
    })
    for (const url of ['smtp://a:p@mail.test', 'smtps://mail.test', 'mail.test', '']) {
      expect(() => parseOptions(['--smtp', url])).toThrow('--smtp takes')
    }
  })
})

describe('the local secrets', () => {
  const inDirectory = async (act: (path: string) => Promise<void>) => {
    const directory = mkdtempSync(join(tmpdir(), 'phantom-secrets-'))
    await act(join(directory, 'secrets.json')).finally(() => rmSync(directory, { recursive: true }))
  }

  test('are made once, for their owner only, and kept', ({ expect }) =>
    inDirectory(async (path) => {
      const [first, second] = await Promise.all([localSecrets(path), localSecrets(path)])
      expect(second).toEqual(first)
      expect(await localSecrets(path)).toEqual(first)
      expect(statSync(path).mode & 0o777).toBe(0o600)
    }))

  test('pass the rules that the Worker starts by', ({ expect }) =>
    inDirectory(async (path) => {
      const secrets = await localSecrets(path)
      const names = Object.keys(secrets)
      const complaint = (env: object) => {
        try {
          settings(env)
          return ''
        } catch (error) {
          return String(error)
        }
      }
      for (const name of names) {
        expect(complaint({})).toContain(name)
        expect(complaint(secrets)).not.toContain(name)
      }
    }))

  test('are named when they are missing or weak, and never shown', ({ expect }) =>
    inDirectory(async (path) => {
      const good = await localSecrets(path)
      for (const [name, value, state] of [
        ['PASSWORD_PEPPER', 'k1:changeme', 'invalid'],
        ['SEALING_KEYS', `k1:${'A'.repeat(43)}`, 'invalid'],
        ['SIGNING_KEYS', '[{"kty":"EC"}]', 'invalid'],
        ['EMAIL_HOST_PASSWORD', undefined, 'missing'],
      ] as const) {
        writeFileSync(path, JSON.stringify({ ...good, [name]: value }))
        const error: unknown = await localSecrets(path).catch((reason: unknown) => reason)
        expect(String(error)).toContain(`the secret ${name} in ${path} is ${state}`)
        if (value) expect(String(error)).not.toContain(value)
      }
      writeFileSync(path, 'not JSON')
      await expect(localSecrets(path)).rejects.toThrow('is missing')
    }))
})
