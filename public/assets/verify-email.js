// First of all the token leaves the address bar, and with it the history, bookmarks and screenshots.
const token = new URLSearchParams(location.hash.slice(1)).get('token')
history.replaceState(null, '', location.pathname)

const $ = (selector) => document.querySelector(selector)
const text = (name, value) => {
  $(`[data-text="${name}"]`).textContent = value
}

/** Shows one view; its heading gets the focus, so that a screen reader goes on there. */
function show(name, { focus = true } = {}) {
  for (const view of document.querySelectorAll('[data-view]')) {
    view.hidden = view.dataset.view !== name
  }
  $('[data-part="resend"]').hidden = name !== 'expired' && name !== 'missing'
  if (focus) $(`[data-view="${name}"] h1`).focus()
}

const post = (path, json) =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(json),
    credentials: 'omit',
    signal: AbortSignal.timeout(20_000),
  })

/** What to say when the service cannot be asked now. */
async function waitingAdvice(response) {
  if (response?.status !== 429) {
    return response
      ? 'The service has a problem. Try again in a minute.'
      : 'The service could not be reached. Check your connection.'
  }
  const seconds = Number(response.headers.get('Retry-After')) || 60
  const minutes = Math.ceil(seconds / 60)
  return `Too many tries from your network. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`
}

/** Runs one request at a time and says so. `undefined`: no answer came. */
async function busy(button, request) {
  button.disabled = true
  text('status', 'One moment …')
  try {
    return await request()
  } catch {
    return undefined
  } finally {
    button.disabled = false
    text('status', '')
  }
}

async function confirmAddress(button) {
  const response = await busy(button, () => post('/api/auth/verify-email/', { token }))
  if (response?.status === 200) return show('done')
  if (response?.status === 400) return show('expired')
  text('failure', await waitingAdvice(response))
  show('failed')
}

async function resend(form) {
  const input = form.elements.namedItem('email')
  const email = input.value.trim()
  const response = await busy(form.querySelector('button'), () =>
    post('/api/auth/verify-email/resend/', { email }),
  )
  const isRefused = response?.status === 400
  input.setAttribute('aria-invalid', String(isRefused))
  if (response?.status === 202) {
    // The same words for every address: who has an account here is nobody's business.
    const sent =
      'If this address waits for confirmation, a new link is on its way. Look in the spam folder too.'
    text('resend', sent)
    text('status', sent)
  } else {
    const advice = isRefused
      ? 'This is not an e-mail address we can use.'
      : await waitingAdvice(response)
    text('resend', advice)
    text('status', advice)
    input.focus()
  }
}

for (const button of document.querySelectorAll('[data-act="confirm"]')) {
  button.addEventListener('click', () => void confirmAddress(button))
}
$('[data-part="resend"]').addEventListener('submit', (event) => {
  event.preventDefault()
  void resend(event.currentTarget)
})
show(token ? 'ready' : 'missing', { focus: false })
