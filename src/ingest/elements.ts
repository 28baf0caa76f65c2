/** What of an item or feed is read; each is written once, however often and by whatever name a document has it. */
export type Slot = 'title' | 'link' | 'guid' | 'date' | 'summary' | 'content' | 'language'

/** A slot that an element fills, and how far it stands behind better ones; 0 is best. */
export interface Use {
  slot: Slot
  rank: number
}

/** What each element is used for, best ones first, in lower case with the usual prefixes. */
const uses = new Map<string, Use>(
  Object.entries({
    title: 'title dc:title,atom:title itunes:title media:title',
    guid: 'guid,id atom:id',
    date:
      'pubdate,published,issued,dcterms:issued,atom:published dc:date,date,dcterms:date ' +
      'updated,modified,atom:updated,dcterms:modified,lastmod,lastbuilddate created,dcterms:created,dcterms:available',
    summary:
      'summary description dc:description,atom:summary,abstract,dcterms:abstract media:description ' +
      'itunes:summary itunes:subtitle',
    content: 'content:encoded content,atom:content xhtml:body,body fullitem',
    language: 'language dc:language',
    link: 'feedburner:origlink link atom:link url enclosure,media:content media:player',
  }).flatMap(([slot, names]) =>
    names
      .split(' ')
      .flatMap((group, rank) =>
        group.split(',').map((name): [string, Use] => [name, { slot: slot as Slot, rank }]),
      ),
  ),
)

/** What these hold counts as if they were not there. */
const wrappers = new Set(['channel', 'items', 'media:group', 'rss', 'feed', 'rdf', 'rdf:rdf'])

/** Names of the namespaces that are read. Feeds write them with and without the last character, in any case. */
const namespaces = new Map(
  Object.entries({
    'http://purl.org/dc/elements/1.1': 'dc',
    'http://purl.org/dc/elements/1.0': 'dc',
    'http://purl.org/dc/terms': 'dcterms',
    'http://purl.org/rss/1.0/modules/content': 'content',
    'http://search.yahoo.com/mrss': 'media',
    'http://www.itunes.com/dtds/podcast-1.0.dtd': 'itunes',
    'http://rssnamespace.org/feedburner/ext/1.0': 'feedburner',
    'http://www.w3.org/1999/xhtml': 'xhtml',
    'http://www.w3.org/1999/02/22-rdf-syntax-ns': 'rdf',
    'http://www.w3.org/2005/atom': 'atom',
    'http://purl.org/atom/ns': 'atom',
    // Drafts of Atom under its first names.
    'http://purl.org/echo': 'atom',
    'http://purl.org/pie': 'atom',
    'http://purl.org/rss/1.0': 'rss',
    'http://purl.org/net/rss1.1': 'rss',
    'http://my.netscape.com/rdf/simple/0.9': 'rss',
    'http://channel.netscape.com/rdf/simple/0.9': 'rss',
    'http://purl.org/rss/1.0/modules/rss091': 'rss',
    'http://backend.userland.com/rss': 'rss',
    'http://backend.userland.com/rss2': 'rss',
    'http://blogs.law.harvard.edu/tech/rss': 'rss',
  }),
)

/** Prefixes as they are used without being declared. */
const usual = new Map(
  ['dc', 'dcterms', 'content', 'media', 'itunes', 'feedburner', 'xhtml', 'rdf', 'atom', 'rss']
    .map((prefix): [string, string] => [prefix, prefix])
    .concat([['a10', 'atom']]),
)

/** What stands for what in one document: reads names of elements whatever their prefixes and capitals. */
export class Elements {
  readonly #own: Set<string>
  readonly #rootPrefix: string
  readonly #prefixes = new Map<string, string>()
  readonly #names = new Map<string, string>()

  /** `prefix` is the document element's. */
  constructor(prefix: string, isAtom: boolean) {
    this.#own = new Set(['rss', isAtom ? 'atom' : 'rss'])
    this.#rootPrefix = prefix.toLowerCase()
    if (prefix) this.#prefixes.set(this.#rootPrefix, 'rss')
  }

  /** Takes in the declarations of a start tag. */
  declare(attributes: Map<string, string>): void {
    for (const [name, value] of attributes) {
      if (!name.startsWith('xmlns:')) continue
      const namespace = namespaces.get(value.trim().toLowerCase().replace(/[/#]$/, ''))
      const prefix = name.slice(6)
      if (namespace === this.#prefixes.get(prefix)) continue
      // A namespace that is misspelt counts as what its prefix says; the document element's is that of a feed.
      const guessed = prefix === this.#rootPrefix ? 'rss' : (usual.get(prefix) ?? prefix)
      this.#prefixes.set(prefix, namespace ?? guessed)
      this.#names.clear()
    }
  }

  /** In lower case, with the usual prefix; none for what belongs to the feed format itself. */
  nameOf(raw: string): string {
    const known = this.#names.get(raw)
    if (known !== undefined) return known
    const [, prefix = '', local = ''] = /^(?:([^:]*):)?(.*)$/s.exec(raw.toLowerCase()) ?? []
    const namespace = this.#prefixes.get(prefix) ?? usual.get(prefix) ?? prefix
    const full = `${namespace}:${local}`
    const isOwn = !namespace || this.#own.has(namespace) || (namespace === 'atom' && !uses.has(full))
    const name = isOwn ? local : full
    // A document can invent names without end.
    if (this.#names.size < 2_000) this.#names.set(raw, name)
    return name
  }
}

/** Whether an element begins an item; Atom's names in RSS and the other way round count, too. */
export function isItem(name: string): boolean {
  return name === 'item' || name === 'entry'
}

/** Whether an element only holds others. */
export function isWrapper(name: string): boolean {
  return wrappers.has(name)
}

/** What an element is used for; undefined for what is not read. */
export function useOf(name: string): Use | undefined {
  return uses.get(name)
}
