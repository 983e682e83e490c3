import { describe, test } from 'vitest'
import { maskAddress } from '../../src/platform/email/header-safety'
import { plainName } from '../../src/platform/email/plain-name'
import { withTotp } from '../support/acts'
import { act, changeRole, columnOf, insertUser, inviteUser, onlyAdmins } from '../support/admins'
import { startApp } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailAbout } from '../support/mailbox'
import { approve, decide } from '../support/pending-acts'
import { setUser, ways } from './removal-ways'
import { inviteAdmin, schedule, soleAdmin, SUBJECT } from './support'

type Admin = { id: string }

const emailOf = async ({ id }: Admin) => String(await columnOf(id, 'email'))

async function mailTo(user: Admin, subject: string): Promise<string> {
  await sendWaiting()
  return (await mailAbout(await emailOf(user), new RegExp(`^${subject}$`, 'u'))).text
}

const nameOf = async (admin: Admin) => plainName(maskAddress(await emailOf(admin)))

/** Admins whose masked addresses differ. */
async function admins() {
  const app = startApp()
  const all = await onlyAdmins(app, 'one', 'two', 'three')
  for (const [name, admin] of Object.entries(all)) {
    await setUser(admin, `email = '${name}@' || lower(hex(randomblob(8))) || '.example'`)
  }
  return { app, ...all }
}

describe('a mail about what waits names the admin who asked, whom its reader should ask', () => {
  test.for(Object.values(ways))('$toOthers', async ({ ask, subject, toOthers }, { expect }) => {
    const { app, one, two, three } = await admins()
    await ask(app, one, two)
    const asker = `Asked for by: ${await nameOf(one)}\n`
    expect(await mailTo(two, subject)).toContain(asker)
    expect(await mailTo(three, toOthers)).toContain(asker)
  })

  test('a new admin, from an account in use', async ({ expect }) => {
    const { app, one, two } = await admins()
    await changeRole(app, one, await insertUser(app, 'customer'), 'admin')
    const text = await mailTo(two, 'A new admin waits for your approval')
    expect(text).toContain(`Asked for by: ${await nameOf(one)}\n`)
    expect(text).toContain('Reason: ')
  })

  test('a new admin who is invited, for which nobody gave a reason', async ({ expect }) => {
    const { app, one, two } = await admins()
    await setUser(two, `locale = 'de'`)
    await inviteUser(app, one, { email: app.newAccount().email, role: 'admin' })
    const text = await mailTo(two, 'Ein neuer Admin wartet auf Ihre Zustimmung')
    expect(text).toContain(`Beantragt von: ${await nameOf(one)}\n`)
    expect(text).not.toMatch(/Grund|invited/u)
  })

  test('the removal of an admin’s factors', async ({ expect }) => {
    const { app, one, three } = await admins()
    const two = await withTotp(app, 'admin')
    expect((await act(app, one, `${two.userId}/remove-factors`)).status).toBe(202)
    const text = await mailTo(three, 'An admin’s authenticator apps are to be removed')
    expect(text).toContain(`Asked for by: ${await nameOf(one)}\n`)
  })

  test('an invitation by a sole admin', async ({ expect }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app, 1)
    await schedule(app, one)
    const asker = `Asked for by: ${await nameOf(one)}\n`
    for (const user of [one, ...former]) expect(await mailTo(user, SUBJECT)).toContain(asker)
  })
})

describe('a refusal about what waits says how to go on', () => {
  test('to the target of a removal', async ({ expect }) => {
    const { app, one, two } = await admins()
    const { body } = await changeRole(app, one, two.id, 'customer')
    for (const decision of ['approve', 'stop'] as const) {
      const refused = await decide(app, two, decision, body['act_id'])
      expect(refused.body).toMatchObject({
        code: 'own_account',
        detail: 'Other admins decide. The link in our mail stops it.',
      })
    }
    expect((await changeRole(app, one, two.id, 'customer')).body).toMatchObject({
      code: 'user_state',
      detail: 'The same may wait already: GET /api/admin/acts/ lists what waits.',
    })
  })

  test('to an admin who approves what needs no approval', async ({ expect }) => {
    const { app, one, two } = await admins()
    const { userId } = await withTotp(app)
    const { body } = await act(app, one, `${userId}/remove-factors`)
    const refused = await approve(app, two, body['act_id'])
    expect(refused.body).toMatchObject({
      code: 'not_found',
      detail: 'It needs no approval: it is done on its day.',
    })
  })

  test('to a sole admin who invites a second time', async ({ expect }) => {
    const app = startApp()
    const { one } = await soleAdmin(app, 1)
    await schedule(app, one)
    expect((await inviteAdmin(app, one)).body).toMatchObject({
      code: 'already_scheduled',
      detail: 'GET /api/admin/acts/ lists it. Stop it before you ask for another.',
    })
  })
})
