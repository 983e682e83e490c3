import * as z from 'zod'
import { byAdmin } from '../../../platform/email/mail-fields'
import { plainName } from '../../../platform/email/plain-name'
import { mail } from '../../../platform/email/template'

/**
 * To a merchant when an admin has decided on the application, or suspended or
 * reinstated the business.
 */
export const merchantDecided = mail({
  name: 'merchant_decided',
  urgency: 'security',
  causedBy: 'service',
  data: z.object({
    decision: z.enum(['approve', 'reject', 'request-changes', 'suspend', 'reinstate']),
    ...byAdmin,
  }),
  en: ({ decision, reason, time }, say) => ({
    ...words.en[decision],
    blocks: [words.en[decision].text, say.facts({ time }, [['Reason', whole(reason)]])],
    notMe: 'If you did not expect this, write to our support from this address.',
  }),
  de: ({ decision, reason, time }, say) => ({
    ...words.de[decision],
    blocks: [words.de[decision].text, say.facts({ time }, [['Grund', whole(reason)]])],
    notMe:
      'Wenn Sie das nicht erwartet haben, schreiben Sie von dieser Adresse aus an unseren Support.',
  }),
  fr: ({ decision, reason, time }, say) => ({
    ...words.fr[decision],
    blocks: [words.fr[decision].text, say.facts({ time }, [['Motif', whole(reason)]])],
    notMe: 'Si vous ne vous y attendiez pas, écrivez à notre assistance depuis cette adresse.',
  }),
})

/** What is to be changed has to be read to its end. */
const whole = (reason: string) => plainName(reason, 1000)

const words = {
  en: {
    approve: {
      subject: 'Your application was approved',
      preheader: 'Welcome as a merchant at Phantom.',
      text:
        'Our team has approved your application. You are a merchant at Phantom now, and can ' +
        'make API keys.',
    },
    reject: {
      subject: 'Your application was rejected',
      preheader: 'The reason is in this mail.',
      text: 'Our team has looked at your application and cannot approve it. The decision is final.',
    },
    'request-changes': {
      subject: 'Your application needs changes',
      preheader: 'What is missing is in this mail.',
      text:
        'Our team has looked at your application and needs something else from you. Change the ' +
        'profile or its documents, and submit the application again.',
    },
    suspend: {
      subject: 'Your business is suspended',
      preheader: 'Your API keys do not work for now.',
      text:
        'Our team has suspended your business at Phantom. Your API keys do not work until it is ' +
        'reinstated; you can still sign in.',
    },
    reinstate: {
      subject: 'Your business is reinstated',
      preheader: 'Your API keys work again.',
      text: 'Our team has reinstated your business at Phantom. Your API keys work again.',
    },
  },
  de: {
    approve: {
      subject: 'Ihr Antrag wurde angenommen',
      preheader: 'Willkommen als Händler bei Phantom.',
      text:
        'Unser Team hat Ihren Antrag angenommen. Sie sind jetzt Händler bei Phantom und können ' +
        'API-Schlüssel anlegen.',
    },
    reject: {
      subject: 'Ihr Antrag wurde abgelehnt',
      preheader: 'Den Grund nennt diese Nachricht.',
      text:
        'Unser Team hat Ihren Antrag geprüft und kann ihn nicht annehmen. Die Entscheidung ist ' +
        'endgültig.',
    },
    'request-changes': {
      subject: 'Ihr Antrag braucht Änderungen',
      preheader: 'Was fehlt, steht in dieser Nachricht.',
      text:
        'Unser Team hat Ihren Antrag geprüft und braucht noch etwas von Ihnen. Ändern Sie das ' +
        'Profil oder die Unterlagen und reichen Sie den Antrag erneut ein.',
    },
    suspend: {
      subject: 'Ihr Unternehmen ist gesperrt',
      preheader: 'Ihre API-Schlüssel gelten vorerst nicht.',
      text:
        'Unser Team hat Ihr Unternehmen bei Phantom gesperrt. Ihre API-Schlüssel gelten erst ' +
        'wieder, wenn die Sperre aufgehoben ist; anmelden können Sie sich weiterhin.',
    },
    reinstate: {
      subject: 'Ihr Unternehmen ist wieder freigegeben',
      preheader: 'Ihre API-Schlüssel gelten wieder.',
      text:
        'Unser Team hat Ihr Unternehmen bei Phantom wieder freigegeben. Ihre API-Schlüssel ' +
        'gelten wieder.',
    },
  },
  fr: {
    approve: {
      subject: 'Votre demande a été acceptée',
      preheader: 'Bienvenue parmi les marchands de Phantom.',
      text:
        'Notre équipe a accepté votre demande. Vous êtes désormais marchand chez Phantom et ' +
        'pouvez créer des clés d’API.',
    },
    reject: {
      subject: 'Votre demande a été refusée',
      preheader: 'Ce message en donne le motif.',
      text:
        'Notre équipe a examiné votre demande et ne peut pas l’accepter. Cette décision est ' +
        'définitive.',
    },
    'request-changes': {
      subject: 'Votre demande doit être modifiée',
      preheader: 'Ce message dit ce qui manque.',
      text:
        'Notre équipe a examiné votre demande et attend autre chose de votre part. Modifiez le ' +
        'profil ou les documents, puis envoyez de nouveau la demande.',
    },
    suspend: {
      subject: 'Votre entreprise est suspendue',
      preheader: 'Vos clés d’API ne fonctionnent plus pour le moment.',
      text:
        'Notre équipe a suspendu votre entreprise chez Phantom. Vos clés d’API ne ' +
        'fonctionneront plus jusqu’à la levée de la suspension ; vous pouvez toujours vous ' +
        'connecter.',
    },
    reinstate: {
      subject: 'Votre entreprise est rétablie',
      preheader: 'Vos clés d’API fonctionnent à nouveau.',
      text:
        'Notre équipe a rétabli votre entreprise chez Phantom. Vos clés d’API fonctionnent à ' +
        'nouveau.',
    },
  },
} as const
