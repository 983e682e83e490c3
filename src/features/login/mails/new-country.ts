import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner after a login from a country that the account has not seen. */
export const newCountry = mail({
  name: 'new_country',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object(where),
  en: (where, say) => ({
    subject: 'Sign-in from a new country',
    preheader: 'Your account was used from a country that we have not seen before.',
    blocks: [
      'Somebody has signed in to your account from a country that we have not seen before.',
      'We estimate the country from the IP address. It may be wrong, above all if you use a VPN.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, somebody has your password and perhaps your mailbox: change both ' +
      'passwords now and end all other sessions.',
  }),
  de: (where, say) => ({
    subject: 'Anmeldung aus einem neuen Land',
    preheader: 'Aus diesem Land wurde Ihr Konto bisher nicht genutzt.',
    blocks: [
      'In Ihrem Konto hat sich jemand aus einem Land angemeldet, aus dem es bisher nicht ' +
        'genutzt wurde.',
      'Das Land schätzen wir anhand der IP-Adresse. Die Angabe kann falsch sein, vor allem ' +
        'wenn Sie ein VPN nutzen.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, kennt jemand Ihr Passwort und liest vielleicht Ihr Postfach: ' +
      'Ändern Sie jetzt beide Passwörter und beenden Sie alle anderen Sitzungen.',
  }),
  fr: (where, say) => ({
    subject: 'Connexion depuis un nouveau pays',
    preheader: 'Votre compte n’avait pas encore été utilisé depuis ce pays.',
    blocks: [
      'Quelqu’un s’est connecté à votre compte depuis un pays d’où il n’avait pas encore été ' +
        'utilisé.',
      'Nous estimons le pays d’après l’adresse IP. Cette indication peut être fausse, surtout ' +
        'si vous utilisez un VPN.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un connaît votre mot de passe et lit peut-être vos ' +
      'messages : changez maintenant le mot de passe de votre compte et celui de votre ' +
      'messagerie, et mettez fin à toutes les autres sessions.',
  }),
})
