import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when a backup code was used, with how many are left. */
export const backupCodeUsed = mail({
  name: 'backup_code_used',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object({ left: z.number(), ...where }),
  en: ({ left, ...where }, say) => {
    const rest =
      left === 0
        ? 'No backup code is left.'
        : left === 1
          ? 'One backup code is left.'
          : `${left} backup codes are left.`
    return {
      subject: 'A backup code was used',
      preheader: rest,
      blocks: [
        'A backup code of your account was used. It does not work again.',
        left <= 2 ? `${rest} Make new ones now, so that you are not locked out.` : rest,
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody has your password and your backup codes: reset your ' +
        'password at once, and then make new backup codes.',
    }
  },
  de: ({ left, ...where }, say) => {
    const rest =
      left === 0
        ? 'Sie haben keinen Ersatzcode mehr.'
        : left === 1
          ? 'Sie haben noch einen Ersatzcode.'
          : `Sie haben noch ${left} Ersatzcodes.`
    return {
      subject: 'Ein Ersatzcode wurde verwendet',
      preheader: rest,
      blocks: [
        'Ein Ersatzcode Ihres Kontos wurde verwendet. Er gilt kein zweites Mal.',
        left <= 2 ? `${rest} Erstellen Sie jetzt neue, damit Sie sich nicht aussperren.` : rest,
        say.facts(where),
      ],
      notMe:
        'Wenn Sie das nicht waren, hat jemand Ihr Passwort und Ihre Ersatzcodes: Setzen Sie ' +
        'sofort Ihr Passwort zurück und erstellen Sie dann neue Ersatzcodes.',
    }
  },
  fr: ({ left, ...where }, say) => {
    const rest =
      left === 0
        ? 'Il ne vous reste aucun code de secours.'
        : left === 1
          ? 'Il vous reste un code de secours.'
          : `Il vous reste ${left} codes de secours.`
    return {
      subject: 'Un code de secours a été utilisé',
      preheader: rest,
      blocks: [
        'Un code de secours de votre compte a été utilisé. Il n’est plus valable.',
        left <= 2
          ? `${rest} Créez-en de nouveaux dès maintenant pour ne pas perdre l’accès à votre compte.`
          : rest,
        say.facts(where),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un a votre mot de passe et vos codes de secours : ' +
        'réinitialisez votre mot de passe sans attendre, puis créez de nouveaux codes de ' +
        'secours.',
    }
  },
})
