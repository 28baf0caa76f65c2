import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, relative } from 'node:path'
import type { Asker } from '../ask/index.ts'
import type { Classifier } from '../classify/index.ts'
import { addressOf, type Config, ConfigError } from '../config.ts'
import { createDiscord, createDkim, createOutbox, createSmtp, readSmtpUrl } from '../deliver/index.ts'
import { type FeedLists, type ListWatch, readFeedLists, watchFeedLists } from '../feeds/index.ts'
import { createParsePool, createReader } from '../ingest/index.ts'
import type { Finder, Log, PostOffice, Way } from '../jobs/index.ts'
import { createHttp, type Http } from '../lib/http/index.ts'
import { createLlm, type Llm } from '../lib/llm/index.ts'
import { createSigner, type Signer } from '../lib/sign/index.ts'
import { type Problem, problemLine } from '../lib/text/index.ts'
import type { Example, Feed, Idea, Page } from '../model/index.ts'
import { createRenderer, type Renderer } from '../render/index.ts'
import type { Store } from '../store/index.ts'
import {
  checkPages,
  examplesSince,
  ideasOf,
  passagesOf,
  readExamples,
  readPages,
  readQuestions,
} from '../wiki/index.ts'
import { notOpened } from './database-fault.ts'

/** Claims of a process that says nothing for so long are taken over by another. */
const leaseMs = 15_000
/** Mails under way at once, each on a connection of its own. */
const mailConnections = 5
/** A model at home may first have to be loaded and then to read the whole codebook, once. */
const llmMs = 120_000
/** Between two requests to a host of which a person waits to hear; they are few, and come once. */
const finderGapMs = 300

/** The wiki's pages and key ideas. Throws ConfigError listing what is wrong with its files. */
export async function loadWiki(config: Config): Promise<{ pages: Page[]; ideas: Idea[] }> {
  const set = await readPages(config.wikiDir, shown(config, config.wikiDir))
  refuse(checkPages(set), 'The wiki has faults; mend them first:')
  return { pages: set.pages, ideas: ideasOf(set.pages) }
}

/** The curated feeds. Throws ConfigError listing what is wrong with the lists. */
export async function loadFeeds(config: Config): Promise<Feed[]> {
  return (await loadLists(config)).feeds
}

/** The curated feeds and the files they stand in. Throws ConfigError listing what is wrong with the lists. */
export async function loadLists(config: Config): Promise<Omit<FeedLists, 'problems'>> {
  const { problems, ...lists } = await readFeedLists(config.feedsDir, shown(config, config.feedsDir))
  refuse(problems, 'The feed lists have faults; mend them first:')
  return lists
}

/** What tells when the lists change. */
export function watchLists(config: Config, now: () => number): ListWatch {
  return watchFeedLists(config.feedsDir, shown(config, config.feedsDir), now)
}

/** What looks at feeds without storing anything. Close it when done. */
export function openFinder(config: Config): { finder: Finder; close(): Promise<void> } {
  const http = openHttp(config, finderGapMs)
  const parser = createParsePool()
  const classifier = async () => openClassifier(config, (await loadWiki(config)).ideas)
  let opened: Promise<Classifier> | undefined
  const once = () => {
    opened ??= classifier()
    return opened
  }
  return {
    finder: { http, parser, now: Date.now, classifier: once },
    async close() {
      await http.close()
      await parser.close()
    },
  }
}

function openHttp(config: Config, hostGapMs?: number): Http {
  return createHttp({
    userAgent: `Freehold/0.1 (feed reader; +${config.publicUrl})`,
    allowPrivateNetwork: config.allowPrivateNetwork,
    ...(hostGapMs === undefined ? {} : { hostGapMs }),
  })
}

/** The examples of the label files. Throws ConfigError listing what is wrong with them. */
export async function loadExamples(config: Config, ideas: Idea[]): Promise<Example[]> {
  const { examples, problems } = await readExamples(config.wikiDir, ideas, shown(config, config.wikiDir))
  refuse(problems, 'The label files have faults; mend them first:')
  return examples
}

// What one command in three needs is loaded where it is needed: the 255 files of the database's library alone take 80 ms.

/** The built-in classifier for these examples: trained, or as kept in DATA_DIR. */
export async function trainedOn(
  config: Config,
  ideas: Idea[],
  examples: Example[],
  taught: Example[] = [],
): Promise<Classifier> {
  const { loadClassifier } = await import('../classify/index.ts')
  return loadClassifier(examples, ideas, join(config.dataDir, 'models'), taught)
}

/**
 * The built-in classifier for the wiki's labels and, with a store, for what maintainers have said that stands in no
 * label file yet.
 */
export async function openClassifier(config: Config, ideas: Idea[], store?: Store): Promise<Classifier> {
  const examples = await loadExamples(config, ideas)
  const said = store ? examplesSince(examples, await store.verdicts.list(), ideas) : []
  return trainedOn(config, ideas, examples, said)
}

/** The same with the LLM's help where one is configured. Throws ConfigError when the wiki has no codebook for it. */
export async function openRefined(config: Config, ideas: Idea[], store?: Store): Promise<Classifier> {
  const classifier = await openClassifier(config, ideas, store)
  const llm = openLlm(config)
  if (!llm) return classifier
  const codebook = await readCodebook(config)
  const { createLlmJudge, fileCache, refine } = await import('../classify/index.ts')
  const cache = fileCache(join(config.dataDir, 'llm'))
  return refine(classifier, createLlmJudge({ llm, ideas, codebook, cache }))
}

/** The LLM of the configuration; null without one. */
export function openLlm(config: Config): Llm | null {
  const { llmBaseUrl: baseUrl, llmModel: model, llmApiKey: apiKey } = config
  return baseUrl && model ? createLlm({ baseUrl, model, apiKey, timeoutMs: llmMs }) : null
}

async function readCodebook(config: Config): Promise<string> {
  const file = join(config.wikiDir, 'codebook.md')
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `${shown(config, file)} can't be read (${error.code}); with LLM_BASE_URL set it tells the LLM how items are labelled.`,
    )
  })
}

/** What answers questions about these pages. Throws ConfigError listing what is wrong with the wiki's questions. */
export async function openAsker(config: Config, pages: Page[], ideas: Idea[]): Promise<Asker> {
  const passages = passagesOf(pages)
  const { questions, problems } = await readQuestions(config.wikiDir, passages, shown(config, config.wikiDir))
  refuse(problems, 'The questions of the wiki have faults; mend them first:')
  const { createAsker } = await import('../ask/index.ts')
  return createAsker({
    passages,
    pages,
    ideas,
    asked: questions,
    site: config.publicUrl,
    llm: openLlm(config),
  })
}

/** The secret that keys hashes and links: SECRET, or one made once and kept in the database. */
export async function secretOf(config: Config, store: Store): Promise<string> {
  return config.secret ?? (await store.settings.getOrSet('secret', () => randomBytes(32).toString('hex')))
}

/**
 * Whether the last service that was started on this database had another secret than this one, whose is kept from now on.
 * Kept is a fingerprint: the first 64 bits of an HMAC-SHA256 of a fixed text.
 */
export async function hadOtherSecret(config: Config, store: Store): Promise<boolean> {
  const fingerprint = fingerprintOf(await secretOf(config, store))
  const before = await store.settings.replace('secret_fingerprint', fingerprint)
  return before !== null && before !== fingerprint
}

/**
 * The same for who only looks, and leaves all as it is; null when there is no secret yet: none is set, and no service that
 * would have made one has been started.
 */
export async function isOtherSecret({ secret }: Config, { settings }: Store): Promise<boolean | null> {
  const before = await settings.get('secret_fingerprint')
  const ours = secret ?? (await settings.get('secret'))
  if (ours === null) return before === null ? null : true
  return before !== null && before !== fingerprintOf(ours)
}

function fingerprintOf(secret: string): string {
  return createHmac('sha256', secret).update('fingerprint of SECRET').digest('hex').slice(0, 16)
}

/** A file or folder as people should see it: relative to the checkout where it lies inside. */
export function shown(config: Config, path: string): string {
  const inside = relative(config.root, path)
  return inside.startsWith('..') ? path : inside || '.'
}

/** Opens the database. Throws a Failure that says what is wrong, and how it is mended, when it can't be opened. */
export async function openDatabase(config: Config): Promise<Store> {
  const { openStore } = await import('../store/index.ts')
  return openStore(config.databaseUrl).catch((error: unknown) => {
    throw notOpened(error)
  })
}

/** Where messages go: the real services when they are configured, else files in the outbox. */
export function openPostOffice(config: Config, signer: Signer): PostOffice {
  const server = config.smtpUrl ? readSmtpUrl(config.smtpUrl) : null
  if (server && !server.ok) throw new ConfigError(server.error)
  const address = addressOf(config.mailFrom) ?? config.mailFrom
  const discord = config.discordToken
    ? createDiscord({ token: config.discordToken, apiUrl: config.discordApiUrl })
    : null
  const channels = config.discordChannel ? [config.discordChannel] : []
  return {
    smtp: config.smtpUrl ? createSmtp({ url: config.smtpUrl, connections: mailConnections }) : null,
    mailsAtOnce: mailConnections,
    mailFrom: config.mailFrom,
    mailAddress: address,
    mailDomain: address.slice(address.lastIndexOf('@') + 1),
    postalAddress: config.postalAddress,
    serviceFrom: config.mailFromService ?? config.mailFrom,
    signer,
    bounceDomain: config.bounceDomain,
    editors: config.editors,
    maintainers: config.maintainers,
    approvalMs: config.editors.length > 0 ? config.approvalMs : 0,
    returnsFrom: config.bounceMaildir,
    mailLimits: config.mailLimits,
    sign: openDkim(config, address),
    publicUrl: config.publicUrl,
    discord,
    channels: discord ? channels : channels.length ? channels : ['outbox'],
    outbox: createOutbox(join(config.dataDir, 'outbox')),
  }
}

/** What signs mails, where a key is configured. */
function openDkim(config: Config, address: string): PostOffice['sign'] {
  const { dkimKey: file, dkimSelector: selector } = config
  if (!file || !selector) return null
  try {
    const privateKey = readFileSync(file, 'utf8')
    return createDkim({ domain: address.slice(address.lastIndexOf('@') + 1), selector, privateKey })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new ConfigError(code ? `DKIM_KEY: ${shown(config, file)} can't be read (${code}).` : message)
  }
}

/** What names this process in claims and leases: machine, number, and what tells it from others that had that number. */
export function ownerName(): string {
  return `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
}

export interface Workshop {
  way: Way
  pages: Page[]
  close(): Promise<void>
}

/** Everything the jobs work with, made from the configuration. Close it when done. */
export async function openWorkshop(
  config: Config,
  options: { log: Log; now?: () => number; hostGapMs?: number; feeds?: Feed[]; owner?: string },
): Promise<Workshop> {
  const { pages, ideas } = await loadWiki(config)
  const feeds = options.feeds ?? (await loadFeeds(config))
  const store = await openDatabase(config)
  const now = options.now ?? Date.now
  const http = openHttp(config, options.hostGapMs)
  const parser = createParsePool()
  const post = openPostOffice(config, createSigner(await secretOf(config, store)))
  let renderer: Renderer | undefined
  return {
    pages,
    way: {
      store,
      feeds,
      ideas,
      pages,
      reader: createReader({ http, parser, now }),
      classifier: followingVerdicts(store, () => openRefined(config, ideas, store)),
      // To read the templates takes longer than what a command does that shows none.
      get renderer() {
        const { templatesDir, publicUrl } = config
        renderer ??= createRenderer({ templatesDir, publicUrl, ideas })
        return renderer
      },
      post,
      now,
      log: options.log,
      owner: options.owner ?? ownerName(),
      leaseMs,
    },
    async close() {
      await post.smtp?.close()
      await http.close()
      await parser.close()
      await store.close()
    },
  }
}

/** The classifier, opened anew when maintainers have said more since the last time it was asked for. */
function followingVerdicts(store: Store, open: () => Promise<Classifier>): () => Promise<Classifier> {
  let opened: { stamp: string; classifier: Promise<Classifier> } | undefined
  return async () => {
    const stamp = await store.verdicts.stamp()
    if (opened?.stamp !== stamp) opened = { stamp, classifier: open() }
    return opened.classifier
  }
}

function refuse(problems: Problem[], head: string): void {
  if (problems.length) throw new ConfigError([head, ...problems.map(problemLine)].join('\n'))
}
