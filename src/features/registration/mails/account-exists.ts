import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/**
 * To the owner of an account whose address was given to sign up again, or to have the sign-up
 * confirmed: whoever asked learns nothing.
 */
export const accountExists = mail({
  name: 'account_exists',
  urgency: 'notice',
  causedBy: 'stranger',
  kind: 'sign_up',
  data: z.object(occasion),
  en: (where, say) => ({
    subject: 'You already have an account',
    preheader: 'Nothing was changed, and no second account was made.',
    blocks: [
      'Somebody, perhaps you, has tried to open a Phantom account with this address, or to ' +
        'confirm it. It has an account already, which is confirmed: nothing was changed, and no ' +
        'second account was made.',
      'If you had forgotten about it, sign in as usual, or reset your password if you no ' +
        'longer know it.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, you need do nothing: whoever it was has not learned that you have ' +
      'an account.',
  }),
  de: (where, say) => ({
    subject: 'Sie haben bereits ein Konto',
    preheader: 'Nichts wurde geändert, und es wurde kein zweites Konto angelegt.',
    blocks: [
      'Jemand, vielleicht Sie selbst, wollte mit dieser Adresse ein Phantom-Konto eröffnen ' +
        'oder sie bestätigen. Es gibt schon ein Konto, und es ist bestätigt: Nichts wurde ' +
        'geändert, und es wurde kein zweites angelegt.',
      'Falls Sie nicht mehr daran gedacht haben, melden Sie sich wie gewohnt an. Wenn Sie Ihr ' +
        'Passwort nicht mehr wissen, setzen Sie es zurück.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Wer immer es war, hat nicht ' +
      'erfahren, dass Sie ein Konto haben.',
  }),
  fr: (where, say) => ({
    subject: 'Vous avez déjà un compte',
    preheader: 'Rien n’a été modifié et aucun autre compte n’a été créé.',
    blocks: [
      'Quelqu’un, peut-être vous-même, a voulu ouvrir un compte Phantom avec cette adresse ou ' +
        'la confirmer. Un compte existe déjà et il est confirmé : rien n’a été modifié et aucun ' +
        'autre compte n’a été créé.',
      'Si vous l’aviez oublié, connectez-vous comme d’habitude. Si vous ne connaissez plus ' +
        'votre mot de passe, réinitialisez-le.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : cette personne n’a pas appris que ' +
      'vous avez un compte.',
  }),
})
