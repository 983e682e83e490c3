import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, createCA, createCert } from 'mkcert'
import { privateFile } from './private-file.ts'

const VALIDITY_DAYS = 365
const RENEW_BEFORE_DAYS = 14
const DAY_MS = 86_400_000
const HOSTS = ['127.0.0.1', 'localhost']

export type Certificates = Readonly<{ ca: string; cert: string; key: string }>

/**
 * The paths of a local CA and of a certificate for 127.0.0.1 signed by it; both are made once and
 * again two weeks before they expire. Nothing but our own processes ever trusts this CA
 * (NODE_EXTRA_CA_CERTS); its private key is not kept, so nobody can sign with it later.
 */
export async function certificates(directory: string): Promise<Certificates> {
  const bundle = join(directory, 'tls.json')
  if (isExpiring(bundle)) renameSync(bundle, `${bundle}.old`)
  const made = parseBundle(await privateFile(bundle, makeBundle))
  const [ca, cert, key] = await Promise.all(
    (['ca', 'cert', 'key'] as const).map(async (part) => {
      // Named after the certificate, so that a renewed one never meets the files of the old one.
      const path = join(directory, `tls-${made.name}`, `${part}.pem`)
      await privateFile(path, () => made[part])
      return path
    }),
  )
  if (!ca || !cert || !key) throw new Error('no certificate')
  return { ca, cert, key }
}

/** A certificate for 127.0.0.1 that no CA of ours has signed. */
export async function foreignCertificate(): Promise<Certificate> {
  return createCert({ ca: await makeCa('Nobody'), domains: HOSTS, validity: VALIDITY_DAYS })
}

const makeCa = (organization: string) =>
  createCA({
    organization,
    countryCode: 'NO',
    state: 'Local',
    locality: 'Local',
    validity: VALIDITY_DAYS + 1,
  })

async function makeBundle() {
  const ca = await makeCa('Phantom Security local development')
  const server = await createCert({ ca, domains: HOSTS, validity: VALIDITY_DAYS })
  return JSON.stringify({ ca: ca.cert, cert: server.cert, key: server.key })
}

function parseBundle(text: string) {
  const bundle: unknown = JSON.parse(text)
  const part = (name: string) => {
    const value: unknown = bundle instanceof Object ? Reflect.get(bundle, name) : undefined
    if (typeof value !== 'string') throw new TypeError('the local certificate is damaged')
    return value
  }
  const cert = part('cert')
  const name = new X509Certificate(cert).fingerprint256.replaceAll(':', '').slice(0, 16)
  return { name: name.toLowerCase(), ca: part('ca'), cert, key: part('key') }
}

function isExpiring(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    const { cert } = parseBundle(readFileSync(path, 'utf8'))
    const left = new X509Certificate(cert).validToDate.getTime() - Date.now()
    return left < RENEW_BEFORE_DAYS * DAY_MS
  } catch {
    return true
  }
}
