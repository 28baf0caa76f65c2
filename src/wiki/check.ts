import { basename, posix } from 'node:path'
import { outline, type Problem } from '../lib/text/index.ts'
import type { Page } from '../model/index.ts'
import type { PageSet } from './pages.ts'

/**
 * Everything wrong with a wiki, by file and line: fields missing or misspelt, an id that is used twice or is not the
 * file's name, related pages that don't exist, links that lead nowhere (pages, headings), names used by two pages.
 */
export function checkPages(set: PageSet): Problem[] {
  const problems = [...set.problems]
  const byId = new Map<string, Page>()
  const names = new Map<string, Page>()
  const outlines = new Map(set.pages.map((page) => [basename(page.file), outline(page.markdown)]))

  for (const page of set.pages) {
    const where = set.lines.get(page.file)!
    const say = (line: number, field: string, message: string) =>
      problems.push({ file: page.file, line, field, message })

    const twin = byId.get(page.id)
    if (twin) say(where.of(['id']), 'id', `"${page.id}" is already the id of ${twin.file}`)
    else byId.set(page.id, page)
    if (`${page.id}.md` !== basename(page.file)) {
      say(where.of(['id']), 'id', `is "${page.id}"; the file's name asks for "${basename(page.file, '.md')}"`)
    }
    for (const [i, name] of [page.title, ...page.aliases].entries()) {
      const other = names.get(name.toLowerCase())
      const field = i === 0 ? 'title' : 'aliases'
      if (other && other !== page) {
        const line = where.of(i === 0 ? ['title'] : ['aliases', i - 1])
        say(
          line,
          field,
          `"${name}" is already a name of ${other.file}; a reader could not tell which is meant`,
        )
      }
      names.set(name.toLowerCase(), page)
    }
    if (page.markdown.trim() === '') say(where.body, '', 'the page has no text')

    for (const link of outlines.get(basename(page.file))!.links) {
      const fault = linkFault(link.href, page, outlines)
      if (fault) say(where.body + link.line - 1, '', fault)
    }
  }
  for (const page of set.pages) {
    for (const [i, id] of page.related.entries()) {
      if (byId.has(id)) continue
      const line = set.lines.get(page.file)!.of(['related', i])
      problems.push({ file: page.file, line, field: 'related', message: `there is no page "${id}"` })
    }
  }
  return problems
}

type Outlines = Map<string, ReturnType<typeof outline>>

function linkFault(href: string, page: Page, outlines: Outlines): string | null {
  if (/^(https?|mailto):/i.test(href)) return URL.canParse(href) ? null : `the link ${href} is no URL`
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return `the link ${href} is neither a page nor http(s) nor mailto`
  const [path, anchor] = href.split('#').map(decoded)
  const file = path ? posix.normalize(path) : basename(page.file)
  const target = outlines.get(file)
  if (!target) return `the link ${href} leads to no page of the wiki`
  if (anchor && !target.headings.some((heading) => heading.id === anchor)) {
    return `the link ${href} leads to no heading of ${file}`
  }
  return null
}

/** With its %-escapes read; as it stands where they are none. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
