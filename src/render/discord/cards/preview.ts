import { type Digest, issueName, storyCount } from '../../../model/index.ts'
import { type EditorNote, editorWords } from '../../editor-note.ts'
import { plural } from '../../numbers.ts'
import { headlineOf } from '../../subject.ts'
import type { DiscordMessage } from '../components.ts'
import { rowOf, webButton } from './buttons.ts'
import { amber, box, textOf } from './layout.ts'
import { fitted } from './pen.ts'

/** Tells editors that an issue can be looked at before it goes out. */
export function previewCard(digest: Digest, note: EditorNote): DiscordMessage {
  return fitted((pen) => [
    box(
      [
        ...textOf(
          `**${pen.words(issueName(digest), 60)}** can be looked at before it goes out: ${plural(storyCount(digest), 'story')}, first of them “${pen.words(headlineOf(digest), 200)}”.`,
          pen.sentence(editorWords(note), 500),
          pen.link('Read, change, hold or release it', note.deskUrl, 80),
        ),
        ...rowOf(webButton('Open the issue', note.deskUrl)),
      ],
      amber,
    ),
  ])
}
