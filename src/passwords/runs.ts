/** Alphabet, numbers, and the rows and columns of QWERTY, QWERTZ and AZERTY keyboards. */
const FORWARD = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789012345678901234567890',
  '!@#$%^&*()_+',
  'qwertyuiop[]',
  'asdfghjkl;\'',
  'zxcvbnm,./',
  'qwertzuiop',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'zaq12wsxcde34rfvbgt56yhnmju78ik,',
]
const SEQUENCES = [...FORWARD, ...FORWARD.map((row) => [...row].reverse().join(''))]
const MIN_RUN = 3

/** How many characters from `from` on follow one of the sequences, in either direction; 0 if under three. */
export function runLength(text: string, from: number): number {
  const start = text.slice(from, from + MIN_RUN)
  if (start.length < MIN_RUN) return 0
  let longest = 0
  for (const sequence of SEQUENCES) {
    const at = sequence.indexOf(start)
    if (at === -1) continue
    let length = MIN_RUN
    while (from + length < text.length && sequence[at + length] === text[from + length]) length++
    longest = Math.max(longest, length)
  }
  return longest
}
