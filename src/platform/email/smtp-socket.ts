import net from 'node:net'
import tls from 'node:tls'
import type { Deps } from '../deps'

/**
 * The socket is opened here and not by nodemailer, which would first ask a resolver over HTTP and then
 * connect to a bare address. workerd checks a certificate against the host given to `connect` and ignores
 * the name given when TLS starts (measured), so only EMAIL_HOST itself must stand here.
 */
export function openSocket({
  EMAIL_HOST,
  EMAIL_PORT,
  EMAIL_USE_SSL,
}: Deps['settings']): net.Socket {
  const target = { host: EMAIL_HOST, port: EMAIL_PORT }
  return EMAIL_USE_SSL ? tls.connect({ ...target, servername: EMAIL_HOST }) : net.connect(target)
}

/** When the socket may be written to: connected, or with TLS from the first byte, also verified. */
export const readyEvent = ({ EMAIL_USE_SSL }: Deps['settings']) =>
  EMAIL_USE_SSL ? 'secureConnect' : 'connect'
