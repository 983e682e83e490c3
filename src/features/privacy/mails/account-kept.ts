import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when an account that was to be erased stays. */
export const accountKept = mail({
  name: 'account_kept',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object(where),
  en: (where, say) => ({
    subject: 'Your account will not be erased',
    preheader: 'You can sign in as usual.',
    blocks: [
      'Your account is kept after all. Nothing in it was lost, and you can sign in as usual.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, somebody can read your mailbox: change its password first, and ' +
      'then reset that of your account.',
  }),
  de: (where, say) => ({
    subject: 'Ihr Konto wird nicht gelöscht',
    preheader: 'Sie können sich wie gewohnt anmelden.',
    blocks: [
      'Ihr Konto bleibt bestehen. Es ist nichts verloren gegangen, und Sie können sich wie ' +
        'gewohnt anmelden.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, kann jemand Ihr Postfach lesen: Ändern Sie zuerst dessen ' +
      'Passwort und setzen Sie dann das Ihres Kontos zurück.',
  }),
  fr: (where, say) => ({
    subject: 'Votre compte ne sera pas supprimé',
    preheader: 'Vous pouvez vous connecter comme d’habitude.',
    blocks: [
      'Votre compte est conservé. Rien n’a été perdu et vous pouvez vous connecter comme ' +
        'd’habitude.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un peut lire vos messages : changez d’abord le mot de ' +
      'passe de votre messagerie, puis réinitialisez celui de votre compte.',
  }),
})
