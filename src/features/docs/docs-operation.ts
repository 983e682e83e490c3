import { html } from 'hono/html'
import { exampleOf } from './examples'
import type { Operation } from './openapi'
import type { Answer, JsonSchema } from './openapi-answers'
import { prose } from './prose'
import { type Field, formsOf } from './schema-rows'

const JSON_TYPE = 'application/json'

/** One operation: what it does, who may call it how often, what it takes and all it can answer. */
export function operationArticle(
  baseUrl: string,
  path: string,
  method: string,
  operation: Operation,
) {
  const { operationId, summary, description, requestBody, responses } = operation
  const bodySchema = requestBody?.content[JSON_TYPE]?.schema
  const answers = Object.entries(responses)
  const good = answers.filter(([status]) => Number(status) < 400)
  const refusals = answers.filter(([status]) => Number(status) >= 400)
  const query = queryFields(operation)
  const titleId = `${operationId}-title`
  return html`<article id="${operationId}" aria-labelledby="${titleId}">
    <h3 id="${titleId}"><a href="#${operationId}">${summary}</a></h3>
    <p class="address">
      <span class="verb ${method}">${method.toUpperCase()}</span> <code>${path}</code>
    </p>
    ${description ? html`<p>${prose(description)}</p>` : ''}
    <ul class="facts">
      <li>${whoMayCall(operation)}</li>
      ${limitFact(operation)}
    </ul>
    ${
      query.length > 0
        ? html`<h4>Query</h4>
            ${fieldTable(query)}`
        : ''
    }
    ${
      bodySchema
        ? html`<h4>Body</h4>
            ${fieldTables(bodySchema)}`
        : ''
    }
    <h4>Example</h4>
    ${code(curl(baseUrl, path, method, operation, bodySchema))}
    ${good.map(([status, answer]) => goodAnswer(status, answer))}
    <h4>Refusals</h4>
    <table class="refusals">
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${refusals.map(([status, { description }]) => refusalRows(status, description))}
      </tbody>
    </table>
  </article>`
}

/** What the query string may have. */
function queryFields({ parameters = [] }: Operation): readonly Field[] {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const fields = inQuery.map(({ name, description, schema }) => [name, { ...schema, description }])
  return formsOf({ properties: Object.fromEntries(fields) })[0] ?? []
}

function whoMayCall({ security }: Operation) {
  if (security.length === 0) return 'Anyone'
  const names = security.map((scheme) =>
    'bearerAuth' in scheme
      ? 'access token'
      : 'sessionCookie' in scheme
        ? 'session cookie'
        : 'apiKey' in scheme
          ? 'API key'
          : 'nobody',
  )
  const ways = names.filter((name) => name !== 'nobody').join(' or ')
  return names.includes('nobody') ? `Anyone; ${ways} if there is one` : `Needs ${ways}`
}

const PERIODS: Readonly<Record<number, string>> = {
  60: 'a minute',
  3600: 'an hour',
  86400: 'a day',
}

function limitFact({ 'x-rate-limit': limit }: Operation) {
  if (!limit) return ''
  const quotas = limit.quotas.map(
    (quota) => `${quota.limit} ${PERIODS[quota.seconds] ?? `in ${quota.seconds} seconds`}`,
  )
  return html`<li>${quotas.join(', ')} (class <code>${limit.class}</code>)</li>`
}

function fieldTables(schema: JsonSchema) {
  const tables = formsOf(schema)
    .filter((fields) => fields.length > 0)
    .map(fieldTable)
  return tables.map(
    (table, index) => html`${index > 0 ? html`<p class="soft">or</p>` : ''}${table}`,
  )
}

const fieldTable = (fields: readonly Field[]) =>
  html`<table class="fields">
    <thead>
      <tr>
        <th scope="col">Field</th>
        <th scope="col">Type</th>
        <th scope="col">Notes</th>
      </tr>
    </thead>
    <tbody>
      ${fields.map(
        ({ name, type, isRequired, description, rules }) =>
          html`<tr>
            <th scope="row">
              <code>${name}</code>${isRequired ? '' : html` <span class="soft">optional</span>`}
            </th>
            <td>${type}</td>
            <td>
              ${[description, ...rules].filter(Boolean).map((note) => html`<span class="note">${prose(note)}</span>`)}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`

function goodAnswer(status: string, { description, content }: Answer) {
  const schema = content?.[JSON_TYPE]?.schema
  return html`<h4>${status} <span class="soft">${description}</span></h4>
    ${schema ? html`${fieldTables(schema)}${code(pretty(exampleOf(schema)))}` : ''}`
}

/** `code: meaning; code: meaning`, as features/docs/openapi-answers.ts writes it. */
const refusalRows = (status: string, description: string) =>
  description.split(/; (?=`)/).map((entry) => {
    const [name = '', ...meaning] = entry.replaceAll('`', '').split(': ')
    return html`<tr>
      <td>${status}</td>
      <td><code>${name}</code></td>
      <td>${meaning.join(': ')}</td>
    </tr>`
  })

function curl(
  baseUrl: string,
  path: string,
  method: string,
  { security, requestBody }: Operation,
  body: JsonSchema | undefined,
): string {
  const parts = [`curl ${baseUrl}${path.replace('{file}', 'docs.css')}`]
  if (method !== 'get' && !body) parts.push(`-X ${method.toUpperCase()}`)
  if (security.some((scheme) => 'bearerAuth' in scheme)) {
    parts.push('-H "Authorization: Bearer $ACCESS_TOKEN"')
  }
  if (security.some((scheme) => 'apiKey' in scheme)) parts.push('-H "X-API-Key: $API_KEY"')
  const [fileType] = body ? [] : Object.keys(requestBody?.content ?? {})
  if (fileType) {
    parts.push(`-H "Content-Type: ${fileType}"`)
    parts.push(`-H "Content-Disposition: attachment; filename*=UTF-8''extract.pdf"`)
    parts.push('--data-binary @extract.pdf')
  }
  if (body) parts.push(`--json '${pretty(exampleOf(body))}'`)
  return parts.join(' \\\n  ')
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)

/** Can be focused, so that a keyboard can scroll a long line. */
const code = (text: string) => html`<pre tabindex="0"><code>${text}</code></pre>`
