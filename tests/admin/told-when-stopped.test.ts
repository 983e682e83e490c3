import { describe, test } from 'vitest'
import { maskAddress } from '../../src/platform/email/header-safety'
import { plainName } from '../../src/platform/email/plain-name'
import { type App, withTotp } from '../support/acts'
import { act, changeRole, columnOf, insertUser, onlyAdmins } from '../support/admins'
import { startApp } from '../support/app'
import { sendWaiting } from '../support/mail-faults'
import { mailAbout, mailsNamed, tokenIn } from '../support/mailbox'
import { many } from '../support/many'
import { decide } from '../support/pending-acts'
import { type Admin, setUser } from './removal-ways'
import { schedule, soleAdmin, stop, stopTokenOf } from './support'

const emailOf = async ({ id }: Admin) => String(await columnOf(id, 'email'))
const nameOf = async (user: Admin) => plainName(maskAddress(await emailOf(user)))

/** The mails that a user had about what was stopped, once all that waits was sent. */
async function toldTo(user: Admin, what: string) {
  await sendWaiting()
  return mailsNamed(await emailOf(user), `Stopped: ${what}`, 0)
}

async function admins() {
  const app = startApp()
  const all = await onlyAdmins(app, 'one', 'two', 'three')
  for (const [name, admin] of Object.entries(all)) {
    await setUser(admin, `email = '${name}@' || lower(hex(randomblob(8))) || '.example'`)
  }
  return { app, ...all }
}

const actIdOf = ({ body }: Awaited<ReturnType<typeof act>>) => String(body['act_id'])

async function linkTo(user: Admin, subject: RegExp) {
  await sendWaiting()
  return tokenIn(await mailAbout(await emailOf(user), subject))
}

describe('an act that is stopped is told', () => {
  test('to the admin who asked and to the target, once, where a third admin stops it', async ({
    expect,
  }) => {
    const { app, one, two, three } = await admins()
    const id = actIdOf(await changeRole(app, one, two.id, 'customer'))
    await Promise.all(Array.from({ length: many(20) }, () => decide(app, three, 'stop', id)))
    for (const user of [one, two]) {
      const mails = await toldTo(user, 'another role for an admin')
      expect(mails).toHaveLength(1)
      const [mail] = mails
      expect(mail?.text).toContain(`Account: ${await nameOf(two)}\n`)
      expect(mail?.text).toContain(`Stopped by: ${await nameOf(three)}\n`)
    }
    expect(await toldTo(three, 'another role for an admin')).toHaveLength(0)
  })

  test('to the admin who asked, where the target uses the link', async ({ expect }) => {
    const { app, one, two } = await admins()
    await act(app, one, `${two.id}/disable`)
    const token = await linkTo(two, /^Your admin account will be disabled$/u)
    expect((await stop(app, token)).status).toBe(200)
    expect((await stop(app, token)).status).toBe(400)
    const mails = await toldTo(one, 'the disabling of an admin')
    expect(mails).toHaveLength(1)
    const [mail] = mails
    expect(mail?.text).toContain(`Stopped by: ${await nameOf(two)}\n`)
    expect(await toldTo(two, 'the disabling of an admin')).toHaveLength(0)
  })

  test('to the target alone, where the admin who asked takes it back', async ({ expect }) => {
    const { app, one, two } = await admins()
    const id = actIdOf(await act(app, one, `${two.id}/disable`))
    await decide(app, one, 'stop', id)
    expect(await toldTo(two, 'the disabling of an admin')).toHaveLength(1)
    expect(await toldTo(one, 'the disabling of an admin')).toHaveLength(0)
  })

  test('to the admin who asked for a new one; its owner has heard of nothing', async ({
    expect,
  }) => {
    const { app, one, two } = await admins()
    const user = { id: await insertUser(app, 'customer') }
    const id = actIdOf(await changeRole(app, one, user.id, 'admin'))
    await decide(app, two, 'stop', id)
    expect(await toldTo(one, 'a new admin')).toHaveLength(1)
    expect(await toldTo(user, 'a new admin')).toHaveLength(0)
  })

  test('to a sole admin, by a former one', async ({ expect }) => {
    const app = startApp()
    const { one, former } = await soleAdmin(app)
    const { userId } = await schedule(app, one)
    const [first] = former
    if (!first) throw new Error('a former admin')
    expect((await stop(app, await stopTokenOf(first))).status).toBe(200)
    expect(await toldTo(one, 'the invitation of an admin')).toHaveLength(1)
    expect(await toldTo({ id: userId }, 'the invitation of an admin')).toHaveLength(0)
  })

  test('to an owner who is no admin without a word of which admin it was', async ({ expect }) => {
    const { app, one, two } = await admins()
    const { userId: id } = await withTotp(app)
    const actId = await removalOf(app, one, id)
    expect((await decide(app, two, 'stop', actId)).status).toBe(204)
    const mails = await toldTo({ id }, 'the removal of authenticator apps')
    expect(mails).toHaveLength(1)
    const [mail] = mails
    expect(mail?.text).not.toContain(await nameOf(two))
    const toAsker = await toldTo(one, 'the removal of authenticator apps')
    expect(toAsker).toHaveLength(1)
    const [asked] = toAsker
    expect(asked?.text).toContain(`Stopped by: ${await nameOf(two)}\n`)
  })

  test('not again to who comes too late', async ({ expect }) => {
    const { app, one, two, three } = await admins()
    const id = actIdOf(await act(app, one, `${two.id}/disable`))
    const answers = [await decide(app, three, 'stop', id), await decide(app, three, 'stop', id)]
    expect(answers.map(({ status }) => status)).toEqual([204, 404])
    expect(await toldTo(one, 'the disabling of an admin')).toHaveLength(1)
  })
})

const removalOf = async (app: App, admin: Admin, id: string) =>
  actIdOf(await act(app, admin, `${id}/remove-factors`))
