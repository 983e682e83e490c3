import { describe, test } from 'vitest'
import { userEntry } from '../../../../src/admin/list-users'
import { createApp } from '../../../../src/app'
import { openApiDocument, type Operation } from '../../../../src/http/openapi'
import { columnsFor, userFields } from '../../../../src/identity/accounts/user-fields'
import { profile } from '../../../../src/users/profile'

const api = openApiDocument(createApp().routes, {
  PUBLIC_URL: 'https://auth.phantom.test',
  RATE_LIMITS: {},
})

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const fields = Object.entries(userFields).map(([column, rule]) => ({
  name: snake(column),
  seenBy: rule.seenBy as readonly string[],
  setBy: rule.setBy as readonly string[],
}))
const seenBy = (reader: string) =>
  new Set(fields.filter((field) => field.seenBy.includes(reader)).map(({ name }) => name))
const setBy = (writer: string) =>
  new Set(fields.filter((field) => field.setBy.includes(writer)).map(({ name }) => name))

const bodyOf = (operation: Operation | undefined) =>
  Object.keys(operation?.requestBody?.content['application/json']?.schema.properties ?? {})

describe('the fields of an account', () => {
  test('are shown to the owner as the rules say', ({ expect }) => {
    const { session: _, ...shown } = profile.shape
    expect(new Set(Object.keys(shown))).toEqual(seenBy('owner'))
  })

  test('are shown to an admin, and read for one, as the rules say', ({ expect }) => {
    expect(new Set(Object.keys(userEntry.shape))).toEqual(seenBy('admin'))
    expect(new Set(Object.keys(columnsFor('admin')).map(snake))).toEqual(seenBy('admin'))
  })

  test('that are secret are shown to nobody', ({ expect }) => {
    for (const name of ['password_hash', 'security_epoch', 'email_key', 'username_key']) {
      expect(fields.find((field) => field.name === name)?.seenBy).toEqual([])
    }
  })

  test('are set by owner and admin as the rules say', ({ expect }) => {
    expect(new Set(bodyOf(api.paths['/api/users/update/']?.['put']))).toEqual(setBy('owner'))
    const { reason, ...change } = Object.fromEntries(
      bodyOf(api.paths['/api/admin/users/{id}/']?.['patch']).map((name) => [name, true]),
    )
    expect(reason).toBe(true)
    expect(new Set(Object.keys(change))).toEqual(setBy('admin'))
  })

  test('that only the service sets are in no body of a signed-in user', ({ expect }) => {
    const owned = setBy('service')
    // Names of other things: of an app, a session, a key, a document.
    const others = new Set(['id'])
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const operation of Object.values(methods)) {
        if (!operation['x-roles']) continue
        const taken = bodyOf(operation).filter((name) => owned.has(name) && !others.has(name))
        expect([path, taken]).toEqual([path, []])
      }
    }
  })
})
