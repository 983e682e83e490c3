import { $, busy, note, post, show, text, token, waitingAdvice } from './page.js'
import { passwordField } from './password-field.js'

const form = $('[data-part="password"]')
const username = form.elements.namedItem('username')
const password = form.elements.namedItem('password')
const submit = $('[data-act="accept"]')
const advise = passwordField(password)

const ACCOUNTS = {
  customer: 'the account',
  merchant: 'the merchant account',
  admin: 'the admin account',
}

async function check(button) {
  show('checking', { focus: false })
  const response = await busy(button, () => post('/api/users/accept-invitation/check/', { token }))
  if (response?.status === 400) return show('expired')
  if (response?.status !== 200) {
    text('failure', waitingAdvice(response))
    return show('failed')
  }
  const { email, role } = await response.json()
  username.value = email
  text('role', ACCOUNTS[role])
  $('[data-part="admin"]').hidden = role !== 'admin'
  advise()
  show('ready')
}

function refuse(words) {
  note(password, 'password', words, true)
  password.focus()
}

async function accept() {
  text('problem', '')
  if (password.value === '') return refuse('Choose a password.')
  const response = await busy(submit, () =>
    post('/api/users/accept-invitation/', { token, password: password.value }),
  )
  if (response?.status === 200) {
    form.reset()
    return show('done')
  }
  const { code, errors = [] } = (await response?.json().catch(() => undefined)) ?? {}
  if (code === 'invalid_token') return show('expired')
  if (code === 'password_rejected' || code === 'invalid_request') {
    return refuse(errors.map(({ detail }) => `It ${detail}.`).join(' '))
  }
  text('problem', waitingAdvice(response))
  text('status', waitingAdvice(response))
  submit.focus()
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  void accept()
})
$('[data-act="check"]').addEventListener('click', (event) => void check(event.currentTarget))
if (token) void check($('[data-act="check"]'))
else show('missing', { focus: false })
