import { $, text } from './page.js'

/** Gives a field for a new password its advice and its button; the advice once more, when asked. */
export function passwordField(password) {
  const reveal = $('[data-act="reveal"]')
  const minLength = password.minLength

  /** How many characters are missing, counted as the service does. It may still say more than this. */
  function advise() {
    const missing = minLength - Array.from(password.value.normalize('NFC')).length
    const advice =
      password.value === ''
        ? `At least ${minLength} characters. Four or five words that have nothing to do with each other are easy to remember.`
        : missing > 0
          ? `${missing} more character${missing === 1 ? '' : 's'}.`
          : 'Long enough.'
    password.setAttribute('aria-invalid', 'false')
    text('password', advice)
  }

  password.addEventListener('input', advise)
  reveal.addEventListener('click', () => {
    const isShown = password.type === 'password'
    password.type = isShown ? 'text' : 'password'
    reveal.textContent = isShown ? 'Hide' : 'Show'
    reveal.setAttribute('aria-label', `${reveal.textContent} password`)
  })
  return advise
}
