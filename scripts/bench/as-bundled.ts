import { registerHooks } from 'node:module'

const SOURCE = new URL('../../src/', import.meta.url).href

// The Worker's files are written for a bundler and leave out `.ts` when they name each other; Node asks
// for it. With this, a script can import the very functions that it measures.
registerHooks({
  resolve(specifier, context, next) {
    const isOurs = specifier.startsWith('.') && context.parentURL?.startsWith(SOURCE)
    return next(isOurs ? `${specifier}.ts` : specifier, context)
  },
})

export const { hashPassword } = await import('../../src/crypto/password-hash.ts')
export const { parseKeyring } = await import('../../src/crypto/keyring.ts')
export const { openMail } = await import('../../src/email/queued-mail.ts')
