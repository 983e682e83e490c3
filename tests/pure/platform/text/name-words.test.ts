import { test } from 'vitest'
import { nameWords } from '../../../../src/platform/text/name-words'

const cases: readonly (readonly [name: string, words: readonly string[]])[] = [
  ['Ada Lovelace', ['ada', 'lovelace']],
  ['  ada   ADA  Ada ', ['ada']],
  ["Jean-Luc O'Brien, 3rd", ['jean', 'luc', 'o', 'brien', '3rd']],
  // Accents, composed or not.
  ['José Núñez', ['jose', 'nunez']],
  ['Jose\u0301', ['jose']],
  ['Straße, STRASSE, STRAẞE', ['strasse']],
  ['Łukasz Bjørn Ægir Þór Ðura Œuvre', ['lukasz', 'bjorn', 'aegir', 'thor', 'dura', 'oeuvre']],
  ['Đặng Thị Ngọc Ánh', ['dang', 'thi', 'ngoc', 'anh']],
  // The four letters that Turkish makes of two.
  ['Işık IŞIK işik İŞİK', ['isik']],
  ['ΟΔΥΣΣΕΥΣ Οδυσσεύς', ['οδυσσευσ']],
  ['Йосиф Ёлкин', ['иосиф', 'елкин']],
  // Vowel points and hamzas, with or without.
  ['مُحَمَّد محمد', ['محمد']],
  ['أحمد احمد', ['احمد']],
  ['שָׁלוֹם שלום', ['שלום']],
  // Marks that are sounds stay, also where no accents are known.
  ['किरण', ['किरण']],
  ['かか がが', ['かか', 'がが']],
  ['김하늘', ['김하늘']],
  // No spaces: the run is one word.
  ['李小龍', ['李小龍']],
  ['สมชาย ใจดี', ['สมชาย', 'ใจดี']],
  // Compatibility forms: full width, half width, ligatures, mathematical letters.
  ['Ａｄａ ｶﾞ ﬁn 𝐁𝐨𝐛', ['ada', 'ガ', 'fin', 'bob']],
  ['🎉🎉 ❤️', []],
  ['1️⃣ two', ['1', 'two']],
  ['', []],
  ['%_*\'"\\; --', []],
  ['a\0b\ud800c\u202ed', ['a', 'b', 'c', 'd']],
  // A letter that looks like another is another.
  ['аda', ['аda']],
]

/** Each letter and digit of Unicode. */
const LETTERS = Array.from({ length: 0x3_2000 }, (_, code) => String.fromCodePoint(code)).filter(
  (letter) => /[\p{L}\p{N}]/u.test(letter),
)

test.for(cases)('the words of %j are %j', ([name, words], { expect }) => {
  expect(nameWords(name)).toEqual(words)
})

test('there are eight at most, all different, of forty characters at most', ({ expect }) => {
  expect(nameWords('a b c d e f g h')).toHaveLength(8)
  expect(nameWords('a b c d A B C D e f g h i')).toEqual('abcdefgh'.split(''))
  const forty = '𠮷'.repeat(40)
  expect(nameWords(forty)).toEqual([forty])
  expect(nameWords(`${forty}𠮷`)).toEqual([forty])
  // Cut, they are one.
  expect(nameWords(`${'x'.repeat(40)}a ${'x'.repeat(40)}b`)).toEqual(['x'.repeat(40)])
})

test('words are their own words, so that a stored one is found by itself', ({ expect }) => {
  for (const [, words] of cases) {
    for (const word of words) expect(nameWords(word)).toEqual([word])
  }
  for (const letter of LETTERS) {
    for (const word of nameWords(letter)) expect(nameWords(word)).toEqual([word])
  }
})
