import * as z from 'zod'
import { type Role, roles } from '../platform/db/schema'
import type { Invitation } from './invite'

export const invitedAnswer = z.object({
  status: z.literal('invited'),
  user_id: z.string(),
  email: z.string(),
  role: z.enum(roles),
  expires_at: z.iso.datetime().describe('Of the invitation'),
})

export const invitedAnswerOf = (
  { userId, expiresAt }: Extract<Invitation, { expiresAt: Date }>,
  { email, role }: { email: string; role: Role },
): z.output<typeof invitedAnswer> => ({
  status: 'invited',
  user_id: userId,
  email,
  role,
  expires_at: expiresAt.toISOString(),
})
