import { type Quota, take, type Window } from '../../window'

/**
 * Whom a mail of a stranger is for, by kind of mail: hashes of the reader, alone and with who asks.
 */
export type Recipient = Readonly<{ byAsker: string; byAll: string }>

export type RecipientWindows = Readonly<Record<keyof Recipient, readonly Window[]>>

/**
 * What one address may be sent by people who know no password. Each asker has the first of their
 * own, so that nobody uses up what is another's; all of them together flood no mailbox.
 */
const RECIPIENT_QUOTAS: Readonly<Record<keyof Recipient, readonly Quota[]>> = {
  byAsker: [
    { limit: 1, seconds: 60 },
    { limit: 5, seconds: 3600 },
  ],
  byAll: [{ limit: 30, seconds: 86_400 }],
}

/** Takes one from the quotas of the asker and from those of all, or from none. */
export function takeOfRecipient({ byAsker, byAll }: RecipientWindows, now: number) {
  const own = RECIPIENT_QUOTAS.byAsker
  const before = own.map((_, index) => byAsker[index])
  const taken = take([...before, ...byAll], [...own, ...RECIPIENT_QUOTAS.byAll], now)
  const windows: RecipientWindows = {
    byAsker: taken.windows.slice(0, own.length),
    byAll: taken.windows.slice(own.length),
  }
  return { ...taken, windows }
}
