import { renderMarkdown, safeHref } from '../lib/text/index.ts'
import type { Page } from '../model/index.ts'
import { clip } from './feed-text.ts'

/** A wiki page as its template needs it. `base` is the path the web pages stand under. */
export function wikiView(page: Page, pages: readonly Page[], base: string) {
  const { html, headings, opening } = renderMarkdown(withoutTitle(page), (href) => wikiHref(href, base))
  const related = page.related.flatMap((id) => pages.find((other) => other.id === id) ?? [])
  return {
    heading: page.title,
    html,
    opening: clip(opening, 220),
    contents: headings.filter(({ level }) => level === 2).map(({ id, text }) => ({ id, text })),
    related: related.map(({ id, title }) => ({ href: `${base}/wiki/${id}`, title })),
    idea: page.idea && { href: `${base}/ideas/${page.idea.id}`, name: page.idea.name },
  }
}

/** `renewal.md#what-it-claims`, as pages link to each other on disk, becomes `/wiki/renewal#what-it-claims`. */
export function wikiHref(href: string, base: string): string | null {
  const page = /^(?:\.\/)?([\w-]+)\.md(#.*)?$/.exec(href)
  return page ? `${base}/wiki/${page[1]}${page[2] ?? ''}` : safeHref(href)
}

/** The page's title stands above its text already. */
function withoutTitle({ markdown, title }: Page): string {
  const [first = '', ...rest] = markdown.trimStart().split('\n')
  return first.trim() === `# ${title}` ? rest.join('\n') : markdown
}
