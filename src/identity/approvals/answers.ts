import * as z from 'zod'
import type { ScheduledAct } from './ask-for-act'

/** To an admin who makes another one: it takes two. */
export const waitingAnswer = z.object({
  status: z.literal('waiting_for_approval'),
  user_id: z.string(),
  act_id: z.string(),
  approve_before: z.iso.datetime(),
})

export const waitingAnswerOf = (
  userId: string,
  { actId, dueAt }: ScheduledAct,
): z.output<typeof waitingAnswer> => ({
  status: 'waiting_for_approval',
  user_id: userId,
  act_id: actId,
  approve_before: dueAt.toISOString(),
})

/** Of what has its day, until which it can be stopped. */
export const scheduledAnswer = z.object({
  status: z.literal('scheduled'),
  user_id: z.string(),
  act_id: z.string(),
  due_at: z.iso.datetime().describe('When it is done, unless it is stopped'),
})

export const scheduledAnswerOf = (
  userId: string,
  { actId, dueAt }: ScheduledAct,
): z.output<typeof scheduledAnswer> => ({
  status: 'scheduled',
  user_id: userId,
  act_id: actId,
  due_at: dueAt.toISOString(),
})
