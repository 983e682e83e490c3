import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { freePort } from '../../scripts/dev/ports.ts'
import { newState, runDev, startDevServer, stillRunning } from '../support/e2e/dev-server.ts'

async function refused(args: readonly string[]) {
  const dev = runDev(args)
  return { code: await dev.exited, output: dev.output() }
}

/** The mails to the first admin, once there is one. */
async function invitations(mailbox: string): Promise<unknown[]> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`${mailbox}/api/email?to.address=admin@phantom.local`)
    const mails = (await answer.json()) as unknown[]
    if (mails.length > 0) return mails
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return []
}

/** What `npm run jobs` says, and its exit code. */
function runJobs(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/jobs.ts', ...args])
  return { output: `${String(stdout)}${String(stderr)}`, status }
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

  test('starts empty with --fresh, says READY once, and leaves nothing behind', async ({
    expect,
  }) => {
    const state = newState()
    const leftover = join(state, 'leftover')
    writeFileSync(leftover, '')
    const dev = await startDevServer({ state, args: ['--fresh'] })
    try {
      expect(existsSync(leftover)).toBe(false)
      expect(dev.output().match(/^READY /gm)).toHaveLength(1)
      expect((await fetch(`${dev.api}/api/health/`)).status).toBe(200)
      expect((await fetch(`${dev.api}/api/docs/`)).status).toBe(200)
      const page = await fetch(dev.mailbox, { headers: { accept: 'text/html' } })
      expect(await page.text()).toContain('<title>MailDev')
      expect(dev.output()).toContain('first admin    the invitation for admin@phantom.local')
      expect(await invitations(dev.mailbox)).toHaveLength(1)

      const job = ['seal-events', '--state', state, '--port', new URL(dev.api).port]
      // The cron of each minute has run: the event of the invitation is sealed.
      expect((await fetch(`${dev.api}/.well-known/audit-head`)).status).toBe(200)
      await fetch(`${dev.api}/api/auth/login/`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ identifier: 'nobody@example.com', password: 'wrong' }),
      })
      for (const said of [/^seal-events: done in \d+ ms, sealed \d+\n$/, /sealed 0\n$/]) {
        const { output, status } = runJobs(...job)
        expect(output).toMatch(said)
        expect(status).toBe(0)
      }

      const processes = dev.processes()
      // Itself, the mailbox, wrangler and at least one workerd.
      expect(processes.length).toBeGreaterThanOrEqual(4)
      expect(await dev.interrupt()).toBe(0)
      expect(stillRunning(processes)).toEqual([])
      // The state has had its first admin.
      const again = await startDevServer({ state })
      expect(again.output()).not.toContain('first admin')
      await again.interrupt()
    } finally {
      await dev.stop()
    }
  })
})

test('npm run jobs names the jobs, and says in one line what it cannot do', async ({ expect }) => {
  expect(runJobs('--list').output).toMatch(/^seal-events +\* \* \* \* \*$/m)
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
    expect(runJobs(...args)).toEqual({ output: said, status: 1 })
  }
})
