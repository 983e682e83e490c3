import { html } from 'hono/html'
import { conventions } from '../http/api-texts'
import type { OpenApi, Operation } from '../http/openapi'
import type { Page } from '../platform/http/page'
import { operationArticle } from './docs-operation'
import { prose } from './prose'

type Entry = Readonly<{ path: string; method: string; operation: Operation }>

/** The documentation for client developers, all of it made from the OpenAPI document. */
export function docsPage(api: OpenApi): Page {
  const entries = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ path, method, operation })),
  )
  const groups = api.tags.map((tag) => ({
    ...tag,
    entries: entries.filter(({ operation }) => operation.tags.includes(tag.name)),
  }))
  const [{ url: baseUrl }] = api.servers
  return {
    title: `${api.info.title} API`,
    description: api.info.summary,
    stylesheets: ['base.css', 'docs.css'],
    content: html`<a class="skip" href="#main">Skip to the content</a>
      <header class="bar">
        <a class="brand" href="/"
          ><img src="/assets/phantom.svg" alt="" width="24" height="24" />${api.info.title}</a
        >
        <span class="version">API ${api.info.version}</span>
        <a class="raw" href="/api/openapi.json">OpenAPI</a>
      </header>
      <div class="columns">
        <nav class="side" aria-label="Contents">
          <ul>
            <li><a href="#start">Conventions</a></li>
            ${groups.map(
              (group) =>
                html`<li>
                  <a href="#${slug(group.name)}">${group.name}</a>
                  <ul>
                    ${group.entries.map(sideEntry)}
                  </ul>
                </li>`,
            )}
          </ul>
        </nav>
        <main id="main">
          <section id="start" class="intro">
            <h1>${api.info.title} API</h1>
            <p class="lead">${api.info.summary}.</p>
            <p>Base address <code>${baseUrl}</code></p>
            <dl>
              ${conventions.map(
                ({ title, text }) =>
                  html`<div>
                    <dt>${title}</dt>
                    <dd>${prose(text)}</dd>
                  </div>`,
              )}
            </dl>
          </section>
          ${groups.map(
            (group) =>
              html`<section id="${slug(group.name)}">
                <h2>${group.name}</h2>
                <p class="soft">${group.description}</p>
                ${group.entries.map(({ path, method, operation }) => operationArticle(baseUrl, path, method, operation))}
              </section>`,
          )}
        </main>
      </div>`,
  }
}

const sideEntry = ({ method, operation }: Entry) =>
  html`<li>
    <a href="#${operation.operationId}">
      <span class="verb ${method}">${method.toUpperCase()}</span> ${operation.summary}</a
    >
  </li>`

const slug = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
