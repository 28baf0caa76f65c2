import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sent } from './discord-http.ts'

const file = join(import.meta.dirname, '..', '..', '..', 'shared', 'discord-openapi.json')

/** Why bodies are not checked; null when they are. */
export const openApiSkipped: string | null = existsSync(file)
  ? null
  : `Bodies are not checked against Discord's OpenAPI description: ${file} is missing.`

interface Spec {
  paths: Record<string, Record<string, Sent>>
  components: { schemas: Record<string, Sent> }
}

let loaded: Spec | null = null
const spec = (): Spec => {
  loaded ??= JSON.parse(readFileSync(file, 'utf8')) as Spec
  return loaded
}

/**
 * What is wrong with the body of a request, by Discord's own OpenAPI description: a sentence each, `[]` when it is fine
 * or when there is no description ({@link openApiSkipped} says so). `route` is a method and a path, with ids or with the
 * places of our routes: `POST /channels/:channel/messages`.
 */
export function validateBody(route: string, body: Sent): string[] {
  if (openApiSkipped !== null) return []
  const [method = '', path = ''] = route.split(' ')
  const operation = operationOf(method.toLowerCase(), path.replace(/^\/api\/v10/, ''))
  if (!operation) return [`${route} is nothing that Discord offers.`]
  const schema = operation.requestBody?.content?.['application/json']?.schema
  if (!schema) return body === null || body === undefined ? [] : [`${route} takes no body.`]
  if ((body === null || body === undefined) && !operation.requestBody.required) return []
  return faultsOf(schema, body, 'body').map((fault) => `${route}: ${fault}`)
}

/** Of the paths that fit, the one with the most literal steps: `@original` before `{message_id}`. */
function operationOf(method: string, path: string): Sent {
  const steps = path.split('/')
  let best: { literal: number; operation: Sent } | null = null
  for (const [pattern, item] of Object.entries(spec().paths)) {
    const wanted = pattern.split('/')
    if (!item[method] || wanted.length !== steps.length) continue
    if (!wanted.every((step, i) => step === steps[i] || (step.startsWith('{') && fits(step, steps[i]!))))
      continue
    const literal = wanted.filter((step) => !step.startsWith('{')).length
    if (!best || literal > best.literal) best = { literal, operation: item[method] }
  }
  return best?.operation
}

/** A step that is an id, a token or a place; `@original` is a message's. */
function fits(place: string, step: string): boolean {
  return step.startsWith(':') || !place.includes('_id') || /^\d+$/.test(step)
}

const typeOf = (value: Sent): string =>
  value === null
    ? 'null'
    : Array.isArray(value)
      ? 'array'
      : Number.isInteger(value)
        ? 'integer'
        : typeof value

function isOf(type: string, value: Sent): boolean {
  const is = typeOf(value)
  if (type === is || (type === 'number' && is === 'integer')) return true
  // Bit sets are documented as strings and described as numbers: Discord takes both.
  return type === 'integer' && is === 'string' && /^-?\d+$/.test(value)
}

/** Checks a value against the part of JSON Schema that the description uses. */
export function faultsOf(schema: Sent, value: Sent, at: string): string[] {
  if (schema.$ref) return faultsOf(spec().components.schemas[schema.$ref.split('/').at(-1)!], value, at)
  if (value === null && schema.nullable) return []
  const types: string[] = schema.type === undefined ? [] : [schema.type].flat()
  if (types.length > 0 && !types.some((type) => isOf(type, value)))
    return [`${at} is ${typeOf(value)}, not ${types.join(' or ')}`]
  if (schema.const !== undefined && schema.const !== value)
    return [`${at} is not ${JSON.stringify(schema.const)}`]
  if (schema.enum && !schema.enum.includes(value)) return [`${at} is none of ${JSON.stringify(schema.enum)}`]
  return [
    ...boundsOf(schema, value, at),
    ...(schema.allOf ?? []).flatMap((one: Sent) => faultsOf(one, value, at)),
    ...branches(schema.oneOf, value, at),
    ...branches(schema.anyOf, value, at),
    ...(Array.isArray(value) && schema.items
      ? value.flatMap((one, i) => faultsOf(schema.items, one, `${at}[${i}]`))
      : []),
    ...(typeOf(value) === 'object' ? membersOf(schema, value, at) : []),
  ]
}

function boundsOf(schema: Sent, value: Sent, at: string): string[] {
  const faults: string[] = []
  const check = (size: number, least: Sent, most: Sent, what: string) => {
    if (least !== undefined && size < least) faults.push(`${at} has ${size} ${what}, fewer than ${least}`)
    if (most !== undefined && size > most) faults.push(`${at} has ${size} ${what}, more than ${most}`)
  }
  if (typeof value === 'string') {
    check([...value].length, schema.minLength, schema.maxLength, 'characters')
    if (schema.pattern && !new RegExp(schema.pattern).test(value))
      faults.push(`${at} does not match ${schema.pattern}`)
  }
  if (typeof value === 'number') {
    if (value < schema.minimum) faults.push(`${at} is below ${schema.minimum}`)
    if (value > schema.maximum) faults.push(`${at} is above ${schema.maximum}`)
  }
  if (Array.isArray(value)) {
    check(value.length, schema.minItems, schema.maxItems, 'items')
    const different = new Set(value.map((one) => JSON.stringify(one)))
    if (schema.uniqueItems && different.size < value.length) faults.push(`${at} has an item twice`)
  }
  if (typeOf(value) === 'object')
    check(Object.keys(value).length, schema.minProperties, schema.maxProperties, 'members')
  return faults
}

function membersOf(schema: Sent, value: Sent, at: string): string[] {
  const { properties = {}, required = [], additionalProperties } = schema
  const missing = required.filter((name: string) => value[name] === undefined)
  return [
    ...missing.map((name: string) => `${at}.${name} is missing`),
    ...Object.entries(value).flatMap(([name, one]) => {
      const known = Object.hasOwn(properties, name) ? properties[name] : additionalProperties
      if (known === false) return [`${at}.${name} is not known`]
      return known && known !== true && one !== undefined ? faultsOf(known, one, `${at}.${name}`) : []
    }),
  ]
}

/** One of several: the faults of the one that was meant, which its `type` tells, or of the nearest. */
function branches(schemas: Sent[] | undefined, value: Sent, at: string): string[] {
  if (!schemas) return []
  const tried = schemas.map((one) => ({ one, faults: faultsOf(one, value, at) }))
  if (tried.some(({ faults }) => faults.length === 0)) return []
  if (schemas.every((one) => one.const !== undefined)) return [`${at} is none of the values there are`]
  const meant = tried.find(({ one }) => value?.type !== undefined && kindsOf(one).includes(value.type))
  return (meant ?? tried.sort((a, b) => a.faults.length - b.faults.length)[0]!).faults
}

function kindsOf(schema: Sent): Sent[] {
  const whole = schema.$ref ? spec().components.schemas[schema.$ref.split('/').at(-1)!] : schema
  return whole?.properties?.type?.enum ?? []
}
