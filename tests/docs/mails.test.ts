import { test } from 'vitest'
import operations from '../../docs/operations.md?raw'

const templates = import.meta.glob(['/src/mails/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
/** A section that an English mail sends its reader to. Others hold no English. */
const SECTION = /docs\/operations\.md, “([^”]+)”/g

test('a section that a mail sends operators to is there', ({ expect }) => {
  const sections = Object.values(templates).flatMap((text) =>
    [...text.matchAll(SECTION)].map(([, name = '']) => name),
  )
  expect(sections).toHaveLength(1)
  for (const name of sections) expect(operations).toContain(`\n## ${name}\n`)
})
