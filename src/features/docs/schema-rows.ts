import type { JsonSchema } from './openapi-answers'

/**
 * One field as a reader wants it: the name with its parents, what it is, and what it must satisfy.
 */
export type Field = Readonly<{
  name: string
  type: string
  isRequired: boolean
  description: string
  rules: readonly string[]
}>

/** The forms that a schema allows, each as its fields; more than one where there is a choice. */
export const formsOf = (schema: JsonSchema): readonly (readonly Field[])[] =>
  (schema.anyOf ?? [schema]).map((form) => fieldsOf(form, ''))

function fieldsOf(schema: JsonSchema, parent: string): Field[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]): Field[] => {
    if (typeof value === 'boolean') return []
    const fullName = parent + name
    const isList = value.type === 'array' && isSchema(value.items)
    const inner = isList && isSchema(value.items) ? value.items : value
    return [
      {
        name: fullName,
        type: typeOf(value),
        isRequired: required.has(name),
        description: value.description ?? '',
        rules: rulesOf(value),
      },
      ...fieldsOf(inner, `${fullName}${isList ? '[]' : ''}.`),
    ]
  })
}

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.type === 'array') {
    return isSchema(schema.items) ? `array of ${typeOf(schema.items)}` : 'array'
  }
  if (schema.format === 'date-time') return 'date and time'
  return [schema.type ?? 'any'].flat().join(' or ')
}

function rulesOf({ minLength, maxLength, pattern, format, default: preset }: JsonSchema): string[] {
  const rules: string[] = []
  if (maxLength !== undefined) {
    rules.push(`${minLength ? `${minLength} to` : 'at most'} ${maxLength} characters`)
  }
  // A format says the same as its pattern, in one word.
  if (format && format !== 'date-time') rules.push(format)
  else if (pattern && !format) rules.push(`\`${pattern}\``)
  if (preset !== undefined) rules.push(`default ${JSON.stringify(preset)}`)
  return rules
}
