import { env } from 'cloudflare:workers'
import type { App } from '../../support/acts'
import { act, changeRole, columnOf } from '../../support/admins'

export type Admin = { id: string }

/** The two ways in which one admin takes another away. */
export const ways = {
  demoted: {
    ask: (app: App, one: Admin, two: Admin) => changeRole(app, one, two.id, 'customer'),
    subject: 'Your admin role will be removed',
    toOthers: 'An admin is to be demoted',
    done: 'Your account has another role',
    state: { role: 'customer', status: 'active' },
    event: 'user_role_changed',
    stopped: 'user_role_request_stopped',
    data: { from: 'admin', to: 'customer' },
  },
  disabled: {
    ask: (app: App, one: Admin, two: Admin) => act(app, one, `${two.id}/disable`),
    subject: 'Your admin account will be disabled',
    toOthers: 'An admin is to be disabled',
    done: 'Your account was disabled',
    state: { role: 'admin', status: 'disabled' },
    event: 'user_disabled',
    stopped: 'user_disable_request_stopped',
    data: {},
  },
} as const

export const ADMIN = { role: 'admin', status: 'active' }

export const stateOf = async ({ id }: Admin) => ({
  role: await columnOf(id, 'role'),
  status: await columnOf(id, 'status'),
})

export const setUser = ({ id }: Admin, assignment: string) =>
  env.DB.prepare(`UPDATE users SET ${assignment} WHERE id = ?`).bind(id).run()
