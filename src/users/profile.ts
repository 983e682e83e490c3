import * as z from 'zod'
import { roles } from '../platform/db/schema'
import type { CurrentSession } from '../sessions/find-session'

/** The signed-in user and this session, as the API shows them. */
export const profile = z.object({
  id: z.string(),
  email: z.string(),
  notification_email: z.string().nullable().describe('Second address for security notices'),
  username: z.string().nullable(),
  display_name: z.string().nullable(),
  locale: z.string().describe('BCP 47'),
  role: z.enum(roles),
  created_at: z.iso.datetime(),
  email_verified_at: z.iso.datetime().nullable(),
  last_login_at: z.iso.datetime().nullable(),
  session: z.object({
    id: z.string(),
    acr: z.enum(['aal1', 'aal2']),
    amr: z.array(z.string()),
    auth_time: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  }),
})

export const profileOf = ({ user, ...session }: CurrentSession): z.input<typeof profile> => ({
  id: user.id,
  email: user.email,
  notification_email: user.notificationEmail,
  username: user.username,
  display_name: user.displayName,
  locale: user.locale,
  role: user.role,
  created_at: user.createdAt.toISOString(),
  email_verified_at: user.emailVerifiedAt?.toISOString() ?? null,
  last_login_at: user.lastLoginAt?.toISOString() ?? null,
  session: {
    id: session.id,
    acr: session.acr,
    amr: [...session.amr],
    auth_time: session.authTime.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  },
})
