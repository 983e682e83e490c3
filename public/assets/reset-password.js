import { $, asksForLink, busy, note, post, show, text, token, waitingAdvice } from './page.js'
import { passwordField } from './password-field.js'

const form = $('[data-part="password"]')
const { username, password, code } = Object.fromEntries(
  ['username', 'password', 'code'].map((name) => [name, form.elements.namedItem(name)]),
)
const adviseLength = passwordField(password)
const submit = $('[data-act="set"]')
const switcher = $('[data-act="switch"]')

const FACTORS = {
  totp: {
    label: 'Code of your authenticator app',
    hint: 'Six digits, from the app on your phone.',
    inputMode: 'numeric',
    autocomplete: 'one-time-code',
    // Room for the space that apps show in the middle.
    maxLength: 10,
    other: 'Use a backup code instead',
  },
  backup_code: {
    label: 'Backup code',
    hint: 'One of the codes that you wrote down: 24 letters and digits. It works once.',
    inputMode: 'text',
    autocomplete: 'off',
    maxLength: 60,
    other: 'Use the authenticator app instead',
  },
}
/** Which second factor is asked for; `null` where none is. */
let method = null

async function check(button) {
  show('checking', { focus: false })
  const response = await busy(button, () => post('/api/auth/reset-password/check/', { token }))
  if (response?.status === 400) return show('expired')
  if (response?.status !== 200) {
    text('failure', waitingAdvice(response))
    return show('failed')
  }
  const { email, second_factor_required: isFactorRequired, methods } = await response.json()
  username.value = email
  adviseLength()
  if (isFactorRequired) askFor('totp', methods.includes('backup_code'))
  show('ready')
}

function askFor(name, isBackupAccepted = true) {
  method = name
  const { label, hint, inputMode, autocomplete, maxLength, other } = FACTORS[name]
  $('[data-part="factor"]').hidden = false
  Object.assign(code, { value: '', inputMode, autocomplete, maxLength })
  text('code-label', label)
  note(code, 'code', hint, false)
  text('status', '')
  switcher.textContent = other
  switcher.hidden = !isBackupAccepted
}

/** Says at a field what is wrong with it, and goes there. */
function refuse(input, name, words) {
  note(input, name, words, true)
  input.focus()
}

async function setPassword() {
  text('problem', '')
  if (password.value === '') return refuse(password, 'password', 'Choose a password.')
  if (method && code.value.trim() === '') return refuse(code, 'code', FACTORS[method].hint)
  const response = await busy(submit, () =>
    post(
      '/api/auth/reset-password/confirm/',
      {
        token,
        password: password.value,
        ...(method && { second_factor: { method, code: typedCode() } }),
      },
      // The answer makes this browser a known one.
      'same-origin',
    ),
  )
  if (response?.status === 204) {
    form.reset()
    return show('done')
  }
  const problem = (await response?.json().catch(() => undefined)) ?? {}
  explain(response, problem)
}

const typedCode = () => (method === 'totp' ? code.value.replace(/\s/g, '') : code.value.trim())

function explain(response, { code: reason, errors = [] }) {
  switch (reason) {
    case 'invalid_token':
      return show('expired')
    case 'password_rejected':
      return refuse(password, 'password', errors.map(({ detail }) => `It ${detail}.`).join(' '))
    case 'second_factor_required':
      askFor('totp')
      return refuse(code, 'code', FACTORS.totp.hint)
    case 'invalid_code':
      return refuse(
        code,
        'code',
        method === 'totp'
          ? 'This code is not right, or was used before. Wait for the next one.'
          : 'This code is not right, or was used before.',
      )
    case 'authenticator_stopped':
      return refuse(
        code,
        'code',
        method === 'totp'
          ? 'Switched off after too many wrong codes. Use a backup code instead.'
          : 'Switched off after too many wrong codes. Use the authenticator app instead.',
      )
    case 'invalid_request':
      return errors[0]?.pointer === '#/password'
        ? refuse(password, 'password', `It ${errors[0].detail}.`)
        : refuse(code, 'code', `It ${errors[0]?.detail ?? 'is not valid'}.`)
    default:
      text('problem', waitingAdvice(response))
      text('status', waitingAdvice(response))
      submit.focus()
  }
}

code.addEventListener('input', () => code.setAttribute('aria-invalid', 'false'))
switcher.addEventListener('click', () => {
  askFor(method === 'totp' ? 'backup_code' : 'totp')
  code.focus()
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void setPassword()
})
$('[data-act="check"]').addEventListener('click', (event) => void check(event.currentTarget))
asksForLink(
  $('[data-part="request"]'),
  '/api/auth/reset-password/',
  'If there is an account under this address, a link is on its way. Look in the spam folder too.',
)
if (token) void check($('[data-act="check"]'))
else show('request', { focus: false })
