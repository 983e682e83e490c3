import { type Account, PASSWORD } from './accounts.ts'
import { type Call, expectJson, type Send } from './client.ts'

/** A client of the bare app, with the same headers as ours where they are the same work to read. */
export function bareClient(send: Send, stored: string) {
  const call = async (request: Call, status = 200) => expectJson(await send(request), status)
  const post = (path: string, json: unknown, status = 200) =>
    call({ method: 'POST', path, json }, status)

  return {
    hello: () => call({ method: 'GET', path: '/hello' }),
    readByCookie: ({ id }: Account) =>
      call({ method: 'GET', path: '/bare-cookie', headers: { Cookie: `session=${id}` } }),
    readByBearer: (token: string) =>
      call({ method: 'GET', path: '/bare-bearer', headers: { Authorization: `Bearer ${token}` } }),
    refresh: ({ id }: Account) => post('/bare-refresh', { id }),
    verifyKey: ({ id }: Account) => post('/bare-key', { id }),
    keyCalls: ({ id }: Account) => post('/stores-key', { id }),
    hash: () => post('/bare-hash', { password: PASSWORD, stored }),
    /** Both steps of our login, as far as its stores see them. */
    async storeCalls({ id }: Account): Promise<void> {
      const { challenge } = await post('/stores-1', { id })
      await post('/stores-2', { id, challenge })
    },
    async logIn({ email }: Account): Promise<string> {
      const { access_token: token } = await post('/bare-login', { email, password: PASSWORD })
      return token ?? ''
    },
    failToLogIn: ({ email }: Account) =>
      post('/bare-login', { email, password: 'not the password of anyone' }, 401),
  }
}
