import { $, busy, post, show, text, token, waitingAdvice } from './page.js'

const { path } = $('main').dataset

async function act(button) {
  const response = await busy(button, () => post(path, { token }))
  if (response?.status === 200) return show(await viewOf(response))
  if (response?.status === 400) return show('expired')
  text('failure', waitingAdvice(response))
  show('failed')
}

/** A page may have a view of its own for one of the good answers, and marks it so: a status, or what else is true. */
async function viewOf(response) {
  const answer = await response.json().catch(() => ({}))
  const isTrue = (name) => name === answer.status || answer[name] === true
  const views = [...document.querySelectorAll('[data-answer]')].map(({ dataset }) => dataset.answer)
  return views.find(isTrue) ?? 'done'
}

for (const button of document.querySelectorAll('[data-act="confirm"]')) {
  button.addEventListener('click', () => void act(button))
}
show(token ? 'ready' : 'missing', { focus: false })
