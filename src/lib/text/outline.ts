import MarkdownIt from 'markdown-it'

// Set as for rendering, so that every link a reader would see is found, whatever its scheme.
const markdownIt = new MarkdownIt({ html: false }).disable('image')
markdownIt.validateLink = () => true

export interface Heading {
  level: number
  text: string
  /** The anchor it gets, GitHub's way: `key-ideas`; a second one of the same text gets `-1`. */
  id: string
  /** 1-based line of the text given. */
  line: number
}

/** The headings and links of a Markdown text, in order. */
export function outline(markdown: string): { headings: Heading[]; links: { href: string; line: number }[] } {
  const tokens = markdownIt.parse(markdown, {})
  const headings: Heading[] = []
  const links: { href: string; line: number }[] = []
  const nameHeading = headingNamer()
  let line = 1
  for (const [i, token] of tokens.entries()) {
    if (token.map) line = token.map[0] + 1
    if (token.type === 'heading_open') {
      const text = (tokens[i + 1]?.children ?? [])
        .filter((child) => child.type === 'text' || child.type === 'code_inline')
        .map((child) => child.content)
        .join('')
      headings.push({ level: Number(token.tag.slice(1)), text, id: nameHeading(text), line })
    }
    let at = line
    for (const child of token.children ?? []) {
      if (child.type === 'softbreak' || child.type === 'hardbreak') at += 1
      if (child.type === 'link_open') links.push({ href: String(child.attrGet('href') ?? ''), line: at })
    }
  }
  return { headings, links }
}

/** Gives each heading of one page its anchor; call it for them in order. */
export function headingNamer(): (text: string) => string {
  const used = new Map<string, number>()
  return (text) => {
    const base = text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
    const n = used.get(base) ?? 0
    used.set(base, n + 1)
    return n === 0 ? base : `${base}-${n}`
  }
}
