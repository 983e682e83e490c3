import { Hono } from 'hono'
import * as z from 'zod'
import { may } from '../../identity/credentials/guards'
import { callStore } from '../../platform/call-store'
import type { AppEnv } from '../../platform/deps'
import { mailBudget } from '../../platform/email/budget/ask-budget'
import type { Part } from '../../platform/email/budget/budget'
import { partSize } from '../../platform/email/budget/budget-levels'
import type { DayFigures } from '../../platform/email/budget/mail-budget'
import { describe } from '../../platform/http/facets'
import { rateLimit } from '../../platform/http/rate-limit'

const count = z.int().min(0)
const part = z.object({ limit: count, sent: count })

const mailFigures = z.object({
  limit: count.describe('`EMAIL_DAILY_LIMIT`'),
  sent: count.describe('Mails that were let through today, and decoys, which cost as much'),
  held_back: count.describe('How often a mail was told to wait for another day, or for good'),
  level: z
    .enum(['ok', 'low', 'out'])
    .describe('`low`: four fifths of all, or the part of strangers, is used. `out`: all is'),
  resets_at: z.iso.datetime(),
  parts: z.object({
    known: part.describe('Old accounts in known browsers, sessions, the service'),
    account: part.describe('Old accounts in new browsers'),
    stranger: part.describe('Strangers, and accounts of the last three days'),
  }),
})

/** The budget of mails, for administrators: no mail can tell that mails have run out. */
export const mailRoutes = new Hono<AppEnv>({ strict: false }).get(
  '/api/admin/mail',
  may('audit_log'),
  rateLimit('admin'),
  describe({
    tag: 'Administration',
    summary: 'What is left of the mails of today',
    answers: { 200: { description: 'Figures of the UTC day', schema: mailFigures } },
  }),
  async (c) => {
    const { deps } = c.var
    const limit = deps.settings.EMAIL_DAILY_LIMIT
    const today = await callStore(deps, 'mail budget', () =>
      mailBudget(deps).figures(deps.now().getTime(), limit),
    )
    return c.json(shown(today, limit))
  },
)

function shown({ counts, level, resetsAt }: DayFigures, limit: number) {
  const of = (name: Part) => ({ limit: partSize(name, limit), sent: counts[name] ?? 0 })
  const held = Object.keys(counts).filter((name) => name.startsWith('held:'))
  return {
    limit,
    sent: counts['total'] ?? 0,
    held_back: held.reduce((sum, name) => sum + (counts[name] ?? 0), 0),
    level,
    resets_at: new Date(resetsAt).toISOString(),
    parts: { known: of('known'), account: of('account'), stranger: of('stranger') },
  } satisfies z.input<typeof mailFigures>
}
