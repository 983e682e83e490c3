import * as z from 'zod'
import { byAdmin, occasion } from '../../../platform/email/mail-fields'
import { plainName, plainReason } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the other admins when one wants to remove the second factors of an admin, which are lost. */
export const adminFactorsWaiting = mail({
  name: 'admin_factors_waiting',
  urgency: 'security',
  causedBy: 'service',
  kind: 'warning',
  data: z.object({
    address: z.string(),
    askedBy: z.string(),
    dueAt: occasion.time,
    ...byAdmin,
  }),
  en: ({ address, askedBy, dueAt, reason, time }, say) => ({
    subject: 'An admin’s authenticator apps are to be removed',
    preheader: `You can stop it until ${say.date(dueAt)}.`,
    blocks: [
      'An admin of Phantom was told that another admin has lost the authenticator app and ' +
        `backup codes. On ${say.date(dueAt)} they will be removed. Until then you can stop it. ` +
        'You find the request in the administration, among the acts that wait.',
      'Ask both of them whether it is really wanted, and by another way than mail: once the ' +
        'app is gone, the mailbox is enough to take over that account.',
      say.facts({ time }, [
        ['Account', plainName(address)],
        ['Asked for by', plainName(askedBy)],
        ['Reason', plainReason(reason)],
      ]),
    ],
    notMe:
      'If you did not expect this, the account of the admin who asked may be in other hands: ' +
      'stop it, and end the sessions of that admin.',
  }),
  de: ({ address, askedBy, dueAt, reason, time }, say) => ({
    subject: 'Ein Admin soll seine Authentifizierungs-Apps verlieren',
    preheader: `Sie können es bis zum ${say.date(dueAt)} verhindern.`,
    blocks: [
      'Einem Admin von Phantom wurde gemeldet, dass ein anderer Admin die ' +
        `Authentifizierungs-App und die Backup-Codes verloren hat. Am ${say.date(dueAt)} werden ` +
        'sie entfernt. Bis dahin können Sie es verhindern. Der Antrag steht in der Verwaltung ' +
        'unter den wartenden Vorgängen.',
      'Fragen Sie beide, ob das wirklich gewollt ist, und zwar nicht per E-Mail: Ohne die App ' +
        'genügt das Postfach, um dieses Konto zu übernehmen.',
      say.facts({ time }, [
        ['Konto', plainName(address)],
        ['Beantragt von', plainName(askedBy)],
        ['Grund', plainReason(reason)],
      ]),
    ],
    notMe:
      'Wenn Sie das nicht erwartet haben, verwendet vielleicht jemand das Konto des Admins, ' +
      'der es beantragt hat: Verhindern Sie es und beenden Sie dessen Sitzungen.',
  }),
  fr: ({ address, askedBy, dueAt, reason, time }, say) => ({
    subject: 'Les applications d’un administrateur vont être retirées',
    preheader: `Vous pouvez l’empêcher jusqu’au ${say.date(dueAt)}.`,
    blocks: [
      'On a signalé à un administrateur de Phantom qu’un autre administrateur a perdu son ' +
        `application d’authentification et ses codes de secours. Le ${say.date(dueAt)}, ils ` +
        'seront retirés. Jusque-là, vous pouvez l’empêcher. La demande se trouve dans ' +
        'l’administration, parmi les actes en attente.',
      'Demandez à tous deux si c’est bien voulu, autrement que par message électronique : ' +
        'sans l’application, la boîte aux lettres suffit pour prendre le contrôle de ce compte.',
      say.facts({ time }, [
        ['Compte', plainName(address)],
        ['Demandé par', plainName(askedBy)],
        ['Motif', plainReason(reason)],
      ]),
    ],
    notMe:
      'Si vous ne vous y attendiez pas, quelqu’un utilise peut-être le compte de ' +
      'l’administrateur qui l’a demandé : empêchez-le et mettez fin à ses sessions.',
  }),
})
