import { randomBytes } from 'node:crypto'
import { and, eq, isNull, lte, type SQL, sql } from 'drizzle-orm'
import { sha256 } from '../../platform/crypto/token'
import { backupCodes } from '../../platform/db/factor-schema'
import type { Deps } from '../../platform/deps'

/** Crockford's base32: no letter that is taken for a digit, or the reverse. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 24 characters of 5 bits: 120 bits. */
const LENGTH = 24
const GROUP = 4

/** A backup code as it is shown: six groups of four. */
export function newBackupCode(): string {
  // 32 divides 256, so every character is as likely as another.
  const characters = [...randomBytes(LENGTH)].map((byte) => ALPHABET.charAt(byte % 32)).join('')
  return characters.replace(new RegExp(`(.{${GROUP}})(?!$)`, 'g'), '$1-')
}

/**
 * A code as somebody types it, in its one spelling: any case, dashes and spaces, O for 0, I and L
 * for 1.
 */
const canonical = (text: string): string =>
  text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')

/** Whether a text has the form of a backup code. */
export function isBackupCode(text: string): boolean {
  const characters = Array.from(canonical(text))
  return characters.length === LENGTH && characters.every((char) => ALPHABET.includes(char))
}

/** What is stored of a code, whose 120 random bits need no slower hash. */
export const backupCodeHash = (code: string): string => sha256(canonical(code))

/**
 * Whether a code of this user is there and not yet used, and was made `by` a time, if one is given.
 * It is used up by `claimBackupCode`.
 */
export async function isUnusedBackupCode(
  { db }: Pick<Deps, 'db'>,
  userId: string,
  codeHash: string,
  by?: Date,
): Promise<boolean> {
  const [row] = await db
    .select({ usedBy: backupCodes.usedBy })
    .from(backupCodes)
    .where(
      and(
        eq(backupCodes.userId, userId),
        eq(backupCodes.codeHash, codeHash),
        by && lte(backupCodes.createdAt, by),
      ),
    )
  return row !== undefined && row.usedBy === null
}

/**
 * The statement that uses a code up for `usedBy` (a session's id, a link's hash), if `when` holds:
 * all that the act depends on besides, or the code would be gone for nothing, and its owner not
 * told. What it was given for must depend on `isClaimedBy` in the same batch: of two that come at
 * once, one finds it claimed.
 */
export const claimBackupCode = (
  { db, now }: Pick<Deps, 'db' | 'now'>,
  code: { userId: string; codeHash: string; usedBy: string },
  when: SQL,
) =>
  db
    .update(backupCodes)
    .set({ usedBy: code.usedBy, usedAt: now() })
    .where(
      and(
        eq(backupCodes.userId, code.userId),
        eq(backupCodes.codeHash, code.codeHash),
        isNull(backupCodes.usedBy),
        when,
      ),
    )

export const isClaimedBy = (code: { userId: string; codeHash: string; usedBy: string }) =>
  sql`EXISTS (SELECT 1 FROM backup_codes WHERE user_id = ${code.userId}
    AND code_hash = ${code.codeHash} AND used_by = ${code.usedBy})`

/** How many codes a user has left, as a query for a batch. */
export const countBackupCodes = ({ db }: Pick<Deps, 'db'>, userId: string) =>
  db
    .select({ left: sql<number>`count(*)` })
    .from(backupCodes)
    .where(and(eq(backupCodes.userId, userId), isNull(backupCodes.usedBy)))
