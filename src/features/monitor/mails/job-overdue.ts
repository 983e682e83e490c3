import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To all admins when a job has been silent for twice its period. */
export const jobOverdue = mail({
  name: 'job_overdue',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({ job: z.string(), since: occasion.time }),
  en: ({ job, since }, say) => ({
    subject: 'A job is overdue',
    preheader: `Its last success was a while ago: ${job}.`,
    blocks: [
      'A job of Phantom Security has not ended well for twice its period. While it is silent, ' +
        'what it does is left undone: sealing of the audit log, deletion, reminders.',
      'Look into the logs for its name. What each job does, and what to do when one is ' +
        'overdue, is in docs/operations.md. This mail comes once a day while that lasts.',
      {
        kind: 'facts',
        rows: [
          ['Job', job],
          ['No success since', say.date(since)],
        ],
      },
    ],
    notMe: 'If you did not expect this, ask who has changed or stopped the service.',
  }),
  de: ({ job, since }, say) => ({
    subject: 'Ein Job ist überfällig',
    preheader: `Der letzte Erfolg liegt länger zurück: ${job}.`,
    blocks: [
      'Ein Job von Phantom Security ist seit dem Doppelten seiner Periode nicht mehr ' +
        'erfolgreich zu Ende gelaufen. Solange er schweigt, bleibt liegen, was er tut: ' +
        'Versiegeln des Audit-Logs, Löschen, Erinnern.',
      'Suchen Sie in den Protokollen nach seinem Namen. Was jeder Job tut und was zu tun ist, ' +
        'wenn einer überfällig ist, steht in docs/operations.md. Diese Nachricht kommt einmal ' +
        'am Tag, solange das andauert.',
      {
        kind: 'facts',
        rows: [
          ['Job', job],
          ['Kein Erfolg seit', say.date(since)],
        ],
      },
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, fragen Sie nach, wer den Dienst geändert oder ' +
      'angehalten hat.',
  }),
  fr: ({ job, since }, say) => ({
    subject: 'Une tâche planifiée est en retard',
    preheader: `Son dernier succès remonte à un certain temps : ${job}.`,
    blocks: [
      'Une tâche planifiée de Phantom Security n’a pas abouti depuis deux fois sa période. ' +
        'Tant qu’elle se tait, son travail reste en attente : scellement du journal d’audit, ' +
        'suppressions, rappels.',
      'Cherchez son nom dans les journaux. Le rôle de chaque tâche et la conduite à tenir en ' +
        'cas de retard figurent dans docs/operations.md. Ce message est envoyé une fois par ' +
        'jour tant que cela dure.',
      {
        kind: 'facts',
        rows: [
          ['Tâche', job],
          ['Sans succès depuis', say.date(since)],
        ],
      },
    ],
    notMe: 'Si vous ne vous y attendiez pas, demandez qui a modifié ou arrêté le service.',
  }),
})
