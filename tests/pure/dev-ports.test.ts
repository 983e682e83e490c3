import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'vitest'
import { claimPort, freePort } from '../../scripts/dev/ports.ts'

const RANGE = '/proc/sys/net/ipv4/ip_local_port_range'

test('a free port is none that an outgoing connection could be given meanwhile', async ({
  expect,
}) => {
  const given = existsSync(RANGE) ? Number.parseInt(readFileSync(RANGE, 'utf8'), 10) : 32_768
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(Math.max(...ports)).toBeLessThan(given)
  expect(Math.min(...ports)).toBeGreaterThan(1023)
  // Two that start beside each other do not take the same.
  expect(new Set(ports).size).toBeGreaterThan(45)
})

test('a free port is free, and then taken by one', async ({ expect }) => {
  const port = await freePort()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await expect(claimPort(port, '--port')).rejects.toThrow(
    `port ${port} is taken; choose another with --port`,
  )
  await new Promise((resolve) => server.close(resolve))
  await expect(claimPort(port, '--port')).resolves.toBeUndefined()
})
