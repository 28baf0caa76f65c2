/** The tables as Kysely types. Times are ms since the epoch (UTC), flags 0 or 1, lists and objects JSON text. */
export interface Schema {
  feed_state: FeedStateTable
  item: ItemTable
  item_alias: ItemAliasTable
  label: LabelTable
  digest: DigestTable
  digest_item: DigestItemTable
  subscriber: SubscriberTable
  suppression: SuppressionTable
  delivery: DeliveryTable
  job_run: JobRunTable
  setting: SettingTable
  lease: LeaseTable
  verdict: VerdictTable
  gap: GapTable
  guild: GuildTable
  channel_subscription: ChannelSubscriptionTable
  alert: AlertTable
  answer: AnswerTable
  feedback: FeedbackTable
  suggestion: SuggestionTable
  sign_up: SignUpTable
  mail_return: MailReturnTable
}

interface LeaseTable {
  name: string
  owner: string
  until: number
}

interface FeedStateTable {
  feed: string
  url: string
  etag: string | null
  last_modified: string | null
  body_hash: string | null
  first_polled_at: number | null
  last_polled_at: number | null
  last_success_at: number | null
  next_poll_at: number
  failures: number
  failing_since: number | null
  last_reason: string | null
  last_error: string | null
  gone_times: number
  moved_to: string | null
  moved_times: number
  items_seen: number
  new_item_at: number | null
  newest_at: number | null
  rhythm_ms: number | null
  ttl_ms: number | null
}

/**
 * Other identities under which a stored item was met: feeds change guids, links and titles of what they have published.
 * `page:URL`, of no item, says that several items of the feed share a link.
 */
export interface ItemAliasTable {
  feed: string
  identity: string
  item: string
}

export interface ItemTable {
  id: string
  feed: string
  identity: string
  revision: string
  title: string
  summary: string
  content: string
  url: string | null
  canonical_url: string | null
  kind: string
  language: string
  published_at: number | null
  /** Its date as the feed told it last, which may lie in the future; only for recognising it. */
  stated_at: number | null
  first_seen_at: number
  updated_at: number
  baseline: number
  /** The model that last judged it, also when it found nothing; null until judged. */
  classified_by: string | null
}

export interface LabelTable {
  item: string
  idea: string
  direction: string
  score: number
  evidence: string
  by: string
}

interface DigestTable {
  number: number
  since: number
  until: number
  created_at: number
  /** When it was given free for sending; null while it waits. */
  released_at: number | null
  /** When its deliveries were written down; nobody joins the audience after that. */
  audience_at: number | null
  body: string
  /** Why it is held back; null when it is not. */
  held: string | null
  /** Dated notes on what was wrong in it, as JSON. */
  corrections: string
  /** Why its sending is paused; null when it is not. */
  paused: string | null
  /** When it is released by itself, while it waits for editors. */
  approve_by: number | null
  /** What editors changed, as JSON. */
  edits: string
  /** When editors were sent a preview. */
  previewed_at: number | null
}

interface DigestItemTable {
  digest: number
  item: string
}

interface SubscriberTable {
  id: string
  email: string
  email_key: string
  confirmed_at: number | null
  unsubscribed_at: number | null
  created_at: number
  /** What they want to read of, as JSON; empty lists for all. */
  ideas: string
  directions: string
  left_reason: string | null
  /** The secret of the confirmation that was last asked for, when, and the choice it would bring. */
  opt_in: string | null
  opt_in_at: number | null
  opt_in_choice: string | null
  /** Bounces in a row that may pass, and the time of the last. */
  soft_bounces: number
  bounced_at: number | null
}

interface SuppressionTable {
  /** HMAC of the address, so that the address itself is not kept. */
  email_hash: string
  reason: string
  created_at: number
}

export interface DeliveryTable {
  id: string
  /** What it is a part of: `digest 12`, `alert 4f…`. */
  post: string
  digest: number | null
  alert: string | null
  medium: string
  target: string
  part: number
  step: string
  piece: number
  /** What the channel wanted when the audience was written down, as JSON. */
  wish: string | null
  state: string
  attempts: number
  due_at: number
  owner: string | null
  lease_until: number | null
  body_started_at: number | null
  /** When a try went out that nobody answered. */
  uncertain_since: number | null
  settled_at: number | null
  receipt: string | null
  error: string | null
}

export interface JobRunTable {
  id: string
  job: string
  owner: string
  lease_until: number
  started_at: number
  finished_at: number | null
  outcome: string
  counts: string
  error: string | null
}

interface SettingTable {
  name: string
  value: string
}

interface GapTable {
  question: string
  times: number
  first_asked_at: number
  last_asked_at: number
}

interface VerdictTable {
  item: string
  labels: string
  given_at: number
}

interface GuildTable {
  id: string
  /** When the bot left it; null while it is there. */
  left_at: number | null
}

export interface ChannelSubscriptionTable {
  channel: string
  guild: string
  kind: string
  mode: string
  ideas: string
  directions: string
  role: string | null
  discuss: number
  publish: number
  alerts_a_day: number
  made_by: string
  made_at: number
  failures: number
  last_error: string | null
  paused_at: number | null
  /** What its maker is still to be told: `failing` or `paused`. */
  notice: string | null
  /** Not before this time. */
  notice_at: number | null
}

interface AlertTable {
  id: string
  /** Ids of every item of the story. */
  items: string
  /** The story as it is told. */
  story: string
  made_at: number
}

interface AnswerTable {
  id: string
  body: string
  answered_at: number
}

export interface FeedbackTable {
  id: string
  kind: string
  /** Id of the answer or item. */
  subject: string
  /** A keyed hash, another for each subject: it counts a person once and tells nobody who it was. */
  voter: string
  vote: string
  reason: string | null
  labels: string | null
  comment: string
  /** The question, or the item's title, so that the record can be read alone. */
  about: string
  given_at: number
}

interface SuggestionTable {
  url: string
  as_given: string
  times: number
  first_at: number
  last_at: number
  /** How many of them came by the web form. */
  from_web: number
  /** What people said of it, a line each. */
  notes: string
}

interface SignUpTable {
  /** Keyed hash of an address or a network. */
  key: string
  at: number
}

interface MailReturnTable {
  /** Hash of the message that came back, so that it counts once. */
  id: string
  kind: string
  read_at: number
}
