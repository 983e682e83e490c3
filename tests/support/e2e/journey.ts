type Json = Record<string, unknown>

/** A small client of the API, as an app would have it. */
export function client(api: string) {
  const send = async (method: string, path: string, init: RequestInit = {}) => {
    const response = await fetch(`${api}${path}`, { method, ...init })
    const body = (await response.json()) as Json
    return { status: response.status, body }
  }
  return {
    post: (path: string, json: Json, token?: string) =>
      send('POST', path, {
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(json),
      }),
    get: (path: string, token: string) =>
      send('GET', path, { headers: { authorization: `Bearer ${token}` } }),
  }
}

export const PASSWORD = 'violet kettle walks home'
