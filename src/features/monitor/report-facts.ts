import type { AccountFault } from '../../platform/email/carrier'
import type { Language } from '../../platform/email/language'
import type { Block } from '../../platform/email/letter'
import { plainName } from '../../platform/email/plain-name'
import type { Say } from '../../platform/email/say'
import type { ReportData } from './report-data'

const figures = [
  'signIns',
  'signUps',
  'failures',
  'locks',
  'critical',
  'deadMails',
  'expiringKeys',
] as const satisfies (keyof ReportData)[]

/** What the figures and the parts of the head are called. */
type Labels = Readonly<
  Record<
    (typeof figures)[number] | 'newAdmins' | 'none' | 'size' | 'root' | 'at' | 'kid' | 'jws',
    string
  >
>

const labels: Record<Language, Labels> = {
  en: {
    signIns: 'Sign-ins',
    signUps: 'Sign-ups',
    failures: 'Wrong passwords and codes',
    locks: 'Locks',
    critical: 'Critical events',
    deadMails: 'Mails given up',
    expiringKeys: 'API keys that end within 14 days',
    newAdmins: 'New admins',
    none: 'none',
    size: 'Events in the log',
    root: 'Root',
    at: 'Time',
    kid: 'Key',
    jws: 'Signed head',
  },
  de: {
    signIns: 'Anmeldungen',
    signUps: 'Registrierungen',
    failures: 'Falsche Passwörter und Codes',
    locks: 'Sperren',
    critical: 'Kritische Ereignisse',
    deadMails: 'Aufgegebene E-Mails',
    expiringKeys: 'API-Schlüssel, die in 14 Tagen enden',
    newAdmins: 'Neue Admins',
    none: 'keine',
    size: 'Ereignisse im Log',
    root: 'Wurzel',
    at: 'Zeit',
    kid: 'Schlüssel',
    jws: 'Signierter Kopf',
  },
  fr: {
    signIns: 'Connexions',
    signUps: 'Inscriptions',
    failures: 'Mots de passe et codes erronés',
    locks: 'Verrouillages',
    critical: 'Événements critiques',
    deadMails: 'Courriels abandonnés',
    expiringKeys: 'Clés d’API expirant sous 14 jours',
    newAdmins: 'Nouveaux administrateurs',
    none: 'aucun',
    size: 'Événements du journal',
    root: 'Racine',
    at: 'Date',
    kid: 'Clé',
    jws: 'Tête signée',
  },
}

/** The figures of the week. */
export function figureFacts(data: ReportData, say: Say, language: Language): Block {
  const { none, newAdmins, ...names } = labels[language]
  const admins = data.newAdmins.map((admin) => plainName(admin)).join(', ') || none
  const rows = figures.map((name) => [names[name], say.number(data[name])] as const)
  return { kind: 'facts', rows: [...rows, [newAdmins, admins]] }
}

/** Where failures came from; nothing if there were none. */
export const sourceFacts = ({ sources }: ReportData, say: Say): Block[] =>
  sources.length === 0
    ? []
    : [
        {
          kind: 'facts',
          rows: sources.map(({ source, failures }) => [source, say.number(failures)]),
        },
      ]

const faults: Record<Language, Readonly<Record<AccountFault, string>>> = {
  en: {
    sign_in_refused: 'Sign-in refused',
    sender_refused: 'Sender refused',
    daily_limit: 'Daily limit reached',
    rate_limit: 'Too many mails at once',
    not_set_up: 'Mail not set up',
    mails_refused: 'Mails refused',
  },
  de: {
    sign_in_refused: 'Anmeldung abgelehnt',
    sender_refused: 'Absender abgelehnt',
    daily_limit: 'Tageslimit erreicht',
    rate_limit: 'Zu viele E-Mails auf einmal',
    not_set_up: 'E-Mail nicht eingerichtet',
    mails_refused: 'E-Mails abgelehnt',
  },
  fr: {
    sign_in_refused: 'Connexion refusée',
    sender_refused: 'Expéditeur refusé',
    daily_limit: 'Limite quotidienne atteinte',
    rate_limit: 'Trop de courriels à la fois',
    not_set_up: 'Courriel non configuré',
    mails_refused: 'Courriels refusés',
  },
}

const stillPaused: Record<Language, (duration: string) => string> = {
  en: (duration) => `${duration} so far, not over yet`,
  de: (duration) => `bisher ${duration}, dauert noch an`,
  fr: (duration) => `${duration} jusqu’ici, toujours en cours`,
}

/** When no mail went out, and why; nothing if it always did. */
export const pauseFacts = ({ mailPauses }: ReportData, say: Say, language: Language): Block[] =>
  mailPauses.length === 0
    ? []
    : [
        {
          kind: 'facts',
          rows: mailPauses.map(({ reason, minutes, isOver }) => {
            const duration =
              minutes < 180 ? say.minutes(minutes) : say.hours(Math.round(minutes / 60))
            const value = isOver ? duration : stillPaused[language](duration)
            return [faults[language][reason], value]
          }),
        },
      ]

/**
 * The head and its parts, so that a reader can compare without a tool; nothing before there is one.
 */
export function headFacts({ head }: ReportData, say: Say, language: Language): Block[] {
  if (!head) return []
  const { size, root, at, kid, jws } = labels[language]
  return [
    {
      kind: 'facts',
      rows: [
        [size, say.number(head.size)],
        [root, head.root],
        [at, say.date(head.at)],
        [kid, head.kid],
        [jws, head.jws],
      ],
    },
  ]
}
