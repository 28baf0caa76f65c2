import type { Page, StoryChoice } from '../../src/model/index.ts'
import type { IdeaItem } from '../../src/render/index.ts'
import { hostile, hostileDigest, ideas, quietDigest, richDigest, twelveWeeks } from '../fixtures/digests.ts'
import { renderer, unsubscribeUrl } from '../render/reading.ts'

export const everything: StoryChoice = { ideas: [], directions: [] }
/** 65 characters before the @ or a domain without a dot make it wrong; it is shown all the same. */
export const longAddress = `${'a'.repeat(64)}@${'subdomain.'.repeat(24)}example.org`.padEnd(320, 'x')
export const preferencesUrl = 'https://freehold.example/preferences/TOKEN'

const page: Page = {
  id: 'open-source-ai',
  title: 'Open-Source AI',
  aliases: [],
  related: [],
  idea: null,
  markdown: '# Open-Source AI\n\nOpen models are *cheap space*.\n\n## Key ideas\n\n- One\n- Two\n',
  file: 'wiki/open-source-ai.md',
}

const items: IdeaItem[] = richDigest.sections.flatMap(({ stories }, month) =>
  stories.map(({ item, feed, feedTitle, title, url, direction, evidence }, day) => ({
    id: `${item}-${month}`,
    feed,
    feedTitle,
    title,
    summary: '',
    content: '',
    url,
    canonicalUrl: null,
    kind: 'press' as const,
    language: 'en',
    publishedAt: null,
    firstSeenAt: Date.UTC(2026, 10 - month, 20 - day),
    baseline: false,
    labels: [{ idea: 'renewal', direction, score: 0.8, evidence, by: day === 1 ? 'maintainer' : 'model:a' }],
  })),
)

const counts = { feeds: 64, items: 18_342, labelled: 1, digests: 1 }
const values = { ideas: ['renewal', 'compute-cost'], directions: ['opens' as const] }
const email = 'ada@example.org'
const typed = Object.values(hostile).join(' ')

/** The pages of the newsletter, each in every state it has. */
export const newsletter: Record<string, string> = {
  subscribe: renderer.subscribePage({ values: { email: '', ...everything }, error: null }),
  'subscribe, refused': renderer.subscribePage({
    values: { email: 'ada@example', ...values },
    error: '“ada@example” can’t be an e-mail address: what stands behind the @ has no dot.',
  }),
  'subscribe, hostile': renderer.subscribePage({
    values: { email: `"><img src=x>${typed}`, ideas: [typed], directions: [] },
    error: `“${typed}” can’t be an e-mail address.`,
  }),
  'check your inbox': renderer.checkInboxPage(),
  confirm: renderer.confirmPage({ token: 'TOKEN', ...values }),
  'confirm, hostile': renderer.confirmPage({ token: typed, ideas: [typed], directions: ['mixed'] }),
  confirmed: renderer.confirmedPage({
    preferencesPath: '/preferences/TOKEN',
    nextIssue: '2026-11-30T09:00:00.000Z',
  }),
  'confirmed, nothing known': renderer.confirmedPage({ preferencesPath: null, nextIssue: null }),
  preferences: renderer.preferencesPage({
    token: 'TOKEN',
    leaveToken: 'LEAVE',
    email,
    values,
    state: 'shown',
  }),
  'preferences, saved': renderer.preferencesPage({
    token: 'TOKEN',
    leaveToken: 'LEAVE',
    email: longAddress,
    values: everything,
    state: 'saved',
  }),
  'preferences, hostile': renderer.preferencesPage({
    token: typed,
    leaveToken: typed,
    email: typed,
    values: { ideas: [typed], directions: [] },
    state: 'saved',
  }),
  'preferences, come back': renderer.preferencesPage({
    token: 'TOKEN',
    leaveToken: 'LEAVE',
    email,
    values,
    state: 'back',
  }),
  'come back': renderer.comeBackPage({ token: 'TOKEN', email, values }),
  'come back, hostile': renderer.comeBackPage({
    token: typed,
    email: typed,
    values: { ideas: [typed], directions: [] },
  }),
  'stays away, bounced': renderer.staysAwayPage({ email, reason: 'bounced', contact: 'hello@freehold.example' }), // biome-ignore format: short
  'stays away, complained': renderer.staysAwayPage({ email, reason: 'complained', contact: null }),
  'stays away, hostile': renderer.staysAwayPage({ email: typed, reason: null, contact: typed }),
  'left already': renderer.leftAlreadyPage({ preferencesPath: '/preferences/TOKEN' }),
  unsubscribe: renderer.unsubscribePage({ token: 'TOKEN', email }),
  'unsubscribe, hostile': renderer.unsubscribePage({ token: typed, email: typed }),
  left: renderer.leftPage({ preferencesPath: '/preferences/TOKEN' }),
  'left for good': renderer.leftPage({ preferencesPath: null }),
  'link gone, confirm': renderer.linkGonePage({ what: 'confirm', isReachable: true }),
  'link gone, preferences': renderer.linkGonePage({ what: 'preferences', isReachable: true }),
  'link gone, unsubscribe': renderer.linkGonePage({ what: 'unsubscribe', isReachable: true }),
  'link gone, nobody named': renderer.linkGonePage({ what: 'unsubscribe', isReachable: false }),
  privacy: renderer.privacyPage({
    contact: 'privacy@freehold.example',
    postalAddress: 'Freehold, 1 Hudson Street',
  }),
  'privacy, nobody named': renderer.privacyPage({ contact: null, postalAddress: null }),
  'privacy, hostile': renderer.privacyPage({ contact: typed, postalAddress: typed }),
}

/** The pages on which readers suggest feeds. */
export const suggesting: Record<string, string> = {
  suggest: renderer.suggestPage({ values: { url: '', note: '' }, error: null }),
  'suggest, refused': renderer.suggestPage({
    values: { url: 'lab.example', note: 'They publish every step of the training.' },
    error: 'That is not the address of a web page; it should begin with https://.',
  }),
  'suggest, hostile': renderer.suggestPage({
    values: { url: `"><img src=x>${typed}`, note: `</textarea><img src=x>${typed}` },
    error: `“${typed}” is no address.`,
  }),
  suggested: renderer.suggestedPage({ times: 1 }),
  'suggested before': renderer.suggestedPage({ times: 1200 }),
  'followed already': renderer.alreadyFollowedPage({ feed: 'Harbour Lab' }),
  'followed already, hostile': renderer.alreadyFollowedPage({ feed: typed }),
}

/** The pages that everybody reads. */
export const publicPages: Record<string, string> = {
  home: renderer.homePage({ latest: richDigest, ideas, counts, takesSuggestions: true }),
  'home before the first issue': renderer.homePage({ latest: null, ideas, counts }),
  digests: renderer.digestsPage([
    {
      number: 12,
      since: richDigest.since,
      until: richDigest.until,
      stories: 13,
      opens: 6,
      closes: 4,
      mixed: 3,
      headline: 'OLMo 4 is out',
    },
  ]),
  digest: renderer.digestPage(richDigest, [{ at: '2026-12-03T09:30:00.000Z', note: 'It has 34 billion.' }], {
    previous: 11,
    next: 13,
  }),
  'digest, quiet': renderer.digestPage(quietDigest),
  'digest, hostile': renderer.digestPage(hostileDigest),
  ideas: renderer.ideasPage(Object.fromEntries(ideas.map(({ id }) => [id, twelveWeeks(id)]))),
  idea: renderer.ideaPage({ idea: ideas[0]!, page: null, items, balance: twelveWeeks('renewal') }),
  'idea without news': renderer.ideaPage({ idea: ideas[2]!, page: null, items: [], balance: [] }),
  wiki: renderer.wikiIndexPage([page]),
  'wiki page': renderer.wikiPage(page, [page]),
  'not found': renderer.notFoundPage(),
}

/** Both mails. */
export const mails: Record<string, string> = {
  digest: renderer.email(richDigest, { unsubscribeUrl, preferencesUrl }).html,
  'digest, chosen': renderer.email(richDigest, { unsubscribeUrl, preferencesUrl, choice: values }).html,
  confirmation: renderer.confirmationMail({
    confirmUrl: 'https://freehold.example/confirm/TOKEN',
    ...values,
    hours: 48,
  }).html,
  'reads already': renderer.readerMail({
    reads: everything,
    preferencesUrl,
    unsubscribeUrl,
    wish: { confirmUrl: 'https://freehold.example/confirm/TOKEN', ...values, hours: 48 },
  }).html,
}
