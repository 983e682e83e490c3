import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'vitest'

/** Loads the module with another cost in its source. */
async function loadWithCost(cost: string): Promise<{ CURRENT_COST?: unknown }> {
  const folder = join(import.meta.dirname, '../../../../src/platform/crypto')
  const source = await readFile(join(folder, 'password-hash.ts'), 'utf8')
  const changed = source.replace('{ calls: 3, iterations: 75_000 }', cost)
  const temporary = await mkdtemp(join(import.meta.dirname, 'cost-'))
  try {
    const file = join(temporary, 'password-hash.ts')
    await writeFile(file, changed.replaceAll("from './", `from '${folder}/`))
    return (await import(file)) as { CURRENT_COST?: unknown }
  } finally {
    await rm(temporary, { recursive: true })
  }
}

test('E-134: a cost that production refuses stops the deployment, since the module does not load', async ({
  expect,
}) => {
  const loaded = await loadWithCost('{ calls: 3, iterations: 100_000 }')
  expect(loaded.CURRENT_COST).toEqual({ calls: 3, iterations: 100_000 })
  await expect(loadWithCost('{ calls: 1, iterations: 220_000 }')).rejects.toThrow(RangeError)
  await expect(loadWithCost('{ calls: 3, iterations: 100_001 }')).rejects.toThrow(RangeError)
  await expect(loadWithCost('{ calls: 0, iterations: 75_000 }')).rejects.toThrow(RangeError)
})
