import type { JsonSchema } from './openapi-answers'

const CHALLENGE = 'mJ3zVbq0PZC4u4vYwqk9n1cTqX2Yd8sR5hLfGeA7oKI'

/** What fields hold in examples, by name with parents; other fields get a value of their type. */
const byName: Readonly<Record<string, unknown>> = {
  email: 'ada@example.com',
  identifier: 'ada@example.com',
  username: 'ada',
  display_name: 'Ada',
  password: 'four quiet otters knit scarves',
  challenge: CHALLENGE,
  token: 'Zk2c8q5uY0bXh4mQe7Lw1tRj9sVn3dGf6pKa0oTiSyE',
  code: '492039',
  access_token: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9…',
  refresh_token: 'ses_8Kq…',
  session_id: 'ses_8KqVw3nT5bYx1mZc7LrJdA',
  id: 'usr_5fWq0PZC4u4vYwqk9n1cTq',
  user_id: 'usr_5fWq0PZC4u4vYwqk9n1cTq',
  user_ids: ['usr_5fWq0PZC4u4vYwqk9n1cTq'],
  act_id: 'act_c7vKzq1RmY4sXh0nTbLw2d',
  reason: 'Asked for by phone, ticket 4711',
  'results.user_id': 'usr_5fWq0PZC4u4vYwqk9n1cTq',
  'acts.id': 'act_c7vKzq1RmY4sXh0nTbLw2d',
  'acts.user_id': 'usr_5fWq0PZC4u4vYwqk9n1cTq',
  'acts.requested_by': 'usr_Jd8sR5hLfGeA7oKI2mZc7L',
  'acts.reason': 'Asked for by phone, ticket 4711',
  expires_in: 300,
  'session.id': 'ses_8KqVw3nT5bYx1mZc7LrJdA',
  'session.amr': ['pwd', 'mca'],
  locale: 'en',
  role: 'customer',
  country: 'NL',
  legal_name: 'Lovelace Trading B.V.',
  methods: ['email'],
  'keys.kid': '2026-11',
  'keys.x': 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  'keys.y': 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

/** Leaves out what a first request does not need: optional fields, unless they are all there is. */
export function exampleOf(schema: JsonSchema, name = ''): unknown {
  const [form = schema] = schema.anyOf ?? []
  if (form.properties) {
    const required = new Set(form.required)
    const entries = Object.entries(form.properties).filter(([key]) => required.has(key))
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key,
        typeof value === 'boolean' ? null : exampleOf(value, name === '' ? key : `${name}.${key}`),
      ]),
    )
  }
  if (form.const !== undefined) return form.const
  if (Object.hasOwn(byName, name)) return byName[name]
  if (form.enum) return form.enum[0]
  if (form.default !== undefined) return form.default
  if (form.format === 'date-time') return '2026-11-24T09:30:00.000Z'
  if (form.type === 'array') {
    return typeof form.items === 'object' && !Array.isArray(form.items)
      ? [exampleOf(form.items, name)]
      : []
  }
  if (form.type === 'integer' || form.type === 'number') return 1
  return form.type === 'boolean' ? true : '…'
}
