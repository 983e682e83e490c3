import { allowSourceImports } from '../source-imports.ts'

allowSourceImports()

export const { hashPassword } = await import('../../src/platform/crypto/password-hash.ts')
export const { parseKeyring } = await import('../../src/platform/crypto/keyring.ts')
export const { openMail } = await import('../../src/platform/email/queued-mail.ts')
export const { newKeyId, newKeyText } = await import('../../src/api-keys/key-text.ts')
