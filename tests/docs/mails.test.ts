import { test } from 'vitest'
import operations from '../../docs/operations.md?raw'
import { composeSample } from '../../scripts/mails/compose-sample'
import { samples } from '../../scripts/mails/samples'
import type { TemplateName } from '../../src/platform/email/register'

/** A section that an English mail sends its reader to. Others hold no English. */
const SECTION = /docs\/operations\.md, “([^”]+)”/g

test('a section that a mail sends operators to is there', ({ expect }) => {
  const texts = (Object.keys(samples) as TemplateName[]).flatMap((name) =>
    samples[name].flatMap((data) => composeSample(name, 'en', data).blocks),
  )
  const sections = texts.flatMap((text) =>
    typeof text === 'string' ? [...text.matchAll(SECTION)].map(([, name = '']) => name) : [],
  )
  expect(new Set(sections).size).toBe(1)
  for (const name of sections) expect(operations).toContain(`\n## ${name}\n`)
})
