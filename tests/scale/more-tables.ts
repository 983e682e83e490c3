import { personalHash } from '../../src/platform/audit/entry'
import { PROFILE } from '../merchants/support'
import { ago, FILLED_AT, type Filler, idOf, PENDING, RING_KEY, text, USER, USERS } from './columns'

const SALT = 'c2FsdHNhbHRzYWx0c2FsdA'
const PERSONAL = personalHash(SALT, { ip: '192.0.2.7', country: 'DE', user_agent: 'curl' })

/** What merchants, admins and the audit log have. */
export const moreTables: Readonly<Record<string, Filler>> = {
  merchant_profiles: {
    rows: (USERS - PENDING) / 2,
    columns: {
      user_id: idOf('(2 * i + 1)'),
      state: text('draft', 'submitted', 'approved', 'rejected', 'changes_requested', 'suspended'),
      legal_name: `'Lovelace Trading B.V.'`,
      country: `'NL'`,
      // Many have one number, as where a stranger signs them up.
      registration_number: `CASE WHEN i % 2 THEN printf('%08d', i) ELSE '${PROFILE.registration_number}' END`,
      tax_number: `printf('NL%09dB01', i)`,
      created_at: ago(30).toString(),
      updated_at: `${ago(30)} + i`,
      submitted_at: `${ago(30)} + i`,
    },
  },
  merchant_reviews: {
    rows: (USERS - PENDING) / 2,
    columns: {
      user_id: idOf('(2 * i + 1)'),
      version: '1',
      from_state: `'draft'`,
      to_state: `'submitted'`,
      actor: idOf('(2 * i + 1)'),
      at: ago(20).toString(),
    },
  },
  merchant_documents: {
    rows: (USERS - PENDING) / 2,
    columns: {
      user_id: idOf('(2 * i + 1)'),
      id: idOf('i', 'doc'),
      name: `'extract.pdf'`,
      type: `'application/pdf'`,
      bytes: '1',
      sha256: `'x'`,
      object_key: `'merchants/' || ${idOf('(2 * i + 1)')} || '/' || ${idOf('i', 'doc')}`,
      created_at: `${FILLED_AT} - 60000`,
      stored_at: `CASE WHEN i % 30 THEN ${FILLED_AT} END`,
    },
  },
  api_keys: {
    rows: USERS / 2,
    columns: {
      id: idOf('i', 'key'),
      user_id: idOf('(2 * i + 1)'),
      name: `'Shop server'`,
      secret_hash: `'x'`,
      scopes: `'orders:read'`,
      created_at: ago(9).toString(),
      expires_at: `${ago(-100)} + i * 60000`,
      revoked_at: `CASE WHEN i % 10 = 9 THEN ${ago(1)} END`,
    },
  },
  pending_acts: {
    rows: USERS / 2,
    columns: {
      id: idOf('i', 'act'),
      kind: text('grant_admin', 'demote_admin', 'disable_admin', 'remove_factors'),
      user_id: USER,
      requested_by: ':admin',
      reason: `'Asked for by phone'`,
      created_at: ago(1).toString(),
      due_at: `${ago(-1)} + i`,
      state: `CASE i / 4 % 3 WHEN 0 THEN 'done' WHEN 1 THEN 'stopped' ELSE 'waiting' END`,
      role: `CASE i % 4 WHEN 0 THEN 'admin' WHEN 1 THEN 'customer' END`,
      user_status: `'active'`,
      user_epoch: '0',
      user_email_key: `printf('m%07d@d%d.example', i, i % 40)`,
      // Every other one has gone stale.
      asker_epoch: 'i / 12 % 2',
    },
  },
  audit_events: {
    rows: USERS,
    columns: {
      at: `${ago(80)} + i * 69000`,
      event: text('authn_login_success', 'authn_login_fail', 'user_updated', 'session_ended'),
      level: `'info'`,
      user_id: `CASE WHEN i % 7 THEN ${idOf('i % 20000')} END`,
      actor: `CASE i % 20 WHEN 2 THEN :admin WHEN 3 THEN NULL ELSE ${idOf('i % 20000')} END`,
      ip: `'192.0.2.7'`,
      country: `'DE'`,
      user_agent: `'curl'`,
      request_id: `'req_x'`,
      data: `CASE WHEN i % 5 = 0 THEN '{"count":2}' END`,
      salt: `'${SALT}'`,
      personal: `'${PERSONAL}'`,
    },
  },
  audit_keys: {
    rows: USERS / 2,
    columns: { user_id: idOf('(i + 50000)'), sealed_key: `'${RING_KEY}.x'` },
  },
  waiting_mails: {
    rows: USERS / 5,
    columns: { created_at: `${FILLED_AT} + i`, id: idOf('i', 'mail'), body: `'x'` },
  },
}
