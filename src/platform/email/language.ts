/** What mails are written in, the first for everyone else. */
export const languages = ['en', 'de', 'fr'] as const

export type Language = (typeof languages)[number]

/** The language of a BCP 47 tag: `fr-CA` is French to us. */
export function languageOf(locale: string | undefined): Language {
  const wanted = locale?.split('-', 1)[0]?.toLowerCase()
  return languages.find((language) => language === wanted) ?? languages[0]
}
