// A Worker of the platform that is bound to ours, as examples/orders would be: it takes access tokens
// and API keys, and asks us about them without a network between.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const token = request.headers.get('Authorization')?.replace(/^Bearer /, '') ?? ''
    if (pathname === '/orders') {
      const claims = await env.SECURITY.verifyAccessToken(token)
      if (!claims) return new Response(null, { status: 401 })
      return Response.json({ orders_of: claims.sub, role: claims.role })
    }
    const { method, args } = await request.json()
    try {
      return Response.json({ value: await env.SECURITY[method](...args) })
    } catch (error) {
      return Response.json({ error: String(error) })
    }
  },
}
