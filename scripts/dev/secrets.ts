import { randomBytes } from 'node:crypto'
import { signingKeysSchema } from '../../src/platform/crypto/jwt.ts'
import { parseKeyring } from '../../src/platform/crypto/keyring.ts'
import { newSigningKey } from '../keys/signing-key.ts'
import { privateFile } from './private-file.ts'

const isJson = (text: string, accepts: (value: unknown) => boolean) => {
  try {
    return accepts(JSON.parse(text))
  } catch {
    return false
  }
}

const isSigningKeys = (text: string) =>
  isJson(text, (value) => signingKeysSchema.safeParse(value).success)

const RULES = {
  PASSWORD_PEPPER: (text: string) => parseKeyring(text) !== undefined,
  SEALING_KEYS: (text: string) => parseKeyring(text) !== undefined,
  SIGNING_KEYS: isSigningKeys,
  AUDIT_KEYS: isSigningKeys,
  EMAIL_HOST_PASSWORD: (text: string) => text.length >= 8,
}

export type Secrets = Readonly<Record<keyof typeof RULES, string>>

const newKeyring = () => `k1:${randomBytes(32).toString('base64url')}`

/** Makes every secret that the Worker requires, with the strength that production asks for. */
async function newSecrets() {
  const secrets: Secrets = {
    PASSWORD_PEPPER: newKeyring(),
    SEALING_KEYS: newKeyring(),
    SIGNING_KEYS: JSON.stringify([await newSigningKey()]),
    AUDIT_KEYS: JSON.stringify([await newSigningKey()]),
    EMAIL_HOST_PASSWORD: randomBytes(24).toString('base64url'),
  }
  return `${JSON.stringify(secrets, null, 2)}\n`
}

/** The local secrets, made once and kept, so that what an earlier run has stored stays readable. */
export async function localSecrets(path: string): Promise<Secrets> {
  const text = await privateFile(path, newSecrets)
  let stored: unknown
  isJson(text, (value) => {
    stored = value
    return true
  })
  const read = (name: keyof Secrets) => {
    const value: unknown = stored instanceof Object ? Reflect.get(stored, name) : undefined
    if (typeof value === 'string' && RULES[name](value)) return value
    const state = value === undefined ? 'missing' : 'invalid'
    throw new Error(`the secret ${name} in ${path} is ${state}; correct it, or delete the file`)
  }
  return {
    PASSWORD_PEPPER: read('PASSWORD_PEPPER'),
    SEALING_KEYS: read('SEALING_KEYS'),
    SIGNING_KEYS: read('SIGNING_KEYS'),
    AUDIT_KEYS: read('AUDIT_KEYS'),
    EMAIL_HOST_PASSWORD: read('EMAIL_HOST_PASSWORD'),
  }
}
