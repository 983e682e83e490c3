import * as z from 'zod'
import { deviceName } from '../device-name'
import { template } from '../letter'
import { occasion, occasionRows } from '../occasion'

/** To the owner after a login from a browser that the account has not seen. */
export const newDevice = template(
  {
    urgency: 'security',
    isOpenToStrangers: false,
    data: z.object({ device: z.string().nullable(), ...occasion }),
  },
  ({ device, ...where }) => ({
    subject: 'New sign-in to your account',
    preheader: 'A browser that we have not seen before has signed in.',
    heading: 'New sign-in to your account',
    blocks: [
      {
        kind: 'text',
        text: 'A browser that we have not seen before has signed in to your account.',
      },
      { kind: 'facts', rows: [['Device', deviceName(device)], ...occasionRows(where)] },
    ],
    notMe:
      'If this was not you, somebody has your password and perhaps your mailbox: change both passwords now and end all other sessions.',
  }),
)
