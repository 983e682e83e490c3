import { html, raw } from 'hono/html'
import { languages } from '../../src/platform/email/language.ts'
import { renderLetter } from '../../src/platform/email/layout.ts'
import { SIGNATURE } from '../../src/platform/email/letter.ts'
import { mails } from '../../src/mails.ts'
import { type Choice, labelOf, letterOf, names, pathOf } from './choice.ts'
import { languageName } from './language-name.ts'
import { pageShell } from './page-shell.ts'
import { samples } from './samples.ts'

/** One mail in one language: in a list, on a wide screen, on a phone, light and dark, as plain text. */
export async function mailPage(choice: Choice) {
  const { name, language } = choice
  const letter = letterOf(choice)
  const { text } = await renderLetter(letter)
  const { urgency, causedBy } = mails[name]
  return pageShell(
    name,
    html`<header class="bar">
        <a class="brand" href="/"><img src="/phantom.svg" alt="" width="28" height="28" />Mails</a>
        <nav aria-label="Mails">${neighbour(choice, -1)} ${neighbour(choice, 1)}</nav>
      </header>
      <main>
        <h1><code>${name}</code></h1>
        <p class="tags">
          <span class="tag ${urgency}">${urgency}</span>
          <span class="tag">${causedBy}</span>
        </p>
        <div class="choices">
          <nav aria-label="Languages" class="choice">
            ${languages.map((other) =>
              option({ ...choice, language: other }, languageName(other), other === language),
            )}
          </nav>
          ${sampleOptions(choice)}
        </div>
        <div class="inbox" lang="${language}">
          <strong>${SIGNATURE}</strong>
          <span><b>${letter.subject}</b> <span class="soft">${letter.preheader}</span></span>
        </div>
        <div class="frames">${frame(choice, 'light', 'wide')} ${frame(choice, 'dark', 'wide')}</div>
        <div class="frames phones">
          ${frame(choice, 'light', 'phone')} ${frame(choice, 'dark', 'phone')}
          <section class="plain">
            <h2>plain text</h2>
            <pre lang="${language}">${text}</pre>
          </section>
        </div>
      </main>
      <script>
        ${raw(FIT)}
      </script>`,
  )
}

const option = (choice: Choice, label: string, isCurrent: boolean) =>
  html`<a href="${pathOf(choice)}" ${isCurrent ? raw('aria-current="page"') : ''}>${label}</a>`

function sampleOptions(choice: Choice) {
  const all = [...samples[choice.name].keys()]
  if (all.length === 1) return ''
  return html`<nav aria-label="Samples" class="choice">
    ${all.map((sample) => option({ ...choice, sample }, labelOf({ ...choice, sample }), sample === choice.sample))}
  </nav>`
}

function neighbour({ name, language }: Choice, step: 1 | -1) {
  const other = names[names.indexOf(name) + step]
  if (!other) return ''
  const label = step === 1 ? `${other} →` : `← ${other}`
  return html`<a href="${pathOf({ name: other, language, sample: 0 })}">${label}</a>`
}

/** Without scripts; of the same origin, so that this page can read how high it is. */
const frame = (choice: Choice, scheme: 'light' | 'dark', width: 'wide' | 'phone') =>
  html`<figure class="${width}">
    <figcaption>${width === 'phone' ? '360 px, ' : ''}${scheme}</figcaption>
    <iframe
      title="${width}, ${scheme}"
      src="${pathOf(choice)}/${scheme}"
      sandbox="allow-same-origin"
    ></iframe>
  </figure>`

const FIT = `for (const frame of document.querySelectorAll('iframe')) {
  const fit = () => {
    const height = frame.contentDocument?.documentElement?.scrollHeight
    if (height) frame.style.height = height + 'px'
  }
  frame.addEventListener('load', fit)
  new ResizeObserver(() => { frame.style.height = 'auto'; fit() }).observe(frame.parentElement, { box: 'border-box' })
  fit()
}`
