// Makes src/identity/password-policy/common-passwords.txt. Not part of the build: run it to renew
// the list, then read the diff.
//
//   npm install --no-save --save-exact @zxcvbn-ts/language-common@4.1.3
//   npx node scripts/make-common-passwords.ts
//
// Source: passwords.json of @zxcvbn-ts/language-common 4.1.3 (MIT): 49,233 passwords of public
// breaches, commonest first. Kept: those of six characters or more among the commonest 8,000
// (shorter ones stand in too many innocent words), and every one of 15 or more. Added:
// common-phrases.txt, longer phrases that such lists lack because most of their sites cut passwords
// short. Sorted, one a line: that compresses best, under 25 KiB gzip.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const COMMONEST = 8000
const MIN_LENGTH = 6
const LONG = 15
const TARGET = join(import.meta.dirname, '../src/identity/password-policy/common-passwords.txt')

const main = createRequire(import.meta.url).resolve('@zxcvbn-ts/language-common')
const ranked: unknown = JSON.parse(
  readFileSync(join(dirname(main), '../src/passwords.json'), 'utf8'),
)
if (!Array.isArray(ranked)) throw new TypeError('passwords.json is not a list')

const phrases = readFileSync(join(import.meta.dirname, 'common-phrases.txt'), 'utf8').split('\n')
const kept = ranked
  .map(String)
  .filter((entry, rank) => entry.length >= (rank < COMMONEST ? MIN_LENGTH : LONG))
const words = [...new Set([...kept, ...phrases])]
  .filter((word) => word.length >= MIN_LENGTH)
  .toSorted()

writeFileSync(TARGET, `${words.join('\n')}\n`)
