import type { Reporter, TestModule } from 'vitest/node'

/**
 * Ends a run with why tests were skipped and one plain line, `N passed, N failed`, for people and
 * for whatever reads CI logs.
 */
export default class PlainSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const notes: string[] = []
    for (const module of modules) {
      let failedTests = 0
      for (const test of module.children.allTests()) {
        const result = test.result()
        const state = result.state === 'pending' ? 'failed' : result.state
        count[state] += 1
        if (state === 'failed') failedTests += 1
        if (result.state === 'skipped' && result.note) {
          notes.push(`skipped "${test.fullName}": ${result.note}\n`)
        }
      }
      // A file that cannot be loaded, or a hook that throws, has no failed test to show for it.
      if (module.state() === 'failed' && failedTests === 0) count.failed += 1
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    process.on('exit', () => {
      process.stdout.write(
        `${notes.join('')}${count.passed} passed, ${count.failed} failed${skipped}\n`,
      )
    })
  }
}
