/** What kind of account somebody has, as a mail says it. */
export const roleNames = {
  en: { customer: 'a customer account', merchant: 'a merchant account', admin: 'an admin account' },
  de: { customer: 'ein Kundenkonto', merchant: 'ein Händlerkonto', admin: 'ein Admin-Konto' },
  fr: {
    customer: 'un compte client',
    merchant: 'un compte marchand',
    admin: 'un compte d’administration',
  },
} as const
