import * as z from 'zod'
import { mail } from '../../../platform/email/template'

/** The last mail about an account. Nothing is known any more of when, where and with what. */
export const accountErased = mail({
  name: 'account_erased',
  urgency: 'security',
  causedBy: 'owner',
  data: z.strictObject({}),
  en: () => ({
    subject: 'Your account has been erased',
    preheader: 'This is our last mail about it.',
    blocks: [
      'Your Phantom account has been erased, with everything personal in it. It cannot be ' +
        'brought back.',
      'This is our last mail about it. You can open a new account with this address at any time.',
    ],
    notMe:
      'If this was not you, somebody knew your password or could read your mailbox: change ' +
      'the passwords of both wherever you still use them.',
  }),
  de: () => ({
    subject: 'Ihr Konto wurde gelöscht',
    preheader: 'Dies ist unsere letzte Nachricht dazu.',
    blocks: [
      'Ihr Phantom-Konto wurde mit allen persönlichen Daten gelöscht. Es lässt sich nicht ' +
        'wiederherstellen.',
      'Dies ist unsere letzte Nachricht dazu. Sie können mit dieser Adresse jederzeit ein ' +
        'neues Konto eröffnen.',
    ],
    notMe:
      'Wenn Sie das nicht waren, kannte jemand Ihr Passwort oder konnte Ihr Postfach lesen: ' +
      'Ändern Sie beide Passwörter überall dort, wo Sie sie noch verwenden.',
  }),
  fr: () => ({
    subject: 'Votre compte a été supprimé',
    preheader: 'Ceci est notre dernier message à son sujet.',
    blocks: [
      'Votre compte Phantom a été supprimé avec toutes vos données personnelles, sans retour ' +
        'possible.',
      'Ceci est notre dernier message à son sujet. Vous pouvez ouvrir un nouveau compte avec ' +
        'cette adresse à tout moment.',
    ],
    notMe:
      'Si ce n’était pas vous, quelqu’un connaissait votre mot de passe ou pouvait lire vos ' +
      'messages : changez ce mot de passe et celui de votre messagerie partout où vous les ' +
      'utilisez encore.',
  }),
})
