/** A Markdown file cut at its front matter. */
export interface FrontMatter {
  /** YAML between the `---` lines; null when the file has none. */
  yaml: string | null
  body: string
  /** Line of the file on which the body begins, 1-based. */
  bodyLine: number
}

/** Cuts a Markdown file into the YAML between its first two `---` lines and the rest. */
export function splitFrontMatter(text: string): FrontMatter {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const end =
    lines[0]?.trimEnd() === '---' ? lines.findIndex((line, i) => i > 0 && line.trimEnd() === '---') : -1
  if (end < 0) return { yaml: null, body: text, bodyLine: 1 }
  return { yaml: lines.slice(1, end).join('\n'), body: lines.slice(end + 1).join('\n'), bodyLine: end + 2 }
}
