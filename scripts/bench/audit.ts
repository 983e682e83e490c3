import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SEGMENT_ENTRIES } from '../audit/archive-folder.ts'
import { allowSourceImports } from '../source-imports.ts'

/** Tells at its end what the process took: nobody else can ask for the most memory that it had. */
const TELL = `process.on('exit', () => process.stderr.write('used ' + JSON.stringify(process.resourceUsage())))`

export type AuditRun = Readonly<{
  entries: number
  seconds: number
  cpuSeconds: number
  mebibytes: number
}>

/**
 * Writes an archive of about so many entries and lets the verifier check it, as an operator would.
 */
export async function measureAudit(
  entries: number,
  tell: (text: string) => void,
): Promise<AuditRun> {
  allowSourceImports()
  const { writeArchive } = await import('./audit-archive.ts')
  const folder = mkdtempSync(join(tmpdir(), 'phantom-audit-bench-'))
  try {
    const segments = Math.ceil(entries / SEGMENT_ENTRIES)
    tell(`writing an archive of ${segments} segments`)
    const key = await writeArchive(folder, segments)
    tell('checking it')
    return { entries: segments * SEGMENT_ENTRIES, ...check(key, folder) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function check(key: string, folder: string) {
  const from = performance.now()
  const args = ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`]
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...args, 'scripts/audit-verify.ts', '--key', key, folder],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`audit:verify: ${stdout}${stderr}`)
  const used = JSON.parse(stderr.split('used ').at(-1) ?? '') as NodeJS.ResourceUsage
  return {
    seconds: (performance.now() - from) / 1000,
    cpuSeconds: (used.userCPUTime + used.systemCPUTime) / 1e6,
    mebibytes: used.maxRSS / 1024,
  }
}
