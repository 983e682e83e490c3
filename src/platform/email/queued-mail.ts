import * as z from 'zod'
import { open, seal } from '../crypto/sealed-box'
import type { Deps } from '../deps'
import { MAIL_KINDS, type MailKind } from './budget/budget-caps'
import { causeOf, mailCause, type MailCause } from './cause'
import type { TemplateData, TemplateName } from './register'

/**
 * A mail to send: which template, to whom, with what. Each mail in src/mails.ts is a member of this
 * union.
 */
export type MailRequest = {
  [Name in TemplateName]: Expiry<Name> &
    Readonly<{
      template: Name
      /** `null` is a decoy: all the work of a mail, and none is sent. */
      to: string | null
      /** Whom the mail concerns, for the audit events about it. */
      userId: string | null
      /** BCP 47: what the reader reads (language.ts). */
      locale?: string
      data: TemplateData<Name>
      /** Who causes it, where that is not just the caller (cause.ts). */
      cause?: MailCause | undefined
      /** What a stranger has typed, canonical: mails about one name are counted together. */
      name?: string
      /**
       * What is counted, where several templates answer one act alike; else the template's kind.
       */
      kind?: MailKind
    }>
}[TemplateName]

/**
 * Milliseconds since 1970 after which its link or code is dead: every mail that has one says when.
 * It is not sent after that (late-news.ts).
 */
type Expiry<Name extends TemplateName> =
  TemplateData<Name> extends { link: string } | { code: string }
    ? Readonly<{ expiresAt: number }>
    : Readonly<{ expiresAt?: number }>

const queuedMail = z.object({
  template: z.string(),
  to: z.string().nullable(),
  userId: z.string().nullable(),
  locale: z.string().optional(),
  data: z.unknown(),
  expiresAt: z.number().optional(),
  cause: mailCause.optional(),
  name: z.string().optional(),
  kind: z.enum(MAIL_KINDS).optional(),
  queuedAt: z.number(),
})

export type QueuedMail = Readonly<z.infer<typeof queuedMail>>

const CONTEXT = 'mail'

/**
 * Plain texts are filled up to a multiple of this, so that neither the queue's operator nor a clock can
 * tell a decoy from a mail, or a long address from a short one. Every mail we have fits into one.
 */
const BUCKET_BYTES = 2048

/** The queue's message: the mail as JSON, padded and sealed. A queue is no place for codes and links. */
export function sealMail(
  deps: Pick<Deps, 'settings' | 'now' | 'caller'>,
  mail: MailRequest,
): Promise<string> {
  const text = JSON.stringify({
    ...mail,
    cause: mail.cause ?? causeOf(deps),
    queuedAt: deps.now().getTime(),
  })
  const missing = BUCKET_BYTES - (Buffer.byteLength(text) % BUCKET_BYTES)
  return seal(deps.settings.SEALING_KEYS, CONTEXT, text + ' '.repeat(missing % BUCKET_BYTES))
}

/** Opens what `sealMail` made; `undefined` for anything else. */
export async function openMail(
  { settings }: Pick<Deps, 'settings'>,
  body: unknown,
): Promise<QueuedMail | undefined> {
  if (typeof body !== 'string') return undefined
  const text = await open(settings.SEALING_KEYS, CONTEXT, body)
  if (text === undefined) return undefined
  return queuedMail.safeParse(JSON.parse(text)).data
}
