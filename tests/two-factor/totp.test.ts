import { describe, test } from 'vitest'
import { startApp } from '../support/app'
import { me, signInWithTotp, withTotp } from '../support/acts'

describe('an authenticator app', () => {
  test('is the second step from its confirmation on, and makes sessions aal2', async ({
    expect,
  }) => {
    const app = startApp()
    const ada = await withTotp(app)
    const { accessToken } = await signInWithTotp(app, ada)
    const profile = await me(app, { token: accessToken })
    expect(profile.body['session']).toMatchObject({ acr: 'aal2', amr: ['pwd', 'otp', 'mfa'] })
    expect(ada.backupCodes).toHaveLength(10)
  })
})
