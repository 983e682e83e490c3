import { type Language, languages } from '../../src/platform/email/language.ts'
import type { TemplateName } from '../../src/platform/email/register.ts'
import { composeSample } from './compose-sample.ts'
import { samples } from './samples.ts'

/** A mail, in a language, about one of its samples. */
export type Choice = Readonly<{ name: TemplateName; language: Language; sample: number }>

export const names = Object.keys(samples) as TemplateName[]

export const pathOf = ({ name, language, sample }: Choice) => `/${name}/${language}/${sample + 1}`

/** What `pathOf` was made from; `undefined` for any other path. */
export function readChoice(path: string): Choice | undefined {
  for (const name of names) {
    for (const language of languages) {
      for (const sample of samples[name].keys()) {
        const choice = { name, language, sample }
        if (pathOf(choice) === path) return choice
      }
    }
  }
  return undefined
}

export const letterOf = ({ name, language, sample }: Choice) =>
  composeSample(name, language, samples[name][sample] ?? samples[name][0])

/** What sets a sample apart from the others of its mail. */
export function labelOf({ name, sample }: Choice): string {
  const all = samples[name].map(fieldsOf)
  const keys = [...new Set(all.flatMap((fields) => Object.keys(fields)))]
  const differing = keys.filter((key) => new Set(all.map((fields) => fields[key])).size > 1)
  const mine = all[sample] ?? {}
  const told = differing.filter((key) => key in mine).map((key) => `${key}: ${mine[key]}`)
  return told.join(', ') || `${sample + 1}`
}

const SHOWN = 60

const fieldsOf = (data: object) =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]: [string, unknown]) => [
      key,
      (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, SHOWN),
    ]),
  )
