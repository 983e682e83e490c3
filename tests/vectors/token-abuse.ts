/**
 * What is put into headers and claims of tokens that are then signed with our own key, after the
 * classes of Project Wycheproof's json_web_signature and RFC 8725. A time is an offset from now in
 * seconds.
 */

export const algorithmsOfNone = ['none', 'None', 'nOnE', 'NONE', '', undefined, null, 0, [], 'es256', 'ES256 ']

export const otherAlgorithms = [
  'ES384',
  'ES512',
  'ES256K',
  'RS256',
  'PS256',
  'EdDSA',
  'Ed25519',
  'HS256',
  'ML-DSA-44',
]

export const hostileKids = [
  '../../dev/null',
  "' OR 1=1 --",
  '__proto__',
  'constructor',
  'toString',
  '',
  ' key-1',
  'key-1\0',
  'KEY-1',
  'key-2',
  0,
  1,
  null,
  undefined,
  true,
  ['key-1'],
  { kid: 'key-1' },
  'x'.repeat(10_000),
  'https://evil.example/k',
]

/** Headers that bring a key along, or say where one is. */
export const broughtKeys = [
  { jku: 'https://evil.example/jwks.json' },
  { jku: 'https://auth.phantom.test/.well-known/jwks.json' },
  { x5u: 'https://evil.example/cert.pem' },
  { x5c: ['MIIB'] },
  { x5t: 'AAAA', 'x5t#S256': 'AAAA' },
]

export const extensions = [
  { crit: [] },
  { crit: ['exp'] },
  { crit: ['x'], x: 1 },
  { crit: ['b64'], b64: true },
  { crit: ['b64'], b64: false },
  { b64: false },
  { crit: 'b64' },
  { crit: null },
  { crit: ['alg'] },
]

export const wrongTypes = [
  undefined,
  null,
  '',
  'JWT',
  'jwt',
  'AT+JWT',
  'application/at+jwt',
  '2fa+jwt',
  ['at+jwt'],
  1,
]

/** Values of a time claim that are no whole number. */
export const notTimes = [undefined, null, '', '1800000300', true, [1_800_000_300], {}, 1e308, 1_800_000_000.5]

/** Issuers or audiences that are not exactly the one expected. */
export const notExactly = (value: string) => [
  undefined,
  null,
  '',
  'evil',
  ` ${value}`,
  `${value}/`,
  value.toUpperCase(),
  [value],
  [value, 'evil'],
  ['evil', value],
  [],
  {},
  1,
]

/** Claims in which a name stands twice; every parser takes them, not all alike. */
export const repeatedClaims = (json: string) => [
  json.replace('{', '{"role":"admin",'),
  json.replace(/}$/, ',"role":"admin"}'),
  json.replace('{', '{"sub":"usr_victim",'),
  json.replace('{', '{"\\u0073ub":"usr_victim",'),
  json.replace(/}$/, ',"exp":1800000300}'),
  json.replace('{', '{"sid":"ses_0000000000000000000000",'),
]

export const notClaims = (json: string) => [
  ' {}',
  '[]',
  'null',
  '"x"',
  '1',
  '',
  '{',
  `${json} `,
  ` ${json}`,
  `\ufeff${json}`,
  json.replace('customer', 'owner'),
  json.replace('["pwd","otp"]', '"pwd"'),
]

/** Pairs that replace r and s of a signature; n is the order of the group. */
export const wrongSignatures: readonly ((r: bigint, s: bigint, n: bigint) => [bigint, bigint])[] = [
  () => [0n, 0n],
  (_, s) => [0n, s],
  (r) => [r, 0n],
  (r, _, n) => [r, n],
  (_, s, n) => [n, s],
  (_r, _s, n) => [n, n],
  () => [1n, 1n],
  (r, s) => [s, r],
  (r, s, n) => [r, (s + n) % 2n ** 256n],
  () => [2n ** 256n - 1n, 2n ** 256n - 1n],
]

const pbes2 = { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31, p2s: 'AAAAAAAAAAA' }

/** A good token in spellings and containers that are not ours. */
export function otherSpellings(token: string): string[] {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const general = { payload, signatures: [{ protected: header, signature }] }
  return [
    `${token}=`,
    `${token}==`,
    `${token}\n`,
    `\n${token}`,
    ` ${token}`,
    `${token} `,
    `Bearer ${token}`,
    `"${token}"`,
    `${token}.`,
    `.${token}`,
    `${header}=.${payload}.${signature}`,
    `${header}.${payload}==.${signature}`,
    `${header}..${signature}`,
    `${header}\n.${payload}.${signature}`,
    `${header}.${payload}.${signature}.${signature}.${signature}`,
    `${encode(pbes2)}.AAAA.AAAA.AAAA.AAAA`,
    `${encode({ ...pbes2, typ: 'at+jwt', kid: 'key-1' })}.${payload}.${signature}`,
    `${header}\u2024${payload}\u2024${signature}`,
    token.toUpperCase(),
    `${token.replaceAll('_', '/').replaceAll('-', '+')}+`,
    JSON.stringify(general),
    encode(general),
    JSON.stringify({ protected: header, payload, signature }),
    `${'A'.repeat(10_000)}.${payload}.${signature}`,
    `${header}.${'A'.repeat(10_000)}.${signature}`,
    'x'.repeat(10_000),
    '.'.repeat(2000),
    '',
    '.',
    '..',
    '...',
    'null',
    '{}',
    '\0',
  ]
}
