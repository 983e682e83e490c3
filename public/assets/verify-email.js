import { $, asksForLink, busy, post, show, text, token, waitingAdvice } from './page.js'

async function confirmAddress(button) {
  const response = await busy(button, () => post('/api/auth/verify-email/', { token }))
  if (response?.status === 200) return show('done')
  if (response?.status === 400) return show('expired')
  text('failure', waitingAdvice(response))
  show('failed')
}

for (const button of document.querySelectorAll('[data-act="confirm"]')) {
  button.addEventListener('click', () => void confirmAddress(button))
}
asksForLink(
  $('[data-part="resend"]'),
  '/api/auth/verify-email/resend/',
  'If this address waits for confirmation, a new link is on its way. Look in the spam folder too.',
)
show(token ? 'ready' : 'missing', { focus: false })
