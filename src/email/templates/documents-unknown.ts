import { template } from '../template'

/** To all admins, once a day, while the archive has documents that the database mostly does not know. */
export const documentsUnknown = template(
  'documents_unknown',
  { urgency: 'security', causedBy: 'service', kind: 'warning' },
  {
    en: ({ unknown, objects }, say) => ({
      subject: 'Documents are unknown to the database',
      preheader: `No row for ${say.number(unknown)} of ${say.number(objects)} documents. None was deleted.`,
      blocks: [
        'Phantom Security has looked for leftovers among the documents of merchants, and the database does not know most of them. Nothing was deleted: the job has stopped, and stops again until this is mended.',
        'Most likely another database is bound to the service, or the database was put back to an earlier time. Please look today: a restore can be undone for thirty days only. What to do is in docs/operations.md. This mail comes once a day while that lasts.',
        {
          kind: 'facts',
          rows: [
            ['Documents looked at', say.number(objects)],
            ['Unknown', say.number(unknown)],
          ],
        },
      ],
      notMe: 'If you did not expect this, ask who has changed or restored the database.',
    }),
    de: ({ unknown, objects }, say) => ({
      subject: 'Die Datenbank kennt Dokumente nicht',
      preheader: `Kein Eintrag zu ${say.number(unknown)} von ${say.number(objects)} Dokumenten. Nichts wurde gelöscht.`,
      blocks: [
        'Phantom Security hat unter den Dokumenten der Händler nach Überresten gesucht, und die Datenbank kennt die meisten davon nicht. Nichts wurde gelöscht: Der Job hat angehalten und hält wieder an, bis das behoben ist.',
        'Wahrscheinlich ist eine andere Datenbank mit dem Dienst verbunden, oder die Datenbank wurde auf einen früheren Stand zurückgesetzt. Bitte sehen Sie noch heute nach: Eine Wiederherstellung lässt sich nur dreißig Tage lang rückgängig machen. Was zu tun ist, steht in docs/operations.md. Diese Nachricht kommt einmal am Tag, solange das andauert.',
        {
          kind: 'facts',
          rows: [
            ['Angesehene Dokumente', say.number(objects)],
            ['Unbekannt', say.number(unknown)],
          ],
        },
      ],
      notMe:
        'Wenn Sie das nicht erwartet haben, fragen Sie nach, wer die Datenbank geändert oder wiederhergestellt hat.',
    }),
    fr: ({ unknown, objects }, say) => ({
      subject: 'Des documents inconnus de la base',
      preheader: `Aucune ligne pour ${say.number(unknown)} documents sur ${say.number(objects)}. Rien n’a été supprimé.`,
      blocks: [
        'Phantom Security a cherché des restes parmi les documents des marchands, et la base de données n’en connaît pas la plupart. Rien n’a été supprimé : la tâche s’est arrêtée et s’arrêtera encore tant que la cause demeure.',
        'Le plus probable : une autre base de données est liée au service, ou la base a été ramenée à un état antérieur. Veuillez vérifier dès aujourd’hui : une restauration ne peut être annulée que pendant trente jours. La conduite à tenir figure dans docs/operations.md. Ce message est envoyé une fois par jour tant que cela dure.',
        {
          kind: 'facts',
          rows: [
            ['Documents examinés', say.number(objects)],
            ['Inconnus', say.number(unknown)],
          ],
        },
      ],
      notMe:
        'Si vous ne vous y attendiez pas, demandez qui a modifié ou restauré la base de données.',
    }),
  },
)
