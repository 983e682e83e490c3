import { describe, test } from 'vitest'
import { emailAddress, emailKey } from '../../../src/platform/text/email-key'
import { addressLimits, refusedAddresses, sameAddresses } from '../../vectors/addresses'

// The same corpus as under tests/pure, on the runtime that serves: IDNA is the platform's.

const accepts = (address: string) => emailAddress.safeParse(address).success

describe('on workerd', () => {
  test.for(sameAddresses)('%s is %s', ([given, key], { expect }) => {
    expect(accepts(given)).toBe(true)
    expect(emailKey(given)).toBe(key)
  })

  test.for(refusedAddresses)('%s is no address', ([, address], { expect }) => {
    expect(accepts(address)).toBe(false)
  })

  test.for(addressLimits)('more than %s is too much', ([, longest, tooLong], { expect }) => {
    expect(accepts(longest)).toBe(true)
    expect(accepts(tooLong)).toBe(false)
  })
})
