import * as z from 'zod'
import { signingKeysSchema } from './crypto/jwt'
import { parseKeyring, parseSecret } from './crypto/keyring'

const seconds = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const keyring = z.string().transform((text, context) => {
  const ring = parseKeyring(text)
  if (!ring) context.addIssue({ code: 'custom', message: 'not a key ring' })
  return ring ?? z.NEVER
})
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text)
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' })
        return z.NEVER
      }
    })
    .pipe(schema)
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((value) => new URL(value).origin === value.replace(/\/$/, ''))
  .transform((value) => new URL(value).origin)
/**
 * Empty is off. Plain http to this machine alone, for tests; the rest of the path is ours to add.
 */
const rangeService = z
  .url()
  .regex(/^(https:\/\/|http:\/\/127\.0\.0\.1[:/])[^\s?#@]*[^\s?#@/]$/)
  .or(z.literal(''))

const DAY_SECONDS = 86_400

const schema = z
  .object({
    PUBLIC_URL: origin,
    ISSUER: z.url(),
    AUDIENCE: z.string().min(1).max(100),
    CORS_ORIGINS: z
      .string()
      .transform((text) => text.split(',').map((entry) => entry.trim()))
      .transform((entries) => entries.filter((entry) => entry !== ''))
      .pipe(z.array(origin)),
    SECURITY_CONTACT: z.string().regex(/^(mailto:|https:\/\/)\S+$/),
    PASSWORD_RESET_TIMEOUT: seconds(300, DAY_SECONDS),
    EMAIL_VERIFICATION_TIMEOUT: seconds(300, DAY_SECONDS),
    ACCOUNT_LOCKOUT_DURATION: seconds(60, DAY_SECONDS),
    MAX_FAILED_ATTEMPTS: z.coerce.number().int().min(3).max(100),
    // KV refuses a time to live under 60 seconds; NIST SP 800-63B-4 lets a mailed code live ten
    // minutes.
    OTP_VALIDITY_PERIOD: seconds(60, 600),
    BACKUP_CODES_COUNT: z.coerce.number().int().min(5).max(50),
    PASSWORD_MIN_LENGTH: z.coerce.number().int().min(8).max(64),
    BREACHED_PASSWORDS_URL: rangeService,
    BREACHED_PASSWORDS_FAIL_OPEN: flag,
    AUDIT_RETENTION_DAYS: z.coerce.number().int().min(1).max(3650),
    EMAIL_PROVIDER: z.enum(['smtp', 'cloudflare']),
    EMAIL_HOST: z.string().regex(/^[A-Za-z0-9.-]{1,253}$/),
    // Port 25 is closed on the platform, and speaks no submission.
    EMAIL_PORT: z.coerce.number().int().min(26).max(65_535),
    EMAIL_USE_TLS: flag,
    EMAIL_USE_SSL: flag,
    EMAIL_HOST_USER: z.string().min(1).max(254),
    EMAIL_HOST_PASSWORD: z.string().min(8),
    EMAIL_FROM: z.string().regex(/^[^<>\r\n"]{1,60} <[^<>\s@]+@[^<>\s@]+>$/),
    EMAIL_DAILY_LIMIT: z.coerce.number().int().min(1).max(1_000_000),
    RATE_LIMITS: json(
      z.record(z.string(), z.array(z.tuple([z.int().min(1), z.int().min(1).max(DAY_SECONDS)]))),
    ),
    PASSWORD_PEPPER: keyring,
    SEALING_KEYS: keyring,
    SIGNING_KEYS: json(signingKeysSchema),
    /** Sign the heads of the audit log and nothing else (features/audit-log/tree/tree-head.ts). */
    AUDIT_KEYS: json(signingKeysSchema),
    /**
     * Opens the invitation of the first admin, once (admin/bootstrap.ts). Without it nothing does.
     */
    BOOTSTRAP_TOKEN: z
      .string()
      .refine((text) => parseSecret(text) !== undefined)
      .optional(),
  })
  .refine((values) => values.EMAIL_USE_TLS !== values.EMAIL_USE_SSL, {
    message: 'exactly one of EMAIL_USE_TLS and EMAIL_USE_SSL',
    path: ['EMAIL_USE_TLS'],
  })

export type Settings = Readonly<z.infer<typeof schema>>

const parsed = new WeakMap<object, Settings>()

/**
 * Reads the Worker's vars and secrets, once per isolate. A wrong one stops the start: the error
 * names the settings that are wrong and never says what they hold.
 */
export function settings(env: object): Settings {
  const known = parsed.get(env)
  if (known) return known
  const result = schema.safeParse(env)
  if (!result.success) {
    const names = [...new Set(result.error.issues.map(({ path }) => String(path[0])))]
    throw new Error(`Invalid or missing settings: ${names.join(', ')}`)
  }
  parsed.set(env, result.data)
  return result.data
}
