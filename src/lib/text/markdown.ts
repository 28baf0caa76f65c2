import MarkdownIt from 'markdown-it'
import { type Heading, headingNamer } from './outline.ts'

export interface RenderedMarkdown {
  html: string
  headings: Pick<Heading, 'level' | 'text' | 'id'>[]
  /** The words of the first paragraph. */
  opening: string
}

/** Turns a link as written into the one to use; null leaves the words without a link. */
export type LinkRewriter = (href: string) => string | null

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false }).disable('image')
// Which links are let through is decided by the rewriter, once, for every scheme.
markdown.validateLink = () => true

/**
 * Markdown as HTML: raw HTML is shown as text, images are not taken, headings carry the ids GitHub would give them,
 * and a first-level heading becomes a second-level one, since the page's own title is the first.
 */
export function renderMarkdown(source: string, rewriteLink: LinkRewriter = safeHref): RenderedMarkdown {
  const tokens = markdown.parse(source, {})
  const headings: RenderedMarkdown['headings'] = []
  const nameHeading = headingNamer()
  for (const [index, token] of tokens.entries()) {
    if (token.type.startsWith('heading_') && token.tag === 'h1') token.tag = 'h2'
    if (token.type === 'heading_open') {
      const text = plainText(tokens[index + 1]?.children ?? [])
      const heading = { level: Number(token.tag.slice(1)), text, id: nameHeading(text) }
      token.attrSet('id', heading.id)
      headings.push(heading)
    }
    if (token.children) token.children = rewriteLinks(token.children, rewriteLink)
  }
  const paragraph = tokens.findIndex((token) => token.type === 'paragraph_open')
  const opening = plainText(tokens[paragraph + 1]?.children ?? [])
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings, opening }
}

/** Lets fragments, relative paths, http(s) and mailto through; null for every other scheme. */
export function safeHref(href: string): string | null {
  // Browsers skip control characters inside a scheme, so they are skipped here too.
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(href.replace(/[\p{Cc}\s]/gu, ''))?.[1]?.toLowerCase()
  return scheme === undefined || ['http', 'https', 'mailto'].includes(scheme) ? href : null
}

type Token = ReturnType<typeof markdown.parse>[number]

function rewriteLinks(tokens: Token[], rewriteLink: LinkRewriter): Token[] {
  // Links do not nest, so one flag tells whether the link being closed was dropped.
  let dropped = false
  return tokens.filter((token) => {
    if (token.type === 'link_open') {
      const href = rewriteLink(String(token.attrGet('href') ?? ''))
      dropped = href === null
      if (href !== null) token.attrSet('href', href)
      return !dropped
    }
    return !(token.type === 'link_close' && dropped)
  })
}

function plainText(tokens: Token[]): string {
  return tokens
    .filter((token) => ['text', 'code_inline', 'softbreak'].includes(token.type))
    .map((token) => (token.type === 'softbreak' ? ' ' : token.content))
    .join('')
}
