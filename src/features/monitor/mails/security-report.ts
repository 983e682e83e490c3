import { mail } from '../../../platform/email/template'
import { reportData } from '../report-data'
import { figureFacts, headFacts, pauseFacts, sourceFacts } from '../report-facts'

/** To all admins each Monday. */
export const securityReport = mail({
  name: 'security_report',
  urgency: 'notice',
  causedBy: 'service',
  data: reportData,
  en: (data, say) => ({
    subject: 'The security report of the week',
    preheader: `${say.number(data.critical)} critical events, ${say.number(data.locks)} locks.`,
    blocks: [
      `What happened at Phantom Security from ${say.date(data.since)} to ${say.date(data.until)}.`,
      ...(data.isCut
        ? ['There were more events than a report counts: the figures are those of the newest ones.']
        : []),
      figureFacts(data, say, 'en'),
      ...(data.mailPauses.length > 0
        ? ['For these times no mail went out, because the mail server refused our account.']
        : []),
      ...pauseFacts(data, say, 'en'),
      ...(data.sources.length > 0 ? ['Most wrong passwords and codes came from here.'] : []),
      ...sourceFacts(data, say),
      ...(data.head
        ? [
            'The audit log when this was written. Keep this mail: whoever changed the log ' +
              'later could not change what it says here.',
          ]
        : []),
      ...headFacts(data, say, 'en'),
    ],
    notMe: 'If you did not expect this, ask another admin why it was sent to you.',
  }),
  de: (data, say) => ({
    subject: 'Der Sicherheitsbericht der Woche',
    preheader:
      `${say.number(data.critical)} kritische Ereignisse, ` + `${say.number(data.locks)} Sperren.`,
    blocks: [
      `Was bei Phantom Security vom ${say.date(data.since)} bis zum ${say.date(data.until)} ` +
        'geschehen ist.',
      ...(data.isCut
        ? ['Es gab mehr Ereignisse, als ein Bericht zählt: Die Zahlen sind die der neuesten.']
        : []),
      figureFacts(data, say, 'de'),
      ...(data.mailPauses.length > 0
        ? [
            'In diesen Zeiten ging keine E-Mail hinaus, weil der Mailserver unser Konto ' +
              'abgewiesen hat.',
          ]
        : []),
      ...pauseFacts(data, say, 'de'),
      ...(data.sources.length > 0
        ? ['Die meisten falschen Passwörter und Codes kamen von hier.']
        : []),
      ...sourceFacts(data, say),
      ...(data.head
        ? [
            'Das Audit-Log, als dies geschrieben wurde. Bewahren Sie diese Nachricht auf: Wer ' +
              'das Log später verändert, kann nicht ändern, was hier steht.',
          ]
        : []),
      ...headFacts(data, say, 'de'),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, fragen Sie einen anderen Admin, warum Sie es ' +
      'bekommen haben.',
  }),
  fr: (data, say) => ({
    subject: 'Le rapport de sécurité de la semaine',
    preheader:
      `Événements critiques : ${say.number(data.critical)} ; verrouillages : ` +
      `${say.number(data.locks)}.`,
    blocks: [
      `Ce qui s’est passé chez Phantom Security du ${say.date(data.since)} au ` +
        `${say.date(data.until)}.`,
      ...(data.isCut
        ? [
            'Il y a eu plus d’événements qu’un rapport n’en compte : les chiffres sont ceux ' +
              'des plus récents.',
          ]
        : []),
      figureFacts(data, say, 'fr'),
      ...(data.mailPauses.length > 0
        ? [
            'Pendant ces périodes, aucun courriel n’est parti, car le serveur de messagerie ' +
              'refusait notre compte.',
          ]
        : []),
      ...pauseFacts(data, say, 'fr'),
      ...(data.sources.length > 0
        ? ['La plupart des mots de passe et codes erronés venaient d’ici.']
        : []),
      ...sourceFacts(data, say),
      ...(data.head
        ? [
            'Le journal d’audit au moment de la rédaction. Conservez ce message : qui ' +
              'modifierait le journal plus tard ne pourrait pas changer ce qui est écrit ici.',
          ]
        : []),
      ...headFacts(data, say, 'fr'),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, demandez à un autre administrateur pourquoi vous ' +
      'l’avez reçu.',
  }),
})
