import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** Ends a run with one plain line, `N passed, N failed`, for people and for whatever reads CI logs. */
export default class PlainSummary implements Reporter {
  onInit(_vitest: Vitest) {}

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      let failedTests = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'pending') count.failed += 1
        else count[state] += 1
        if (state === 'failed') failedTests += 1
      }
      // A file that cannot be loaded, or a hook that throws, has no failed test to show for it.
      if (module.state() === 'failed' && failedTests === 0) count.failed += 1
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
    process.on('exit', () => {
      process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`)
    })
  }
}
