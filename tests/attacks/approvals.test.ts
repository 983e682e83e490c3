import { env } from 'cloudflare:workers'
import { describe, test } from 'vitest'
import { ask, decide, hasReviewer, inState, named } from '../features/merchants/support'
import { insertUser, tokenFor } from '../support/admins'
import { startApp } from '../support/app'
import { beforeBatch } from '../support/attack'
import { many } from '../support/many'
import { eventsOf } from '../support/rows-of'

describe('E-109: an approval', () => {
  test('is nothing that a merchant or a weaker session can give', async ({ expect }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await inState(app, reviewer, 'submitted')
    const own = await decide(app, merchant, merchant.id, 'approve', 2)
    expect([own.status, own.body.code]).toEqual([403, 'forbidden'])
    expect((await eventsOf(merchant.email)).at(-1)?.event).toBe('authz_fail')
    const weak = { token: await tokenFor(app, { id: reviewer.id }, 'email') }
    expect((await decide(app, weak, merchant.id, 'approve', 2)).body.code).toBe(
      'insufficient_user_authentication',
    )
    await env.DB.prepare('UPDATE sessions SET stepped_up_at = ? WHERE user_id = ?')
      .bind(app.now().getTime() - 600_000, reviewer.id)
      .run()
    expect((await decide(app, reviewer, merchant.id, 'approve', 2)).body.code).toBe(
      'insufficient_user_authentication',
    )
    await env.DB.prepare('UPDATE sessions SET stepped_up_at = ? WHERE user_id = ?')
      .bind(app.now().getTime() - 590_000, reviewer.id)
      .run()
    // A list of them is worked through with one step-up.
    expect((await decide(app, reviewer, merchant.id, 'approve', 2)).status).toBe(200)
    expect((await decide(app, reviewer, merchant.id, 'suspend', 3)).status).toBe(200)
  })

  test('is nothing once the session has ended, or an act has used its step-up up', async ({
    expect,
  }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await inState(app, reviewer, 'submitted')
    for (const meanwhile of [
      'UPDATE sessions SET stepped_up_at = NULL WHERE user_id = ?',
      'DELETE FROM sessions WHERE user_id = ?',
    ]) {
      const late = startApp(beforeBatch(() => env.DB.prepare(meanwhile).bind(reviewer.id).run()))
      const token = await tokenFor(app, { id: reviewer.id })
      const decided = await decide(late, { token }, merchant.id, 'approve', 2)
      expect(decided.body.code).toBe('insufficient_user_authentication')
    }
    expect((await ask(app, merchant)).body).toMatchObject({ state: 'submitted', version: 2 })
    expect((await eventsOf(merchant.email)).at(-1)?.event).toBe('merchant_submitted')
  })

  test('is not for oneself, nor for who is no active merchant', async ({ expect }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const promoted = await inState(app, reviewer, 'submitted')
    const setUser = (set: string) =>
      env.DB.prepare(`UPDATE users SET ${set} WHERE id = ?`).bind(promoted.id).run()
    await setUser(`status = 'disabled'`)
    const decided = await decide(app, reviewer, promoted.id, 'approve', 2)
    expect([decided.status, decided.body.code]).toEqual([409, 'user_state'])
    await setUser(`status = 'active', role = 'customer'`)
    expect((await decide(app, reviewer, promoted.id, 'reject', 2)).body.code).toBe('user_state')
    await setUser(`role = 'admin'`)
    const self = { token: await tokenFor(app, { id: promoted.id }) }
    expect((await decide(app, self, promoted.id, 'approve', 2)).body.code).toBe('own_account')
    await setUser(`role = 'merchant'`)
    expect((await decide(app, reviewer, promoted.id, 'approve', 2)).status).toBe(200)
    const nobody = await insertUser(app, 'merchant')
    for (const id of [nobody, 'usr_nobody', '%25']) {
      expect((await decide(app, reviewer, id, 'approve', 1)).status).toBe(404)
    }
  })

  test('is not for an account that is frozen or closing, which can only be suspended', async ({
    expect,
  }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const applicant = await inState(app, reviewer, 'submitted')
    const suspended = await inState(app, reviewer, 'suspended')
    const setUser = ({ id }: { id: string }, set: string) =>
      env.DB.prepare(`UPDATE users SET ${set} WHERE id = ?`).bind(id).run()
    for (const stop of ['frozen_at = 1', 'erasure_due_at = 9999999999999']) {
      const approved = await inState(app, reviewer, 'approved')
      for (const who of [applicant, suspended, approved]) await setUser(who, stop)
      for (const [who, decision] of [
        [applicant, 'approve'],
        [applicant, 'reject'],
        [applicant, 'request-changes'],
        [suspended, 'reinstate'],
      ] as const) {
        const { status, body } = await decide(app, reviewer, who.id, decision, who.version)
        expect([stop, decision, status, body.code]).toEqual([stop, decision, 409, 'user_state'])
      }
      expect((await decide(app, reviewer, approved.id, 'suspend', 3)).status).toBe(200)
      for (const who of [applicant, suspended]) {
        await setUser(who, 'frozen_at = NULL, erasure_due_at = NULL')
      }
    }
    expect((await decide(app, reviewer, applicant.id, 'approve', 2)).status).toBe(200)
    expect((await decide(app, reviewer, suspended.id, 'reinstate', 4)).status).toBe(200)
  })

  test('E-036: and a rejection at once, many of each: one is decided, and the others hear which', async ({
    expect,
  }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await inState(app, reviewer, 'submitted')
    const count = many(50)
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        decide(app, reviewer, merchant.id, index % 2 ? 'approve' : 'reject', 2),
      ),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const lost = answers.filter(({ status }) => status === 409)
    expect(lost).toHaveLength(count - 1)
    const state = String(won[0]?.body['state'])
    expect(new Set(lost.flatMap((answer) => [answer.body.code, ...named(answer, 'code')]))).toEqual(
      new Set(['merchant_state', state]),
    )
    const events = (await eventsOf(merchant.email)).map(({ event }) => event)
    expect(events.filter((event) => /approved|rejected/.test(event))).toEqual([`merchant_${state}`])
    expect((await ask(app, merchant)).body['history']).toHaveLength(2)
  })

  test('has a reason of 10 to 1000 characters in one line', async ({ expect }) => {
    const app = startApp()
    const reviewer = await hasReviewer(app)
    const merchant = await inState(app, reviewer, 'submitted')
    for (const reason of [
      'short one',
      '',
      ' '.repeat(20),
      'x'.repeat(1001),
      'two\nlines of it',
      5,
    ]) {
      const answer = await decide(app, reviewer, merchant.id, 'approve', 2, reason)
      expect([reason, answer.status, named(answer, 'pointer')]).toEqual([reason, 400, ['#/reason']])
    }
    const long = 'x'.repeat(1000)
    const asked = await decide(app, reviewer, merchant.id, 'request-changes', 2, long)
    expect(asked.status).toBe(200)
  })
})

describe('E-109: a suspension', () => {
  test('is outrun by no change of the profile, nor is its end', async ({ expect }) => {
    const reviewer = await hasReviewer(startApp())
    const merchant = await inState(startApp(), reviewer, 'approved')
    const present = async () => (await ask(startApp(), merchant)).body
    let edits = 0
    // At the last moment before the decision, whatever version its admin has read.
    const racing = startApp(
      beforeBatch(() =>
        env.DB.prepare('UPDATE merchant_profiles SET version = version + ? WHERE user_id = ?')
          .bind(++edits, merchant.id)
          .run(),
      ),
    )
    expect((await decide(racing, reviewer, merchant.id, 'suspend', 3)).body).toEqual({
      state: 'suspended',
      version: 5,
    })
    expect((await decide(racing, reviewer, merchant.id, 'reinstate', undefined)).body).toEqual({
      state: 'approved',
      version: 8,
    })
    expect(await present()).toMatchObject({ state: 'approved', version: 8 })
    const steps = (await present())['history'] as { version: number; to: string }[]
    expect(steps.slice(-2).map(({ version, to }) => [version, to])).toEqual([
      [4, 'suspended'],
      [7, 'approved'],
    ])
    // What the others are about is what was read.
    const applicant = await inState(startApp(), reviewer, 'submitted')
    for (const decision of ['approve', 'reject', 'request-changes']) {
      const stale = await decide(racing, reviewer, applicant.id, decision, 1)
      expect([decision, stale.body.code, named(stale, 'pointer')]).toEqual([
        decision,
        'version_conflict',
        ['#/version'],
      ])
      const blind = await decide(racing, reviewer, applicant.id, decision, undefined)
      expect([decision, blind.status, named(blind, 'pointer')]).toEqual([
        decision,
        400,
        ['#/version'],
      ])
    }
  })
})
