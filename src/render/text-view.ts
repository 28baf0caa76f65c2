import { feedNoteLine } from './account.ts'
import { correctedLabel } from './corrected.ts'
import type { DigestView, StoryView } from './digest-view.ts'
import { isolated } from './feed-text.ts'
import type { TextSettings } from './text-helpers.ts'

/** A digest's view with the lines that only plain text has. */
export function textView<View extends DigestView>(view: View, settings: TextSettings) {
  return {
    ...view,
    ...settings,
    // Three charts of twelve weeks need this much to stand side by side.
    between: settings.width < 60 ? '\n' : '   ',
    correctedLines: view.corrected.map((one) => `${correctedLabel(one)}: ${one.note}`),
    signedLine: view.signed && `— ${view.signed}`,
    feedLines: view.feedNotes.map((note) => feedNoteLine(note, isolated)),
    sections: view.sections.map((section) => ({ ...section, stories: section.stories.map(withLines) })),
  }
}

function withLines(story: StoryView) {
  return {
    ...story,
    hang: `${story.mark} `,
    facts: [story.word, isolated(story.source), story.date].filter(Boolean).join(' · '),
    updateLine: [story.update?.label, isolated(story.update?.words ?? '')].filter(Boolean).join(': '),
    alsoLine: `also: ${story.also.map(({ title }) => isolated(title)).join(', ')}`,
  }
}
