import type { Language } from './language'

/** What every mail says, beside its own words. */
type Phrases = Readonly<{
  footer: string
  /** Above the address of a button. */
  buttonHint: string
  time: string
  place: string
  ip: string
  device: string
  unknown: string
  tor: string
  /** Of a country, which the edge has guessed. */
  estimated: (country: string) => string
  /** Of a browser or `unknownProgram`, and a system. */
  on: (browser: string, system: string) => string
  unknownProgram: string
  /** BCP 47, of dates and numbers. */
  locale: string
}>

export const phrases: Record<Language, Phrases> = {
  en: {
    footer: 'You get this mail because this address was used at Phantom. It needs no answer.',
    buttonHint: 'If the button does not work, copy this address into your browser:',
    time: 'Time',
    place: 'Place',
    ip: 'IP address',
    device: 'Device',
    unknown: 'unknown',
    tor: 'Tor network',
    estimated: (country) => `${country} (estimated)`,
    on: (browser, system) => `${browser} on ${system}`,
    unknownProgram: 'unknown program',
    locale: 'en-GB',
  },
}
