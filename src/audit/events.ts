/**
 * Every act that leaves an audit event, in the words of the OWASP Logging Vocabulary where it has one.
 * The list is closed: what is not here cannot be recorded.
 */
export const auditEvents = {
  user_created: 'warn',
  user_create_duplicate: 'info',
  user_email_verified: 'info',
  user_verification_sent: 'info',
  authn_password_success: 'info',
  authn_login_success: 'info',
  authn_login_fail: 'warn',
  authn_login_lock: 'warn',
  authn_login_blocked: 'warn',
  authn_code_sent: 'info',
  authn_code_fail: 'warn',
  authn_code_fail_max: 'warn',
  authn_token_reuse: 'critical',
  session_renewed: 'info',
  session_ended: 'info',
  excess_rate_limit_exceeded: 'warn',
  mail_failed: 'critical',
  mail_suppressed: 'warn',
  sys_job_done: 'info',
} as const satisfies Record<string, 'info' | 'warn' | 'critical'>

export type AuditEventName = keyof typeof auditEvents
