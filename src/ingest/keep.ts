import { compileRule } from '../lib/text/index.ts'
import type { Feed, FeedItem } from '../model/index.ts'

/** The text a filter sees: title and summary. */
type Text = Pick<FeedItem, 'title' | 'summary'>

/** Longer texts are judged by their beginning. Characters. */
const maxText = 4_000

export type Filter =
  | { kind: 'filter'; matches: (item: Text) => boolean }
  | { kind: 'failed'; message: string }

/**
 * Compiles `keep` or `block` rules: words and phrases (whole, in any case), or `/patterns/` with optional flags. It
 * matches an item if one rule occurs in its title or summary. A pattern that can't be used is an error value.
 */
export function compileFilter(rules: string[]): Filter {
  const patterns: RegExp[] = []
  for (const rule of rules) {
    const pattern = compileRule(rule)
    if (typeof pattern === 'string') return { kind: 'failed', message: pattern }
    patterns.push(pattern)
  }
  return {
    kind: 'filter',
    matches: (item) => {
      const text = `${item.title}\n${item.summary}`.slice(0, maxText)
      return patterns.some((pattern) => pattern.test(text))
    },
  }
}

const compiled = new WeakMap<string[], Filter>()

/**
 * True when a feed's `keep` and `block` let an item in: no `keep`, or one of it occurs, and none of `block`. A list
 * with a rule that can't be used counts as absent; the reader of the lists refuses such rules.
 */
export function isWanted(feed: Pick<Feed, 'keep' | 'block'>, item: Text): boolean {
  const [keep, block] = [filterOf(feed.keep), filterOf(feed.block)]
  if (block.kind === 'filter' && block.matches(item)) return false
  return feed.keep.length === 0 || keep.kind === 'failed' || keep.matches(item)
}

function filterOf(rules: string[]): Filter {
  const filter = compiled.get(rules) ?? compileFilter(rules)
  compiled.set(rules, filter)
  return filter
}
