/**
 * Alphabet, numbers, and the rows and columns of QWERTY, QWERTZ and AZERTY keyboards, without
 * separators.
 */
const FORWARD = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789012345678901234567890',
  '!@#$%^&*()+',
  'qwertyuiop[]',
  "asdfghjkl;'",
  'zxcvbnm/',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'zaq12wsxcde34rfvbgt56yhnmju78ik',
]
const MIN_RUN = 3

type Place = Readonly<{ row: string; at: number }>

/** Where each three characters stand in the rows, either way round. */
const places: ReadonlyMap<string, readonly Place[]> = Map.groupBy(
  [...FORWARD, ...FORWARD.map((row) => row.split('').toReversed().join(''))].flatMap((row) =>
    Array.from(row.slice(MIN_RUN - 1), (_, at) => ({ row, at })),
  ),
  ({ row, at }) => row.slice(at, at + MIN_RUN),
)

/** How many characters from `from` on follow one of the rows; 0 if fewer than three do. */
export function runLength(text: string, from: number): number {
  let longest = 0
  for (const { row, at } of places.get(text.slice(from, from + MIN_RUN)) ?? []) {
    let length = MIN_RUN
    while (from + length < text.length && row[at + length] === text[from + length]) length++
    longest = Math.max(longest, length)
  }
  return longest
}
