import {
  ago,
  FILLED_AT,
  type Filler,
  idOf,
  MINUTE,
  oneOf,
  PENDING,
  text,
  USER,
  USERS,
  hashOf,
  RING_KEY,
} from './columns'
import { moreTables } from './more-tables'

/** Every table that grows; another one is filled here, or named in `FEW`. */
export const fillers: Readonly<Record<string, Filler>> = {
  users: {
    rows: USERS,
    columns: {
      id: USER,
      email: `printf('m%07d@d%d.example', i, i % 40)`,
      email_key: `printf('m%07d@d%d.example', i, i % 40)`,
      username: `printf('u%07d', i)`,
      username_key: `printf('u%07d', i)`,
      display_name: `printf('Lovelace Lovely n%07d', i)`,
      role: `CASE WHEN i % 500 = 0 THEN 'admin' WHEN i % 2 THEN 'merchant' ELSE 'customer' END`,
      status: `CASE WHEN i >= ${USERS - PENDING} THEN 'pending'
        WHEN i % 10 = 3 OR i < 10000 AND i % 500 = 0 THEN 'disabled' ELSE 'active' END`,
      password_hash: `'x'`,
      email_verified_at: `CASE WHEN i < ${USERS - PENDING} THEN ${ago(700)} END`,
      last_login_at: ago(1).toString(),
      // An invitation lives a month.
      created_at: `CASE WHEN i >= ${USERS - PENDING} THEN ${FILLED_AT} - (${USERS} - i) * ${4 * MINUTE}
        ELSE ${ago(30)} - (${USERS} - i) * ${9 * MINUTE} END`,
      frozen_at: `CASE WHEN i % 100 = 8 THEN ${ago(1)} END`,
      erasure_due_at: `CASE WHEN i % 100 = 7 THEN ${ago(-10)} END`,
    },
  },
  user_words: {
    rows: 3 * USERS,
    columns: {
      word: oneOf(`'lovelace'`, `'lovely'`, `printf('n%07d', i / 3)`),
      user_id: idOf('i / 3'),
    },
  },
  sessions: {
    rows: USERS,
    columns: {
      user_id: USER,
      id: idOf('i', 'ses'),
      transport: `'bearer'`,
      secret_hash: `'x'`,
      first_factor: `'pwd'`,
      second_factor: `'totp'`,
      auth_time: ago(1).toString(),
      created_at: ago(1).toString(),
      last_used_at: `${FILLED_AT} - 60000`,
      expires_at: ago(-20).toString(),
      ip: `'192.0.2.7'`,
      device_hash: hashOf('i'),
      epoch: '(SELECT epoch FROM session_epoch)',
    },
  },
  known_devices: {
    rows: USERS,
    columns: {
      user_id: USER,
      device_hash: hashOf('i'),
      user_agent: `'curl'`,
      country: `'DE'`,
      first_seen_at: ago(1).toString(),
      last_seen_at: ago(1).toString(),
      countries: `' DE'`,
    },
  },
  mailed_tokens: {
    rows: USERS,
    columns: {
      token_hash: hashOf('i'),
      user_id: USER,
      purpose: text(
        'reset',
        'change_email',
        'notification_email',
        'not_me',
        'keep_account',
        'invite',
        'stop_act',
      ),
      data: oneOf(
        `'0'`,
        ...Array.from({ length: 2 }, () => `'{"email":"a@b.example","sessionId":"x","epoch":0}'`),
        `'{"email":"a@b.example","since":0}'`,
        'NULL',
        `'{"role":"customer","by":"x","requestedBy":null,"byEpoch":0,"requestedByEpoch":null}'`,
        `'{"act":"act_x"}'`,
      ),
      expires_at: ago(-6).toString(),
    },
  },
  sign_ups: {
    rows: USERS,
    columns: {
      token_hash: hashOf('i'),
      email: `printf('s%07d@d%d.example', i, i % 40)`,
      email_key: `printf('s%07d@d%d.example', i, i % 40)`,
      locale: `'en'`,
      role: `'customer'`,
      password_hash: `'x'`,
      ip: `'192.0.2.7'`,
      created_at: `${FILLED_AT} - (${USERS} - i) * 20000`,
      expires_at: ago(-1).toString(),
    },
  },
  totp_authenticators: {
    rows: USERS / 2,
    columns: {
      user_id: USER,
      id: idOf('i', 'aut'),
      name: `'App'`,
      sealed_seed: `'${RING_KEY}.x'`,
      session_id: `'ses_x'`,
      created_at: ago(0.5).toString(),
      confirmed_at: `CASE WHEN i % 50 THEN ${ago(0.5)} END`,
    },
  },
  backup_codes: {
    rows: USERS,
    columns: {
      user_id: idOf('i / 10'),
      code_hash: hashOf('i'),
      used_by: oneOf('NULL', `'ses_x'`),
      created_at: ago(9).toString(),
    },
  },
  ...moreTables,
}

/** Tables of few rows, whatever the number of accounts, and what bounds them. */
export const FEW: Readonly<Record<string, string>> = {
  session_epoch: 'one row',
  mail_status: 'one row',
  job_runs: 'a row a job',
  bootstrap_uses: 'a row for each secret that the operator has made',
  admin_appointments: 'a row for each admin that there ever was (admin/sole-admin-rows)',
  audit_tiles: 'a row for 256 events; filled by the job that seals',
  audit_segments: 'a row for 4,096 events; filled by the job that archives',
  audit_heads: 'a row an hour, and one a minute of the last week; filled from the events',
}
