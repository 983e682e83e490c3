import type { Language } from '../../src/platform/email/language.ts'

const names = new Intl.DisplayNames('en', { type: 'language' })

export const languageName = (language: Language): string => names.of(language) ?? language
