/** What a request or a run may cost. */
export type Bound = Readonly<{ rowsRead: number; rowsWritten: number; d1Statements: number }>

/** D1's own limit of an invocation. */
const D1_STATEMENTS = 1000

/**
 * What any request may cost: an account has twenty sessions, browsers and keys, a page a hundred
 * entries, and an act tells fifty admins.
 */
export const REQUEST: Bound = { rowsRead: 400, rowsWritten: 150, d1Statements: 50 }

/** Of which more is known, and why. */
export const requestBounds: Readonly<Record<string, Partial<Bound> & { why: string }>> = {
  'POST /api/admin/end-sessions': { rowsRead: 1100, why: 'counts up to 1,000 sessions' },
  'GET /api/admin/users': { rowsRead: 5 * 2001, why: 'looks at a window of 2,000, and its words' },
  'GET /api/admin/audit': { rowsRead: 2100, why: 'looks at a window of 2,000 events' },
  'GET /api/admin/audit/export': {
    rowsRead: 51_000,
    d1Statements: 200,
    why: 'of 50,000 events, a thousand at a time',
  },
  'GET /api/users/me/export': { rowsRead: 1500, why: 'of all events of the account' },
  ...Object.fromEntries(
    ['disable', 'enable', 'unlock', 'end-sessions', 'reset-password'].map((act) => [
      `POST /api/admin/users/${act}`,
      { rowsRead: 5000, rowsWritten: 2000, d1Statements: D1_STATEMENTS, why: 'acts on a hundred' },
    ]),
  ),
}

/** What a call of another Worker may cost: a session or key with its account, or an event. */
export const CALL: Bound = { rowsRead: 10, rowsWritten: 5, d1Statements: 5 }

/** What any job may cost that has nothing to do. */
export const IDLE: Bound = { rowsRead: 150, rowsWritten: 5, d1Statements: 20 }

/** What any job may cost that has as much to do as a run does. */
export const BUSY: Bound = { rowsRead: 5000, rowsWritten: 5000, d1Statements: D1_STATEMENTS }

const SWEEP = {
  rowsRead: 5 * 2 * 50_000,
  rowsWritten: 250_000,
  d1Statements: 110,
  why: 'sweeps five tables that have no index of time, 50,000 keys of each a run',
}

export const idleBounds: Readonly<Record<string, Partial<Bound> & { why: string }>> = {
  'purge-expired': SWEEP,
  'purge-unconfirmed': { rowsRead: 600, why: 'draws the place to begin at from 500 accounts' },
  'archive-events': { rowsRead: 1200, why: 'looks at 500 heads, which may have to be thinned out' },
}

export const busyBounds: Readonly<Record<string, Partial<Bound> & { why: string }>> = {
  'reseal-secrets': { rowsRead: 10_000, why: 'seals a thousand boxes of two tables anew' },
  'run-pending-acts': {
    rowsRead: 10_000,
    rowsWritten: 10_000,
    why: 'does fifty acts, and forgets a thousand that were decided a month ago',
  },
  'erase-accounts': { rowsRead: 20_000, why: 'erases a hundred accounts, and their events' },
  'purge-expired': SWEEP,
  'seal-events': { rowsRead: 42_000, why: 'takes in 40,000 events' },
  'send-waiting-mails': { rowsRead: 6500, why: 'hands over a thousand mails' },
  'purge-unconfirmed': { rowsRead: 70_000, rowsWritten: 20_000, why: 'deletes 400 accounts' },
  'archive-events': {
    rowsRead: 20 * 4 * 4096,
    rowsWritten: 6 * 4 * 4096,
    why: 'four segments of 4,096 events, each of another account',
  },
  'remind-keys': { rowsRead: 35_000, why: 'looks once at each of the 7,000 keys of a fortnight' },
  'report-security': { rowsRead: 8000, why: 'counts the keys that end in a fortnight' },
  'report-security-late': {
    rowsRead: 5 * 70_000,
    why: 'counts the events of a week, in four ways',
  },
}

/** Routes that refuse whatever is sent here, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  'POST /api/admin/bootstrap': 'there is an admin',
}
