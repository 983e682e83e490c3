import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe, test } from 'vitest'
import { freePort } from '../../scripts/dev/ports.ts'
import { FIRST_ADMIN } from '../support/e2e/admin.ts'
import { runDev } from '../support/e2e/dev-server.ts'
import { runJobs } from '../support/e2e/jobs.ts'
import { mailsWith } from '../support/e2e/mails.ts'
import { sharedServer } from '../support/e2e/shared-server.ts'

async function refused(args: readonly string[]) {
  const dev = runDev(args)
  return { code: await dev.exited, output: dev.output() }
}

describe('npm run dev', () => {
  test('answers what it does not understand with one line and exit code 2', async ({ expect }) => {
    for (const args of [
      ['--prot', '80'],
      ['--port', '0'],
      ['--smtp', 'smtp://u:secret@host'],
    ]) {
      const { code, output } = await refused(args)
      expect(output.trimEnd().split('\n')).toHaveLength(1)
      expect(output).toContain(args[0])
      expect(output).not.toContain('secret')
      expect(code).toBe(2)
    }
  })

  test('names a taken port and the option that helps', async ({ expect }) => {
    const server = createServer()
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    const free = `${await freePort()}`
    for (const [taken, other] of [
      ['--port', '--mailbox-port'],
      ['--mailbox-port', '--port'],
    ] as const) {
      const { code, output } = await refused([taken, `${port}`, other, free])
      expect(output).toBe(`dev: port ${port} is taken; choose another with ${taken}\n`)
      expect(code).toBe(1)
    }
    server.close()
  })

  test('starts empty with --fresh, and says READY once', async ({ expect }) => {
    const dev = await sharedServer()
    expect(existsSync(dev.leftover)).toBe(false)
    expect(dev.output.match(/^READY /gm)).toHaveLength(1)
    expect((await fetch(`${dev.api}/api/health/`)).status).toBe(200)
    expect((await fetch(`${dev.api}/api/docs/`)).status).toBe(200)
    const page = await fetch(dev.mailbox, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('<title>MailDev')
    expect(dev.output).toContain('first admin    the invitation for admin@phantom.local')
    expect(await mailsWith(dev, FIRST_ADMIN, /#token=/)).toHaveLength(1)
    // The cron of each minute has run: the event of the invitation is sealed.
    expect((await fetch(`${dev.api}/.well-known/audit-head`)).status).toBe(200)
  })
})

test('npm run jobs names the jobs, and says in one line what it cannot do', async ({ expect }) => {
  expect((await runJobs('--list')).output).toMatch(/^seal-events +\* \* \* \* \*$/m)
  const port = `${await freePort()}`
  for (const [args, said] of [
    [['nope'], 'jobs: there is no job "nope"; --list names them\n'],
    [[], 'jobs: give the name of one job, or --list\n'],
    [['seal-events', '--port', '0'], 'jobs: --port takes a port between 1 and 65535, not "0"\n'],
    [
      ['seal-events', '--port', port],
      `jobs: no dev server listens on port ${port}; start it with \`npm run dev\`\n`,
    ],
  ] as const) {
    expect(await runJobs(...args)).toEqual({ output: said, status: 1 })
  }
})

test('npm run jobs asks for the state of the server, and makes none', async ({ expect }) => {
  const { port } = new URL((await sharedServer()).api)
  expect(await runJobs('purge-expired', '--port', port, '--state', 'no-state')).toEqual({
    output: 'jobs: nothing is noted of purge-expired; is no-state the --state of the dev server?\n',
    status: 1,
  })
  expect(existsSync('no-state')).toBe(false)
})
