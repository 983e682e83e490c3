import type { RenderedMail } from './layout'

/** A mail that is ready to leave: rendered, to one address. */
export type OutgoingMail = RenderedMail & Readonly<{ id: string; to: string }>

/**
 * What became of a mail, in words of ours: what a server says may hold addresses, so only its reply
 * code is kept. `refused` is final, `deferred` is worth another try.
 */
export type Outcome = Readonly<{
  status: 'sent' | 'deferred' | 'refused'
  reason: string
  replyCode?: number
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
