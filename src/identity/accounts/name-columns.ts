import { merchantProfiles } from '../../platform/db/merchant-schema'
import { users } from '../../platform/db/schema'

/**
 * What an owner is called, which their password must not be made of: columns of a query on both
 * tables.
 */
export const nameColumns = {
  username: users.username,
  displayName: users.displayName,
  legalName: merchantProfiles.legalName,
  tradingName: merchantProfiles.tradingName,
  contactName: merchantProfiles.contactName,
  website: merchantProfiles.website,
}
