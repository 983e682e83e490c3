import * as z from 'zod'
import type { Block } from '../../../platform/email/letter'
import type { Say } from '../../../platform/email/say'
import { mail } from '../../../platform/email/template'

type Keys = readonly { setting: string; kid: string; days: number }[]

const keyFacts = (keys: Keys, say: Say): Block => ({
  kind: 'facts',
  rows: keys.map(({ setting, kid, days }) => [setting, `${kid} (${say.days(days)})`]),
})

/** To all admins, once a month, while a key that signs is older than half a year. */
export const secretRotationDue = mail({
  name: 'secret_rotation_due',
  urgency: 'notice',
  causedBy: 'service',
  data: z.object({
    keys: z.array(z.object({ setting: z.string(), kid: z.string(), days: z.number() })).min(1),
  }),
  en: ({ keys }, say) => ({
    subject: 'A signing key should be replaced',
    preheader: 'It has been in use for half a year or more.',
    blocks: [
      'A key with which Phantom Security signs has been in use for half a year or more. ' +
        'Replace it step by step, so that nothing that it has signed is refused: ' +
        'docs/operations.md says how.',
      keyFacts(keys, say),
    ],
    notMe: 'If you did not expect this, ask who keeps the secrets of the service.',
  }),
  de: ({ keys }, say) => ({
    subject: 'Ein Signaturschlüssel sollte ersetzt werden',
    preheader: 'Er ist seit einem halben Jahr oder länger im Einsatz.',
    blocks: [
      'Ein Schlüssel, mit dem Phantom Security signiert, ist seit einem halben Jahr oder ' +
        'länger im Einsatz. Ersetzen Sie ihn Schritt für Schritt, damit nichts abgewiesen wird, ' +
        'was er signiert hat: Wie das geht, steht in docs/operations.md.',
      keyFacts(keys, say),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, fragen Sie nach, wer die Geheimnisse des Dienstes ' +
      'verwahrt.',
  }),
  fr: ({ keys }, say) => ({
    subject: 'Une clé de signature est à remplacer',
    preheader: 'Elle sert depuis six mois ou plus.',
    blocks: [
      'Une clé avec laquelle Phantom Security signe sert depuis six mois ou plus. ' +
        'Remplacez-la étape par étape, pour que rien de ce qu’elle a signé ne soit refusé : ' +
        'docs/operations.md explique comment.',
      keyFacts(keys, say),
    ],
    notMe: 'Si vous ne vous y attendiez pas, demandez qui garde les secrets du service.',
  }),
})
