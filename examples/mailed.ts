const { MAILBOX = 'http://127.0.0.1:1080' } = process.env

/** What somebody would read in the mailbox of `npm run dev`: the part of a text that a pattern catches. */
export async function mailed(address: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const response = await fetch(`${MAILBOX}/api/email?to.address=${address}`)
    const mails = (await response.json()) as { text: string }[]
    const found = mails.flatMap(({ text }) => pattern.exec(text)?.[1] ?? []).at(-1)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
