type Mail = Readonly<{ subject: string; text: string }>

const found = (mail: Mail, what: string, pattern: RegExp): string => {
  const [, match] = pattern.exec(mail.text) ?? []
  if (match === undefined) throw new Error(`no ${what} in "${mail.subject}":\n${mail.text}`)
  return match
}

/** The six digits of a mailed code, as a person reads them: alone on a line. */
export const codeIn = (mail: Mail) => found(mail, 'code', /^\s*(\d{6})\s*$/m)

/** The first link of a mail's text. */
export const linkIn = (mail: Mail) => found(mail, 'link', /(https?:\/\/[^\s<>"]+)/)

/** The token that a mail's link carries in its fragment. */
export const tokenIn = (mail: Mail) => found(mail, 'token', /#token=([A-Za-z0-9_-]+)/)
