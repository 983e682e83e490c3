// What the pages share that a mailed link leads to. First of all the token leaves the address bar, and
// with it the history, bookmarks and screenshots.
export const token = new URLSearchParams(location.hash.slice(1)).get('token')
history.replaceState(null, '', location.pathname)
// Another link pasted over this page changes nothing but the fragment.
addEventListener('hashchange', () => location.reload())

export const $ = (selector) => document.querySelector(selector)

/** Writes into the place of that name. As text: what a link or an answer holds never becomes markup. */
export const text = (name, value) => {
  $(`[data-text="${name}"]`).textContent = value
}

/** Shows one view and what belongs to it; its heading gets the focus, so that a screen reader goes on there. */
export function show(name, { focus = true } = {}) {
  for (const view of document.querySelectorAll('[data-view]')) {
    view.hidden = !view.dataset.view.split(' ').includes(name)
  }
  if (focus) $(`[data-view~="${name}"] h1`).focus()
}

/** Without cookies, unless an answer sets one: a link stands for itself, whoever is signed in here. */
export const post = (path, json, credentials = 'omit') =>
  fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(json),
    credentials,
    signal: AbortSignal.timeout(20_000),
  })

/** What to say when the service cannot be asked now. */
export function waitingAdvice(response) {
  if (response?.status !== 429) {
    return response
      ? 'The service has a problem. Try again in a minute.'
      : 'The service could not be reached. Check your connection.'
  }
  const seconds = Number(response.headers.get('Retry-After')) || 60
  const minutes = Math.ceil(seconds / 60)
  return `Too many tries. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`
}

/** Runs one request at a time and says so. `undefined`: no answer came. */
export async function busy(button, request) {
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

/** Marks a field as wrong or right, and says why in its note, which is also read out. */
export function note(input, name, words, isWrong) {
  input.setAttribute('aria-invalid', String(isWrong))
  text(name, words)
  text('status', words)
}

/**
 * Lets the form that asks for a link post its address. `sent` is said to everyone: who has an account
 * here is nobody's business.
 */
export function asksForLink(form, path, sent) {
  const input = form.elements.namedItem('email')
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const email = input.value.trim()
    const response = await busy(form.querySelector('button'), () => post(path, { email }))
    const isRefused = response?.status === 400
    if (response?.status === 202) return note(input, form.dataset.part, sent, false)
    const advice = isRefused ? 'This is not an e-mail address we can use.' : waitingAdvice(response)
    note(input, form.dataset.part, advice, isRefused)
    input.focus()
  })
}
