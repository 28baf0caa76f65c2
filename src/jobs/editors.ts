import { type Edited, edit } from '../digest/index.ts'
import { type DigestChange, normalEmail } from '../model/index.ts'
import type { EditorNote } from '../render/index.ts'
import type { Destination, StoredDigest } from '../store/index.ts'
import type { Way } from './way.ts'

type EditorWay = Pick<Way, 'store' | 'post' | 'now' | 'log'>

/** A word on an issue before it goes out. */
export type EditorWord =
  | { word: 'release' }
  | { word: 'hold'; reason: string }
  | { word: 'change'; change: DigestChange }

/** What came of it: the issue as it is now, or why nothing was done. */
export type EditorOutcome = { issue: StoredDigest } | { fault: string }

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
  if (issue.releasedAt !== null) {
    return {
      fault: `Issue ${number} has been released already; freehold digest correct ${number} adds a note to it.`,
    }
  }
  switch (what.word) {
    case 'release':
      await digests.release(number, way.now())
      way.log.info({ digest: number, by }, 'an editor released an issue')
      break
    case 'hold':
      await digests.hold(number, `${by}: ${what.reason || 'no reason given'}`)
      way.log.info({ digest: number, by }, 'an editor holds an issue')
      break
    case 'change': {
      const edited: Edited = edit(issue.digest, what.change, by, issue.original ?? issue.digest)
      if ('fault' in edited) return edited
      const at = new Date(way.now()).toISOString()
      const made = { at, by, change: what.change }
      if (!(await digests.edit(number, edited.digest, made, issue.edits.length))) {
        return {
          fault: 'Somebody else changed the issue meanwhile. Look at it again, then repeat your change.',
        }
      }
      way.log.info({ digest: number, by, change: what.change.what }, 'an editor changed an issue')
    }
  }
  return { issue: (await digests.get(number))! }
}

/** Writes down the previews of issues that editors have not seen: those that wait for their word, and those held. */
export async function writePreviews(way: EditorWay): Promise<void> {
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
export function readDeskToken(
  { signer, editors }: Way['post'],
  token: string,
): { number: number; editor: string } | null {
  const payload = signer.read('desk', token)
  const [, number, hash] = /^(\d{1,9})-([0-9a-f]{16})$/.exec(payload ?? '') ?? []
  const editor = editors.find((one) => signer.hash('editor', one).slice(0, 16) === hash)
  return number !== undefined && editor !== undefined ? { number: Number(number), editor } : null
}
