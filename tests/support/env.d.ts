/** What the test run adds to the Worker's bindings (vitest.config.ts). */
declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import('@cloudflare/vitest-plugin').D1Migration[]
    /** Another Worker of the platform, bound to ours (tests/support/orders-worker.js). */
    ORDERS: Fetcher
    /** The mailbox's HTTP side; see tests/support/smtp-mailbox.ts. */
    MAILBOX_URL: string
  }
}
