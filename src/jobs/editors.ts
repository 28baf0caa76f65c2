import { randomUUID } from 'node:crypto'
import { buildMail, messageIdFor } from '../deliver/index.ts'
import { type Edited, edit, type Sources } from '../digest/index.ts'
import { type Digest, type DigestChange, itemsOf, normalEmail, type Receipt } from '../model/index.ts'
import type { EditorNote } from '../render/index.ts'
import type { Destination, StoredDigest } from '../store/index.ts'
import type { Way } from './way.ts'

type PreviewWay = Pick<Way, 'store' | 'post' | 'now' | 'log'>
type EditorWay = PreviewWay & Pick<Way, 'feeds'>

/** A word on an issue before it goes out. */
export type EditorWord =
  /** With `evenHeld: false` an issue that is held stays so: whoever says it has not seen the hold. */
  | { word: 'release'; evenHeld?: boolean }
  | { word: 'hold'; reason: string }
  /**
   * Several changes are made all or none. `leads` counts the changes of the lead that their author has seen; a later one
   * is not written over.
   */
  | { word: 'change'; change: DigestChange | DigestChange[]; leads?: number }

/** What came of it: the issue as it is now, or why nothing was done. */
export type EditorOutcome = { issue: StoredDigest } | { fault: string }

const meanwhile = 'Look at it again, then repeat your change.'

/**
 * Carries out an editor's word on an issue that has not been released; `by` is kept with every change. Faults are
 * sentences.
 */
export async function carryOut(
  way: EditorWay,
  number: number,
  by: string,
  what: EditorWord,
): Promise<EditorOutcome> {
  const { digests } = way.store
  const issue = await digests.get(number)
  if (!issue) return { fault: `There is no issue ${number}.` }
  const released = `Issue ${number} has been released already; freehold digest correct ${number} adds a note to it.`
  if (issue.releasedAt !== null) return { fault: released }
  const facts = { digest: number, by }
  switch (what.word) {
    case 'release': {
      if (!(await digests.release(number, way.now(), { by, evenHeld: what.evenHeld ?? true }))) {
        const held = (await digests.get(number))?.held ?? null
        return {
          fault:
            held === null ? released : `It has been held meanwhile. ${held} Release it if you still want to.`,
        }
      }
      way.log.info(facts, 'an editor released an issue')
      break
    }
    case 'hold':
      if (!(await digests.hold(number, `${by}: ${sentence(what.reason) || 'no reason given.'}`)))
        return { fault: released }
      way.log.info(facts, 'an editor holds an issue')
      break
    case 'change': {
      const { change, leads } = what
      if (leads !== undefined && leads !== leadChanges(issue))
        return { fault: `Somebody else changed the lead meanwhile. ${meanwhile}` }
      const changes = [change].flat()
      const edited = editAll(issue, changes, by, await sourcesOf(way, issue.digest))
      if ('fault' in edited) return edited
      const at = new Date(way.now()).toISOString()
      const made = changes.map((one) => ({ at, by, change: one }))
      if (!(await digests.edit(number, edited.digest, made, issue.edits.length))) {
        const late = (await digests.get(number))?.releasedAt != null
        return { fault: late ? released : `Somebody else changed the issue meanwhile. ${meanwhile}` }
      }
      for (const { what } of changes) way.log.info({ ...facts, change: what }, 'an editor changed an issue')
    }
  }
  return { issue: (await digests.get(number))! }
}

/** Makes changes one after the other; the first that can't be made is why none is. */
function editAll(
  { digest, original }: StoredDigest,
  changes: DigestChange[],
  by: string,
  sources: Sources,
): Edited {
  let edited: Edited = { digest }
  for (const change of changes) {
    if ('fault' in edited) break
    edited = edit(edited.digest, change, by, original ?? digest, sources)
  }
  return edited
}

/** The items of an issue that are still stored, and the feeds. */
async function sourcesOf({ store, feeds }: EditorWay, { sections }: Digest): Promise<Sources> {
  const ids = sections.flatMap(({ stories }) => stories.flatMap(itemsOf))
  const items = await store.items.byIds([...new Set(ids)])
  return {
    items: new Map(items.map((item) => [item.id, item])),
    feeds: new Map(feeds.map((feed) => [feed.id, feed])),
  }
}

/** How often the lead of an issue has been changed. */
function leadChanges({ edits }: StoredDigest): number {
  return edits.filter(({ change }) => change.what === 'lead').length
}

/** A reason as a sentence: in one line, and with a stop. */
function sentence(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ')
  return /[.!?…]$/.test(line) || line === '' ? line : `${line}.`
}

/** The editors' page of an issue: what it shows, and what can be done there. */
export function openEditorsDesk(way: EditorWay) {
  return {
    /** What a link of `editorNote` leads to; null for any other, and for that of who is no editor any more. */
    async open(token: string) {
      const read = readDeskToken(way.post, token)
      const issue = read === null ? null : await way.store.digests.get(read.number)
      if (read === null || issue === null) return null
      const messages = issue.releasedAt === null ? [] : await way.store.deliveries.counts(issue.number)
      return {
        issue,
        editor: read.editor,
        /** True where the link is for all who read a channel. */
        isChannel: normalEmail(read.editor) === null,
        leads: leadChanges(issue),
        messages,
      }
    },

    carryOut: (number: number, by: string, what: EditorWord) => carryOut(way, number, by, what),
  }
}

export type EditorsDesk = ReturnType<typeof openEditorsDesk>

/** Writes down the previews of issues that editors have not seen: those that wait for their word, and those held. */
export async function writePreviews(way: PreviewWay): Promise<void> {
  const { editors, discord } = way.post
  if (editors.length === 0) return
  for (const number of await way.store.digests.awaitingPreview()) {
    const places = editors.flatMap((editor): Destination[] => {
      if (normalEmail(editor) !== null) return [{ medium: 'email', target: editor, part: 0 }]
      return discord ? [{ medium: 'discord', target: editor, part: 0 }] : []
    })
    if (await way.store.digests.preview(number, places, way.now()))
      way.log.info({ digest: number, editors: places.length }, 'editors are sent a preview')
  }
}

/** Sends an issue to one address to be looked at; nothing of it is stored. */
export async function mailPreview(
  { renderer, post, now }: Pick<Way, 'renderer' | 'post' | 'now'>,
  digest: Digest,
  to: string,
): Promise<Receipt> {
  const mail = renderer.email(digest, {
    unsubscribeUrl: null,
    postalAddress: post.postalAddress,
  })
  const id = `preview-${randomUUID()}`
  const message = await buildMail({
    ...mail,
    from: post.serviceFrom,
    to,
    messageId: messageIdFor(id, post.mailDomain),
    date: new Date(now()),
  })
  const signed = post.sign ? await post.sign(message) : message
  if (!post.smtp) return post.outbox.writeMail(id, signed)
  return post.smtp.send({ envelopeFrom: post.mailAddress, to, message: signed }, async () => true)
}

/** What an editor has to know of an issue. */
export function editorNote({ post }: Pick<Way, 'post'>, issue: StoredDigest, editor: string): EditorNote {
  return {
    deskUrl: `${post.publicUrl}/desk/${deskToken(post, issue.number, editor)}`,
    releaseAt: issue.approveBy === null ? null : new Date(issue.approveBy).toISOString(),
    held: issue.held,
  }
}

/** The token of an editor's page of an issue. */
function deskToken({ signer }: Way['post'], number: number, editor: string): string {
  return signer.token('desk', `${number}-${signer.hash('editor', editor).slice(0, 16)}`)
}

/** Which issue and editor a token of `deskToken` is for; null for any other, and for who is no editor any more. */
function readDeskToken(
  { signer, editors }: Way['post'],
  token: string,
): { number: number; editor: string } | null {
  const payload = signer.read('desk', token)
  const [, number, hash] = /^(\d{1,9})-([0-9a-f]{16})$/.exec(payload ?? '') ?? []
  const editor = editors.find((one) => signer.hash('editor', one).slice(0, 16) === hash)
  return number !== undefined && editor !== undefined ? { number: Number(number), editor } : null
}
