import type { DevServer } from './dev-server.ts'

const TRIES = 100
const POLL_MS = 100

type Mailbox = Pick<DevServer, 'mailbox'>
type Mail = Readonly<{ subject: string; text: string }>

/** Everything in the mailbox of a dev server for an address. */
async function mailsTo({ mailbox }: Mailbox, address: string): Promise<Mail[]> {
  const answer = await fetch(`${mailbox}/api/email?to.address=${address}`)
  return (await answer.json()) as Mail[]
}

/**
 * The mails to an address whose text fits the pattern, as soon as there is one. Fails after 10 s.
 */
export async function mailsWith(dev: Mailbox, address: string, pattern: RegExp): Promise<Mail[]> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const mails = (await mailsTo(dev, address)).filter(({ text }) => pattern.test(text))
    if (mails.length > 0) return mails
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new Error(`no mail to ${address} has ${String(pattern)}`)
}

/** What the group of the pattern stands for in the newest mail that fits it. */
export async function inMail(dev: Mailbox, address: string, pattern: RegExp): Promise<string> {
  const newest = (await mailsWith(dev, address, pattern)).at(-1)
  return pattern.exec(newest?.text ?? '')?.[1] ?? ''
}
