import './link-page.js'
import { $, asksForLink } from './page.js'

asksForLink(
  $('[data-part="resend"]'),
  '/api/auth/verify-email/resend/',
  'If this address waits for confirmation, a new link is on its way. Look in the spam folder too.',
)
