import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner after a login from a browser that the account has not seen. */
export const newDevice = mail({
  name: 'new_device',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object(where),
  en: (where, say) => ({
    subject: 'New sign-in to your account',
    preheader: 'A browser that we have not seen before has signed in.',
    blocks: [
      'A browser that we have not seen before has signed in to your account.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, somebody has your password and perhaps your mailbox: change both ' +
      'passwords now and end all other sessions.',
  }),
  de: (where, say) => ({
    subject: 'Neue Anmeldung in Ihrem Konto',
    preheader: 'Jemand hat sich in einem uns unbekannten Browser angemeldet.',
    blocks: [
      'In Ihrem Konto hat sich jemand mit einem Browser angemeldet, den wir noch nicht kennen.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, kennt jemand Ihr Passwort und liest vielleicht Ihr Postfach: ' +
      'Ändern Sie jetzt beide Passwörter und beenden Sie alle anderen Sitzungen.',
  }),
  fr: (where, say) => ({
    subject: 'Nouvelle connexion à votre compte',
    preheader: 'Un navigateur que nous ne connaissons pas s’est connecté.',
    blocks: [
      'Quelqu’un s’est connecté à votre compte avec un navigateur que nous ne connaissons pas ' +
        'encore.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un connaît votre mot de passe et lit peut-être vos ' +
      'messages : changez maintenant le mot de passe de votre compte et celui de votre ' +
      'messagerie, et mettez fin à toutes les autres sessions.',
  }),
})
