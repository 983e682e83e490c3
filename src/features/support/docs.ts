import { paragraph } from '../../platform/http/facets'

export const supportDocs = {
  unlock: paragraph(
    'Locks, counts of failures, and factors that were stopped by them. Uses a step-up up, and the',
    'owner is told.',
  ),
  resetPassword: paragraph(
    'The same link as the owner can ask for, with the same limits. No admin sees it, and none can',
    'set a password.',
  ),
  endSessions: paragraph(
    'For an incident. Every login and step-up that has been begun ends too. Holds from the next',
    'request on, however many there are. Uses a step-up up.',
  ),
  list: 'Uses one step-up up for all. A refusal for one account stops no other.',
}
