import type { App } from '../../support/acts'
import { type Account, freshAddress } from '../../support/app'
import { eventsOf } from '../../support/rows-of'

export const ALARM = 'Right password, wrong code'

export const give = (app: App, challenge: string, code: string, cookie?: string) =>
  app.post(
    '/api/auth/verify-2fa/',
    { challenge, method: 'totp', code },
    { ip: freshAddress(), cookie },
  )

export const failuresOf = async ({ email }: Account) =>
  (await eventsOf(email)).filter(({ event }) => /^authn_(code_fail|stopped)/.test(event))
