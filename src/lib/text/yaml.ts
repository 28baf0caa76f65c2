import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

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
}

/** `feeds/labs.yaml:14: feeds.3.url: must be an http(s) URL`; one line, whatever the names of files and fields hold. */
export function problemLine({ file, line, field, message }: Problem): string {
  return `${file}:${line}: ${field ? `${field}: ` : ''}${message}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
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
 * which the text begins (for front matter).
 */
export function readYaml<S extends z.ZodType>(
  text: string,
  options: { file: string; schema: S; firstLine?: number },
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
    return {
      problems: broken.map((error) => problem(at(error.pos[0]), '', `not valid YAML: ${error.message}`)),
    }
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
  return {
    problems: result.error.issues.flatMap((issue) => {
      const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
      if (issue.code === 'unrecognized_keys') {
        return issue.keys.map((key) =>
          problem(
            lineOf([...path, key]),
            [...path, key].join('.'),
            'is no field of this file; check its spelling',
          ),
        )
      }
      return [problem(lineOf(path), path.join('.'), issue.message)]
    }),
  }
}
