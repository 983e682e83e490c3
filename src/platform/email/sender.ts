import { mac } from '../crypto/token'
import type { Deps } from '../deps'

/**
 * The account at the mail server that we send as, as a keyed hash: a pause is of those that were
 * refused, and ends at once where an operator has set another password, server or sender.
 */
export const senderOf = ({ settings }: Pick<Deps, 'settings'>): string => {
  const { EMAIL_PROVIDER, EMAIL_HOST, EMAIL_PORT, EMAIL_USE_SSL, EMAIL_FROM } = settings
  const { EMAIL_HOST_USER, EMAIL_HOST_PASSWORD } = settings
  const server = [EMAIL_PROVIDER, EMAIL_HOST, EMAIL_PORT, EMAIL_USE_SSL, EMAIL_FROM]
  const account = JSON.stringify([...server, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD])
  return mac(settings.SEALING_KEYS, 'mail-sender', account)
}
