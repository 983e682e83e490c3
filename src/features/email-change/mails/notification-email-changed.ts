import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/** To the owner when a second address gets notices from now on, or none any more. */
export const notificationEmailChanged = mail({
  name: 'notification_email_changed',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({
    change: z.enum(['added', 'removed']),
    address: z.string(),
    ...where,
  }),
  en: ({ change, address, ...where }, say) => {
    const isAdded = change === 'added'
    return {
      subject: isAdded
        ? 'A second address gets your notices'
        : 'A second address gets no more notices',
      preheader: isAdded
        ? 'An address for notices was added.'
        : 'An address for notices was removed.',
      blocks: [
        isAdded
          ? 'Notices about the security of your account are now sent to a second address as well.'
          : 'Notices about the security of your account are no longer sent to the second address.',
        say.facts(where, [['Second address', plainName(address)]]),
      ],
      notMe:
        'If this was not you, somebody else is signed in to your account: reset your password ' +
        'at once, and then check where your notices go.',
    }
  },
  de: ({ change, address, ...where }, say) => {
    const isAdded = change === 'added'
    return {
      subject: isAdded
        ? 'Eine zweite Adresse erhält Ihre Hinweise'
        : 'Eine zweite Adresse erhält keine Hinweise mehr',
      preheader: isAdded
        ? 'Eine Adresse für Hinweise wurde hinzugefügt.'
        : 'Eine Adresse für Hinweise wurde entfernt.',
      blocks: [
        isAdded
          ? 'Hinweise zur Sicherheit Ihres Kontos gehen ab jetzt auch an eine zweite Adresse.'
          : 'Hinweise zur Sicherheit Ihres Kontos gehen nicht mehr an die zweite Adresse.',
        say.facts(where, [['Zweite Adresse', plainName(address)]]),
      ],
      notMe:
        'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto angemeldet: Setzen Sie ' +
        'sofort Ihr Passwort zurück und prüfen Sie dann, wohin Ihre Hinweise gehen.',
    }
  },
  fr: ({ change, address, ...where }, say) => {
    const isAdded = change === 'added'
    return {
      subject: isAdded
        ? 'Une seconde adresse reçoit vos alertes'
        : 'Une seconde adresse ne reçoit plus vos alertes',
      preheader: isAdded
        ? 'Une adresse pour les alertes a été ajoutée.'
        : 'Une adresse pour les alertes a été retirée.',
      blocks: [
        isAdded
          ? 'Les alertes de sécurité de votre compte sont désormais envoyées aussi à une ' +
            'seconde adresse.'
          : 'Les alertes de sécurité de votre compte ne sont plus envoyées à la seconde adresse.',
        say.facts(where, [['Seconde adresse', plainName(address)]]),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un d’autre est connecté à votre compte : ' +
        'réinitialisez votre mot de passe sans attendre, puis vérifiez à quelle adresse vont ' +
        'vos alertes.',
    }
  },
})
