import type { Role } from '../db/schema'
import type { Language } from './language'

/** What every mail says, beside its own words. */
type Phrases = Readonly<{
  footer: string
  /** Above the address of a button. */
  buttonHint: string
  /** In the place of a button, and of what to do, in a mail that is later than its link. */
  linkEnded: string
  lateNotMe: string
  /** Between a label and what it labels. */
  colon: string
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
  /** How often something happened since the last mail about it. */
  again: (times: number, since: string) => string
  /** What kind of account somebody has. */
  roles: Readonly<Record<Role, string>>
  /** BCP 47, of dates and numbers. */
  locale: string
}>

export const phrases: Record<Language, Phrases> = {
  en: {
    footer: 'You get this mail because this address was used at Phantom. It needs no answer.',
    buttonHint: 'If the button does not work, copy this address into your browser:',
    linkEnded: 'This mail is late: its link, with which you could have undone this, has ended.',
    lateNotMe:
      'If this was not you, reset your password now. If you cannot sign in any more, ask us ' +
      'for help.',
    colon: ':',
    time: 'Time',
    place: 'Place',
    ip: 'IP address',
    device: 'Device',
    unknown: 'unknown',
    tor: 'Tor network',
    estimated: (country) => `${country} (estimated)`,
    on: (browser, system) => `${browser} on ${system}`,
    unknownProgram: 'unknown program',
    again: (times, since) =>
      `This mail tells of all that has happened since our last one about it (${since}): ` +
      `${times === 1 ? 'once' : `${times} times`}, the first time as follows.`,
    roles: {
      customer: 'a customer account',
      merchant: 'a merchant account',
      admin: 'an admin account',
    },
    locale: 'en-GB',
  },
  de: {
    footer:
      'Sie erhalten diese Nachricht, weil diese Adresse bei Phantom verwendet wurde. Eine ' +
      'Antwort ist nicht nötig.',
    buttonHint:
      'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    linkEnded:
      'Diese Nachricht kommt verspätet: Der Link, mit dem Sie das hätten rückgängig machen ' +
      'können, ist abgelaufen.',
    lateNotMe:
      'Wenn Sie das nicht waren, setzen Sie jetzt Ihr Passwort zurück. Wenn Sie sich nicht ' +
      'mehr anmelden können, bitten Sie uns um Hilfe.',
    colon: ':',
    time: 'Zeit',
    place: 'Ort',
    ip: 'IP-Adresse',
    device: 'Gerät',
    unknown: 'unbekannt',
    tor: 'Tor-Netzwerk',
    estimated: (country) => `${country} (geschätzt)`,
    on: (browser, system) => `${browser} auf ${system}`,
    unknownProgram: 'unbekanntes Programm',
    again: (times, since) =>
      `Diese Nachricht fasst zusammen, was seit unserer letzten dazu (${since}) geschehen ` +
      `ist: Es kam ${times === 1 ? 'einmal' : `${times}-mal`} vor, zuerst wie folgt.`,
    roles: { customer: 'ein Kundenkonto', merchant: 'ein Händlerkonto', admin: 'ein Admin-Konto' },
    locale: 'de',
  },
  fr: {
    footer:
      'Vous recevez ce message parce que cette adresse a été utilisée chez Phantom. Il ' +
      'n’appelle pas de réponse.',
    buttonHint: 'Si le bouton ne fonctionne pas, copiez cette adresse dans votre navigateur\u00a0:',
    linkEnded:
      'Ce message arrive en retard\u00a0: le lien qui aurait permis d’annuler cette action a ' +
      'expiré.',
    lateNotMe:
      'Si ce n’était pas vous, réinitialisez maintenant votre mot de passe. Si vous ne pouvez ' +
      'plus vous connecter, demandez-nous de l’aide.',
    colon: '\u00a0:',
    time: 'Date',
    place: 'Lieu',
    ip: 'Adresse IP',
    device: 'Appareil',
    unknown: 'inconnu',
    tor: 'réseau Tor',
    estimated: (country) => `${country} (estimation)`,
    on: (browser, system) => `${browser} sur ${system}`,
    unknownProgram: 'programme inconnu',
    again: (times, since) =>
      'Ce message résume ce qui s’est passé depuis notre dernier message à ce sujet ' +
      `(${since}) : cela s’est produit ${times} fois, la première fois comme suit.`,
    roles: {
      customer: 'un compte client',
      merchant: 'un compte marchand',
      admin: 'un compte d’administration',
    },
    locale: 'fr',
  },
}
