import { html } from 'hono/html'
import type { Page } from '../../platform/http/page'
import { linkCard } from './link-card'

type Html = Page['content']

/** What a page for a mailed link says and does. */
type Words = Readonly<{
  title: string
  description: string
  /** Where the button posts the token. */
  path: `/api/${string}/`
  /** What the button will do, and what it is called. */
  ready: Html
  button: string
  /** Whom the button is not for. */
  otherwise: string
  done: Readonly<{ title: string; text: Html }>
  /** What may be behind a link that is refused, and what to do then. */
  expired: Html
  /** What to do where the token is missing; by default, to open the link again. */
  missing?: string
  /**
   * Views and forms that other pages do not have; one with `data-answer` is for that `status`, or
   * for what is `true` in the answer.
   */
  more?: Html
  script?: string
}>

/**
 * Where a mailed link leads. The token is in the fragment, which no server sees; the script takes
 * it from the address bar and posts it.
 *
 * It posts when the button is pressed, not by itself: mail filters open links in whole browsers and
 * run their scripts. A link that acted by itself would be spent before its owner saw it, and,
 * worse, a stranger who had it sent to somebody else would get what it is for from that person's
 * filter.
 */
export const linkPage = (page: Words): Page => ({
  title: page.title,
  description: page.description,
  stylesheets: ['base.css', 'account.css'],
  script: page.script ?? 'link-page.js',
  content: linkCard(
    html`<section data-view="ready" hidden>
        <h1 tabindex="-1">${page.title}</h1>
        ${page.ready}
        <p><button type="button" class="button" data-act="confirm">${page.button}</button></p>
        <p class="soft">${page.otherwise}</p>
      </section>

      <section data-view="done" hidden>
        <h1 tabindex="-1">${page.done.title}</h1>
        ${page.done.text}
      </section>

      <section data-view="expired" hidden>
        <h1 tabindex="-1">This link does not work any more</h1>
        ${page.expired}
      </section>

      <section data-view="missing" hidden>
        <h1 tabindex="-1">Open the link from your mail again</h1>
        <p>
          The address of this page lacks the secret that the link carries; it is gone after a
          reload. ${page.missing ?? 'Open the link once more.'}
        </p>
      </section>

      <section data-view="failed" hidden>
        <h1 tabindex="-1">That did not work</h1>
        <p data-text="failure"></p>
        <p><button type="button" class="button" data-act="confirm">Try again</button></p>
      </section>

      ${page.more ?? ''}`,
    page.path,
  ),
})
