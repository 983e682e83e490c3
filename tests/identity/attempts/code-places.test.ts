import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { many } from '../../support/many'

const NOW = Date.now()

/**
 * Asks for so many checks of codes of one challenge at once, and gives none of them back meanwhile.
 */
async function placesOf(guard: ReturnType<typeof env.ACCOUNT_GUARD.getByName>, id: string) {
  const challenge = { id, sentAt: NOW, expiresAt: NOW + 300_000 }
  const request = { challenge, method: 'email' as const, device: null, now: NOW }
  const reservations = await Promise.all(
    Array.from({ length: many(1000) }, () => guard.reserveCode(request)),
  )
  return reservations.flatMap(({ attempt }) => attempt ?? [])
}

describe('the places for codes that are being checked', () => {
  test('are five for a challenge, however many ask at once', async ({ expect }) => {
    const guard = env.ACCOUNT_GUARD.getByName(crypto.randomUUID())
    const attempts = await placesOf(guard, 'one')
    expect(attempts).toHaveLength(5)
    for (const attempt of attempts) await attempt.fail()
    expect(await placesOf(guard, 'one')).toHaveLength(0)
  })

  test('are ten for an account, over all its challenges', async ({ expect }) => {
    const guard = env.ACCOUNT_GUARD.getByName(crypto.randomUUID())
    const counts = []
    for (const id of ['one', 'two', 'three']) counts.push((await placesOf(guard, id)).length)
    expect(counts).toEqual([5, 5, 0])
  })
})
