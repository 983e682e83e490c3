import type { Letter } from './letter'
import { phrases } from './phrases'
import type { QueuedMail } from './queued-mail'
import type { Template } from './template'

const isDead = ({ expiresAt }: QueuedMail, at: number) => expiresAt !== undefined && expiresAt <= at

/** Whether a mail is not worth sending any more at a time (milliseconds). */
export const isOverBy = (
  mail: QueuedMail,
  template: Pick<Template, 'outlivesLink'> | undefined,
  at: number,
): boolean => isDead(mail, at) && !template?.outlivesLink

/** The letter as it is true at a time: without a link that has ended. */
export function asOf(letter: Letter, mail: QueuedMail, at: number): Letter {
  if (!isDead(mail, at)) return letter
  const { linkEnded, lateNotMe } = phrases[letter.language]
  const blocks = letter.blocks.map((block) =>
    typeof block !== 'string' && block.kind === 'button' ? linkEnded : block,
  )
  return { ...letter, blocks, notMe: lateNotMe }
}
