import * as z from 'zod'
import { mail } from '../../../platform/email/template'

/** To all admins, once a day, while the database does not know most documents of a page. */
export const documentsUnknown = mail({
  name: 'documents_unknown',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({ unknown: z.number(), objects: z.number() }),
  en: ({ unknown, objects }, say) => ({
    subject: 'Merchants’ documents are unknown',
    preheader:
      `No row for ${say.number(unknown)} of ${say.number(objects)} documents. ` +
      'None was deleted.',
    blocks: [
      'Phantom Security has looked for leftovers among the documents of merchants, and the ' +
        'database does not know most of them. Nothing was deleted: the job “drop-leftovers” has ' +
        'stopped, and stops each time until this is mended.',
      'Most likely another database is bound to the service, or the database was put back to ' +
        'an earlier time. Please look today: a restore can be undone for thirty days only. What ' +
        'to do is in docs/operations.md, “When documents are unknown”. This mail comes once a ' +
        'day while that lasts.',
      {
        kind: 'facts',
        rows: [
          ['Documents looked at', say.number(objects)],
          ['Without a row', say.number(unknown)],
        ],
      },
    ],
    notMe: 'If you did not expect this, ask who has changed or restored the database.',
  }),
  de: ({ unknown, objects }, say) => ({
    subject: 'Dokumente sind nicht zuzuordnen',
    preheader:
      `Kein Eintrag zu ${say.number(unknown)} von ${say.number(objects)} Dokumenten. Gelöscht ` +
      'wurde nichts.',
    blocks: [
      'Phantom Security hat die Dokumente der Händler nach übrig gebliebenen Dateien ' +
        'durchsucht. Zu den meisten hat die Datenbank keinen Eintrag. Gelöscht wurde nichts: ' +
        'Der Job „drop-leftovers“ hat angehalten und hält jedes Mal wieder an, bis die Ursache ' +
        'behoben ist.',
      'Wahrscheinlich ist eine andere Datenbank mit dem Dienst verbunden, oder die Datenbank ' +
        'wurde auf einen früheren Stand zurückgesetzt. Bitte sehen Sie noch heute nach: Eine ' +
        'Wiederherstellung lässt sich nur dreißig Tage lang rückgängig machen. Was zu tun ist, ' +
        'steht in docs/operations.md. Diese Nachricht kommt einmal am Tag, solange das andauert.',
      {
        kind: 'facts',
        rows: [
          ['Geprüfte Dokumente', say.number(objects)],
          ['Davon ohne Eintrag', say.number(unknown)],
        ],
      },
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, fragen Sie nach, wer die Datenbank geändert oder ' +
      'wiederhergestellt hat.',
  }),
  fr: ({ unknown, objects }, say) => ({
    subject: 'Des documents sans entrée en base',
    preheader:
      `Aucune entrée pour ${say.number(unknown)} documents sur ${say.number(objects)}. Rien n’a ` +
      'été supprimé.',
    blocks: [
      'Phantom Security a cherché des fichiers orphelins parmi les documents des marchands, ' +
        'et la base de données ne connaît pas la plupart d’entre eux. Rien n’a été supprimé : ' +
        'la tâche « drop-leftovers » s’est arrêtée et s’arrêtera chaque fois tant que la cause ' +
        'demeure.',
      'Le plus probable : le service est lié à une autre base de données, ou la base a été ' +
        'restaurée à un état antérieur. Veuillez vérifier dès aujourd’hui : une restauration ne ' +
        'peut être annulée que pendant trente jours. La conduite à tenir figure dans ' +
        'docs/operations.md. Ce message est envoyé une fois par jour tant que cela dure.',
      {
        kind: 'facts',
        rows: [
          ['Documents examinés', say.number(objects)],
          ['Sans entrée', say.number(unknown)],
        ],
      },
    ],
    notMe:
      'Si vous ne vous y attendiez pas, demandez qui a modifié ou restauré la base de données.',
  }),
})
