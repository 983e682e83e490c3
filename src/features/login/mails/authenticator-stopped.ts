import * as z from 'zod'
import { methods } from '../../../identity/factors/methods'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner when a hundred wrong tries in a row have switched off one way in. */
export const authenticatorStopped = mail({
  name: 'authenticator_stopped',
  urgency: 'security',
  causedBy: 'stranger',
  kind: 'lock',
  data: z.object({ method: z.enum(['password', ...methods]), ...occasion }),
  en: ({ method, ...where }, say) => {
    const way = {
      password: 'your password',
      email: 'mailed codes',
      totp: 'your authenticator app',
      backup_code: 'backup codes',
    }[method]
    return {
      subject: 'One way to sign in is switched off',
      preheader: 'There were a hundred wrong tries in a row.',
      blocks: [
        `There were a hundred wrong tries in a row, so signing in with ${way} is switched off ` +
          'until you reset your password.',
        ...(method === 'password'
          ? ['Browsers that you have signed in with before still work.']
          : []),
        'To reset your password, choose “Forgot password” where you sign in.',
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody has tried to get in: they did not succeed, and a new ' +
        'password opens this way for you again.',
    }
  },
  de: ({ method, ...where }, say) => {
    const way = {
      password: 'Ihrem Passwort',
      email: 'Codes per E-Mail',
      totp: 'Ihrer Authentifizierungs-App',
      backup_code: 'Ersatzcodes',
    }[method]
    return {
      subject: 'Ein Weg der Anmeldung ist abgeschaltet',
      preheader: 'Es gab hundert falsche Versuche hintereinander.',
      blocks: [
        `Es gab hundert falsche Versuche hintereinander. Deshalb ist die Anmeldung mit ${way} ` +
          'abgeschaltet, bis Sie Ihr Passwort zurücksetzen.',
        ...(method === 'password'
          ? ['In Browsern, in denen Sie schon angemeldet waren, bleibt sie möglich.']
          : []),
        'Um Ihr Passwort zurückzusetzen, wählen Sie bei der Anmeldung „Passwort vergessen“.',
        say.facts(where),
      ],
      notMe:
        'Wenn Sie das nicht waren, wollte jemand in Ihr Konto: Es ist ihm nicht gelungen, und ' +
        'mit einem neuen Passwort ist auch dieser Weg wieder offen.',
    }
  },
  fr: ({ method, ...where }, say) => {
    const way = {
      password: 'votre mot de passe',
      email: 'les codes envoyés par message',
      totp: 'votre application d’authentification',
      backup_code: 'les codes de secours',
    }[method]
    return {
      subject: 'Un moyen de connexion est désactivé',
      preheader: 'Il y a eu cent tentatives erronées de suite.',
      blocks: [
        `Il y a eu cent tentatives erronées de suite. La connexion avec ${way} est donc ` +
          'désactivée jusqu’à ce que vous réinitialisiez votre mot de passe.',
        ...(method === 'password'
          ? [
              'Elle reste possible dans les navigateurs que vous avez déjà utilisés pour vous ' +
                'connecter.',
            ]
          : []),
        'Pour réinitialiser votre mot de passe, choisissez « Mot de passe oublié » au moment ' +
          'de vous connecter.',
        say.facts(where),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un a essayé d’entrer dans votre compte : il n’y est ' +
        'pas parvenu, et un nouveau mot de passe rétablira ce moyen de connexion.',
    }
  },
})
