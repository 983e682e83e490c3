import * as z from 'zod'
import { where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner who has chosen “This was not me”: how to get back in. */
export const accountFrozen = mail({
  name: 'account_frozen',
  urgency: 'security',
  causedBy: 'owner',
  data: z.object(where),
  en: (where, say) => ({
    subject: 'Your account is frozen',
    preheader: 'Reset your password to use it again.',
    blocks: [
      'Somebody chose “This was not me” in one of our mails. What it told of is undone: your ' +
        'account has the address from before, and authenticator apps and backup codes that were ' +
        'added in the three days before that mail or since are gone. All sessions and API keys ' +
        'were ended, and nobody can sign in.',
      'To get back in, choose “Forgot password” where you sign in and enter this address. ' +
        'After that, check your authenticator apps and make new backup codes.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, somebody can read your mailbox: change its password first, and ' +
      'then reset that of your account.',
  }),
  de: (where, say) => ({
    subject: 'Ihr Konto ist gesperrt',
    preheader: 'Setzen Sie Ihr Passwort zurück, um es wieder zu nutzen.',
    blocks: [
      'Jemand hat in einer unserer Nachrichten „Das war ich nicht“ gewählt. Was sie meldete, ' +
        'ist zurückgenommen: Ihr Konto hat die Adresse von davor, und Authentifizierungs-Apps ' +
        'und Ersatzcodes, die in den drei Tagen vor dieser Nachricht oder seither hinzukamen, ' +
        'sind entfernt. Alle Sitzungen und API-Schlüssel wurden beendet, und niemand kann sich ' +
        'anmelden.',
      'Um wieder hineinzukommen, wählen Sie bei der Anmeldung „Passwort vergessen“ und geben ' +
        'Sie diese Adresse ein. Prüfen Sie danach Ihre Authentifizierungs-Apps und erstellen ' +
        'Sie neue Ersatzcodes.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, kann jemand Ihr Postfach lesen: Ändern Sie zuerst dessen ' +
      'Passwort und setzen Sie dann das Ihres Kontos zurück.',
  }),
  fr: (where, say) => ({
    subject: 'Votre compte est gelé',
    preheader: 'Réinitialisez votre mot de passe pour l’utiliser de nouveau.',
    blocks: [
      'Quelqu’un a choisi « Ce n’était pas moi » dans l’un de nos messages. Ce qu’il ' +
        'annonçait est annulé : votre compte a l’adresse d’avant, et les applications ' +
        'd’authentification et codes de secours ajoutés dans les trois jours précédant ce ' +
        'message ou depuis ont été retirés. Toutes les sessions et clés API ont pris fin et ' +
        'personne ne peut se connecter.',
      'Pour y accéder de nouveau, choisissez « Mot de passe oublié » au moment de vous ' +
        'connecter et saisissez cette adresse. Vérifiez ensuite vos applications ' +
        'd’authentification et créez de nouveaux codes de secours.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un peut lire vos messages : changez d’abord le mot de ' +
      'passe de votre messagerie, puis réinitialisez celui de votre compte.',
  }),
})
