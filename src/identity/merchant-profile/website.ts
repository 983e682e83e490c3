import * as z from 'zod'

/**
 * Names that lead nowhere public (RFC 6761, 6762, 7686, 8375, 9476) or into a cloud's own network.
 */
const PRIVATE =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|test|invalid|example|onion|alt|arpa)$/

/**
 * The address of a shop's site, as it is shown. We never fetch it: whatever it answers, and
 * wherever its name leads tomorrow, reaches nobody from here. Addresses and private names are
 * refused all the same, for whoever opens it; `hostname` is what a browser would make of
 * `2130706433` or `0x7f.1`.
 */
export const website = z
  .url({ protocol: /^https$/, error: 'must be an address that begins with https://' })
  .max(200)
  .transform((text) => new URL(text))
  .refine(({ username, password }) => username === '' && password === '', 'must not hold a login')
  .refine(
    ({ hostname }) =>
      /\.(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})$/.test(hostname) && !PRIVATE.test(hostname),
    'must be on a host with a public name',
  )
  .transform(({ href }) => href)
