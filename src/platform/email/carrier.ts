import type { RenderedMail } from './layout'

/** A mail that is ready to leave: rendered, to one address. */
export type OutgoingMail = RenderedMail & Readonly<{ id: string; to: string }>

/**
 * A fault of our own account with the mail server, which holds every mail until it is mended. Of
 * `mails_refused` one reply alone does not tell: it may as well be about that mail.
 */
export const accountFaults = [
  'sign_in_refused',
  'sender_refused',
  'daily_limit',
  'rate_limit',
  'not_set_up',
  'mails_refused',
] as const
export type AccountFault = (typeof accountFaults)[number]

/**
 * What became of a mail, in words of ours: what a server says may hold addresses, so only its reply
 * code and enhanced status code (RFC 3463) are kept. `refused` is final, `deferred` is worth
 * another try; without a `fault` that is the server's or the network's.
 */
export type Outcome = Readonly<{
  status: 'sent' | 'deferred' | 'refused'
  reason: string
  replyCode?: number
  enhancedCode?: string
  fault?: AccountFault
}>

/** Takes the mails of one batch, one after the other. Neither function ever throws. */
export type Carrier = Readonly<{
  send: (mail: OutgoingMail) => Promise<Outcome>
  close: () => Promise<void>
}>

/** The carrier that nobody could reach. */
export const deferAll = (outcome: Outcome): Carrier => ({
  send: () => Promise.resolve(outcome),
  close: () => Promise.resolve(),
})
