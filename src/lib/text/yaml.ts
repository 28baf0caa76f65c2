import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { likest } from './likest.ts'
import { yamlFault } from './yaml-fault.ts'

/** Characters; reading YAML takes some seconds for each million, and curated files have some ten thousand. */
const longestYaml = 1_000_000

/** Something wrong in a curated file, said so that an editor can jump to it. */
export interface Problem {
  file: string
  /** 1-based. */
  line: number
  /** Dotted path of the field, `feeds.3.url`; empty for the file itself. */
  field: string
  message: string
  /** How people call the field, where its path would only count: `ai2: kind`. */
  where?: string
}

/** `feeds/labs.yaml:14: ai2: url: must be an http(s) URL`; one line, whatever the names of files and fields hold. */
export function problemLine({ file, line, field, where = field, message }: Problem): string {
  return `${file}:${line}: ${where ? `${where}: ` : ''}${message}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}

/** A field that must be there and be text. */
export const neededText = z.string({
  error: ({ input }) =>
    input === undefined || input === null ? 'is missing' : 'must be text; put it in quotes',
})

/** A checked document, and where its fields stand. */
export type Checked<T> = { value: T; lineOf: (path: (string | number)[]) => number } | { problems: Problem[] }

/**
 * Reads YAML and checks it against a schema. Problems name file, line and field; `firstLine` is the line of the file on
 * which the text begins (for front matter); `entries` is the field with a list of entries that have ids, by which problems
 * call them. Of a text that is no YAML the first fault is told, since others follow from it.
 */
export function readYaml<S extends z.ZodType>(
  text: string,
  options: { file: string; schema: S; firstLine?: number; entries?: string },
): Checked<z.infer<S>> {
  const counter = new LineCounter()
  const first = options.firstLine ?? 1
  if (text.length > longestYaml) {
    const message = `is too long to be read as YAML (${text.length} characters); split it`
    return { problems: [{ file: options.file, line: first, field: '', message }] }
  }
  // Aliases could blow a small file up; curated files have no use for them.
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const at = (offset: number) => counter.linePos(offset).line + first - 1
  const problem = (line: number, field: string, message: string) => ({
    file: options.file,
    line,
    field,
    message,
  })
  const broken = [...document.errors, ...document.warnings]
  if (broken.length) {
    const { line, message } = yamlFault(text, broken, first)
    return { problems: [problem(line + first - 1, '', message)] }
  }

  function lineOf(path: (string | number)[]): number {
    for (let depth = path.length; depth >= 0; depth--) {
      const head = path.slice(0, depth)
      const parent = depth > 0 ? document.getIn(head.slice(0, -1), true) : null
      const key = isMap(parent)
        ? parent.items.find((pair) => String(pair.key) === String(head.at(-1)))?.key
        : null
      const node = isNode(key) ? key : depth > 0 ? document.getIn(head, true) : document.contents
      if (isNode(node) && node.range) return at(node.range[0])
    }
    return first
  }

  let raw: unknown
  try {
    raw = document.toJS({ maxAliasCount: 20 })
  } catch (error) {
    return { problems: [problem(first, '', `not usable YAML: ${(error as Error).message}`)] }
  }
  const result = options.schema.safeParse(raw)
  if (result.success) return { value: result.data, lineOf }
  const whereOf = (path: (string | number)[]) => {
    const [list, index, ...rest] = path
    if (list === undefined || list !== options.entries || index === undefined) return {}
    const id = document.getIn([list, index, 'id'])
    const words = rest.filter((part) => typeof part === 'string')
    const name = typeof id === 'string' && id !== '' ? id : `entry ${Number(index) + 1}`
    return { where: [name, ...words].join(': ') }
  }
  return {
    problems: result.error.issues.flatMap((issue) => {
      const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) => {
          const meant = likest(key, fieldsAt(options.schema, path))
          const advice = meant ? `did you mean ${meant}?` : 'check its spelling'
          return {
            ...problem(
              lineOf([...path, key]),
              [...path, key].join('.'),
              `is no field of this file; ${advice}`,
            ),
            ...whereOf([...path, key]),
          }
        })
      }
      const said = options.entries ? quoting(issue.message, document.getIn(path)) : issue.message
      return [{ ...problem(lineOf(path), path.join('.'), said), ...whereOf(path) }]
    }),
  }
}

/** The names of the fields that a schema has at a path. */
function fieldsAt(schema: z.ZodType, path: (string | number)[]): string[] {
  let at: unknown = schema
  for (const part of [...path, null]) {
    while (at instanceof z.ZodOptional || at instanceof z.ZodDefault || at instanceof z.ZodNullable)
      at = at.unwrap()
    if (part === null) break
    at = at instanceof z.ZodArray ? at.element : at instanceof z.ZodObject ? at.shape[part] : undefined
  }
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** A message on what a value must be, with the value that it is. */
function quoting(message: string, value: unknown): string {
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value) && value !== ''
  if (!isPlain || !message.startsWith('must be ')) return message
  const [wanted, ...remedy] = message.split('; ')
  const seen = [...String(value)]
  const shown = seen.length > 80 ? `${seen.slice(0, 79).join('')}…` : seen.join('')
  return [`${wanted}, not “${shown}”`, ...remedy].join('; ')
}
