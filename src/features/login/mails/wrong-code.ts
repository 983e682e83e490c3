import * as z from 'zod'
import { methods } from '../../../identity/factors/methods'
import { again, where } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner at each third wrong code in a row: each came after the right password. */
export const wrongCode = mail({
  name: 'wrong_code',
  urgency: 'security',
  causedBy: 'owner',
  isDigested: true,
  data: z.object({ method: z.enum(methods), again, ...where }),
  en: ({ method, again, ...where }, say) => {
    const code = {
      email: 'the code from our mail',
      totp: 'the code of your authenticator app',
      backup_code: 'the backup code',
    }[method]
    return {
      subject: 'Right password, wrong code',
      preheader: 'Somebody entered your password, and then three wrong codes.',
      blocks: [
        `Somebody entered your right password, but ${code} was wrong three times in a row. ` +
          'The attempts failed.',
        'If you have mistyped the code yourself, all is well.',
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'If this was not you, somebody knows your password: change it at once, and wherever ' +
        'else you use it.',
    }
  },
  de: ({ method, again, ...where }, say) => {
    const code = {
      email: 'der Code aus unserer E-Mail',
      totp: 'der Code Ihrer Authentifizierungs-App',
      backup_code: 'der Ersatzcode',
    }[method]
    return {
      subject: 'Passwort richtig, Code falsch',
      preheader: 'Jemand hat Ihr Passwort und dann drei falsche Codes eingegeben.',
      blocks: [
        `Jemand hat Ihr richtiges Passwort eingegeben, doch ${code} war dreimal ` +
          'hintereinander falsch. Die Versuche sind gescheitert.',
        'Wenn Sie sich nur vertippt haben, ist alles in Ordnung.',
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Ändern Sie es sofort, auch ' +
        'überall dort, wo Sie es sonst noch verwenden.',
    }
  },
  fr: ({ method, again, ...where }, say) => {
    const code = {
      email: 'le code de notre message',
      totp: 'le code de votre application d’authentification',
      backup_code: 'le code de secours',
    }[method]
    return {
      subject: 'Mot de passe correct, code erroné',
      preheader: 'Quelqu’un a saisi votre mot de passe, puis trois codes erronés.',
      blocks: [
        `Quelqu’un a saisi votre mot de passe, mais ${code} était erroné trois fois de suite. ` +
          'Ces tentatives ont échoué.',
        'Si vous avez simplement fait une faute de frappe, tout va bien.',
        ...say.again(again),
        say.facts(where),
      ],
      notMe:
        'Si ce n’était pas vous, quelqu’un connaît votre mot de passe : changez-le sans ' +
        'attendre, ainsi que partout où vous l’utilisez.',
    }
  },
})
