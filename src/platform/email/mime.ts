import MailComposer from 'nodemailer/lib/mail-composer'
import { sha256 } from '../crypto/token'
import type { OutgoingMail } from './carrier'
import { isHeaderSafe } from './header-safety'

type Mailbox = Readonly<{ name: string; address: string }>

const FROM = /^(.+) <([^<>]+)>$/

/** Splits `Name <address>`, the form that settings.ts demands of EMAIL_FROM. */
export function parseFrom(from: string): Mailbox {
  const [, name, address] = FROM.exec(from) ?? []
  if (!name || !address || !isHeaderSafe(from)) throw new Error('EMAIL_FROM is not Name <address>')
  return { name, address }
}

/** RFC 3834 §5: no out-of-office note should answer. */
export const HEADERS = { 'Auto-Submitted': 'auto-generated' }

/**
 * The mail as the bytes that DATA carries. Its Message-ID comes from the queue message: a mail that is
 * sent again, because a connection broke after the server had taken it, is recognisable as the same.
 */
export function composeMime(mail: OutgoingMail, from: Mailbox, date: Date): Promise<Buffer> {
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1)
  const composer = new MailComposer({
    from,
    // As an object it is not parsed again: parsers disagree on where an address ends.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    date,
    messageId: `<${sha256(mail.id)}@${domain}>`,
    headers: HEADERS,
    // As on the wire, so that its length is the SIZE that is announced.
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return composer.compile().build()
}
