import { describe, test } from 'vitest'
import { findDevice, issueDevice } from '../../../src/identity/attempts/device-token'
import { startApp } from '../../support/app'

const DAY = 86_400
const users = (count: number) => Array.from({ length: count }, (_, index) => `usr_${index}`)

/** The token of a browser in which these have signed in one after the other, a day apart. */
function tokenOf(app: ReturnType<typeof startApp>, ids: readonly string[]): string {
  let token: string | undefined
  for (const id of ids) {
    token = issueDevice(app.deps(), id, token === undefined ? [] : [token]).token
    app.advance(DAY)
  }
  return token ?? ''
}

const knownTo = (app: ReturnType<typeof startApp>, ids: readonly string[], token: string) =>
  ids.filter((id) => findDevice(app.deps(), id, [token]) !== null)

describe('a device token', () => {
  test('knows the last eight accounts of its browser, each by a nonce of its own', ({ expect }) => {
    const app = startApp()
    const eight = users(8)
    const token = tokenOf(app, eight)
    expect(knownTo(app, eight, token)).toEqual(eight)
    expect(new Set(eight.map((id) => findDevice(app.deps(), id, [token]))).size).toBe(8)
    expect(knownTo(app, ['usr_8', ''], token)).toEqual([])

    // The first one signs in again: the ninth takes the place of the second.
    const again = issueDevice(app.deps(), 'usr_0', [token])
    expect(again.hash).toBe(findDevice(app.deps(), 'usr_0', [token]))
    expect(knownTo(app, eight, again.token)).toEqual(eight)
    const ninth = issueDevice(app.deps(), 'usr_8', [again.token]).token
    const kept = users(9).filter((id) => id !== 'usr_1')
    expect(knownTo(app, users(9), ninth)).toEqual(kept)
  })

  test('is at most 791 bytes of what a cookie may hold, and names no account', ({ expect }) => {
    const app = startApp()
    const token = tokenOf(app, users(20))
    expect(new TextEncoder().encode(token)).toHaveLength(8 * 98 + 7)
    expect(token).toMatch(/^[\w.~-]+$/)
    expect(token).not.toContain('usr')
  })

  test('drops what is over after 400 days, and what it holds twice', ({ expect }) => {
    const app = startApp()
    const token = tokenOf(app, ['usr_old', 'usr_late'])
    app.advance(399 * DAY - 2 * DAY)
    const { token: before } = issueDevice(app.deps(), 'usr_new', [token, token])
    expect(before.split('~')).toHaveLength(3)
    expect(knownTo(app, ['usr_old', 'usr_late'], before)).toEqual(['usr_old', 'usr_late'])
    app.advance(DAY)
    const { token: after } = issueDevice(app.deps(), 'usr_new', [token, before])
    expect(after.split('~')).toHaveLength(2)
    expect(knownTo(app, ['usr_old', 'usr_late'], after)).toEqual(['usr_late'])
    // Its account has come back too late: it gets another nonce.
    const { hash } = issueDevice(app.deps(), 'usr_old', [token])
    app.advance(-DAY)
    expect(findDevice(app.deps(), 'usr_old', [token])).not.toBe(hash)
  })
})
