/** Second steps, by the names that the API uses. */
export const methods = ['email', 'totp', 'backup_code'] as const

export type Method = (typeof methods)[number]
