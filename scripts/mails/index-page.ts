import { html } from 'hono/html'
import { type Language, languages } from '../../src/platform/email/language.ts'
import type { TemplateName } from '../../src/platform/email/register.ts'
import { mails } from '../../src/mails.ts'
import { letterOf, names, pathOf } from './choice.ts'
import { languageName } from './language-name.ts'
import { pageShell } from './page-shell.ts'

/** Every mail with its subject in every language. */
export const indexPage = () =>
  pageShell(
    'All',
    html`<header class="bar">
        <a class="brand" href="/"><img src="/phantom.svg" alt="" width="28" height="28" />Mails</a>
      </header>
      <main>
        <h1>${names.length} mails in ${languages.length} languages</h1>
        <p class="soft">
          Codes go out first, then what tells owners about their accounts, then notices. What
          strangers can cause goes to one address once a minute and five times an hour for each who
          asks, and thirty times a day at most.
        </p>
        <table class="mails">
          <thead>
            <tr>
              <th scope="col">Mail</th>
              ${languages.map((language) => html`<th scope="col">${languageName(language)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${names.map(mailRow)}
          </tbody>
        </table>
      </main>`,
  )

function mailRow(name: TemplateName) {
  const { urgency, causedBy } = mails[name]
  return html`<tr>
    <th scope="row">
      <code>${name}</code>
      <span class="tags">
        <span class="tag ${urgency}">${urgency}</span>
        <span class="tag">${causedBy}</span>
      </span>
    </th>
    ${languages.map((language) => subjectCell(name, language))}
  </tr>`
}

function subjectCell(name: TemplateName, language: Language) {
  const choice = { name, language, sample: 0 }
  return html`<td lang="${language}">
    <a href="${pathOf(choice)}">${letterOf(choice).subject}</a>
  </td>`
}
