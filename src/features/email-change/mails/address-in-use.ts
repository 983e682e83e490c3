import * as z from 'zod'
import { occasion } from '../../../platform/email/mail-fields'
import { mail } from '../../../platform/email/template'

/** To the owner of an address that another account wanted to have: that other learns nothing. */
export const addressInUse = mail({
  name: 'address_in_use',
  urgency: 'notice',
  causedBy: 'stranger',
  data: z.object({ isUsable: z.boolean().default(true), ...occasion }),
  en: ({ isUsable, ...where }, say) => ({
    subject: 'Somebody wanted to use your e-mail address',
    preheader: 'Nothing was changed.',
    blocks: [
      'Somebody, perhaps you, wanted to use this address for another Phantom account. It ' +
        'belongs to yours already: nothing was changed.',
      isUsable
        ? 'An address can belong to one account only. To use it for the other one, give yours ' +
          'another address first.'
        : 'An address can belong to one account only. Yours cannot be used at present: ask for ' +
          'a new password where you sign in, and our next mail says what you can do.',
      say.facts(where),
    ],
    notMe:
      'If this was not you, you need do nothing: whoever it was has not learned that you have ' +
      'an account.',
  }),
  de: ({ isUsable, ...where }, say) => ({
    subject: 'Jemand wollte Ihre E-Mail-Adresse verwenden',
    preheader: 'Es wurde nichts geändert.',
    blocks: [
      'Jemand, vielleicht Sie selbst, wollte diese Adresse für ein anderes Phantom-Konto ' +
        'verwenden. Sie gehört bereits zu Ihrem Konto: Es wurde nichts geändert.',
      isUsable
        ? 'Eine Adresse kann nur zu einem Konto gehören. Um sie für das andere zu verwenden, ' +
          'geben Sie Ihrem Konto zuerst eine andere.'
        : 'Eine Adresse kann nur zu einem Konto gehören. Ihres lässt sich zurzeit nicht nutzen: ' +
          'Fordern Sie bei der Anmeldung ein neues Passwort an, dann erfahren Sie in unserer ' +
          'nächsten E-Mail, was Sie tun können.',
      say.facts(where),
    ],
    notMe:
      'Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Wer immer es war, hat nicht ' +
      'erfahren, dass Sie ein Konto haben.',
  }),
  fr: ({ isUsable, ...where }, say) => ({
    subject: 'Quelqu’un a voulu utiliser votre adresse électronique',
    preheader: 'Rien n’a été modifié.',
    blocks: [
      'Quelqu’un, peut-être vous-même, a voulu utiliser cette adresse pour un autre compte ' +
        'Phantom. Elle appartient déjà au vôtre : rien n’a été modifié.',
      isUsable
        ? 'Une adresse ne peut appartenir qu’à un seul compte. Pour l’utiliser avec l’autre, ' +
          'donnez d’abord une autre adresse à votre compte.'
        : 'Une adresse ne peut appartenir qu’à un seul compte. Le vôtre n’est pas utilisable ' +
          'pour le moment : demandez un nouveau mot de passe à la page de connexion, et notre ' +
          'prochain message vous dira que faire.',
      say.facts(where),
    ],
    notMe:
      'Si ce n’était pas vous, vous n’avez rien à faire : cette personne n’a pas appris que ' +
      'vous avez un compte.',
  }),
})
