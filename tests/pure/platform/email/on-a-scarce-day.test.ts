import { test } from 'vitest'
import { samples } from '../../../../scripts/mails/samples'
import { mails } from '../../../../src/mails'
import { renderMail } from '../../../../src/platform/email/ready-mail'
import type { Template } from '../../../../src/platform/email/template'

const again = { times: 3, since: 0 }

// What the budget of the day adds to a mail, no mail may refuse.
test.for(Object.values<Template>(mails))(
  '$name goes out on a day with few mails left, and as the mail of a day',
  async (template, { expect }) => {
    const [data] = samples[template.name as keyof typeof samples]
    const mail = {
      template: template.name,
      to: 'ada@example.org',
      userId: null,
      data,
      queuedAt: 0,
    }
    const message = {} as Message<string>
    const ready = { message, id: 'x', mail, template, to: 'ada@example.org' }
    for (const level of ['ok', 'low', 'out'] as const) {
      const outgoing = await renderMail(ready, { again, level }, 1)
      expect(outgoing?.to).toBe('ada@example.org')
    }
  },
)
