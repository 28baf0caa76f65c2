import type { DigestView, StoryView } from './digest-view.ts'
import type { TextSettings } from './text-helpers.ts'

/** A digest's view with the lines that only plain text has. */
export function textView<View extends DigestView>(view: View, settings: TextSettings) {
  return {
    ...view,
    ...settings,
    // Three charts of twelve weeks need this much to stand side by side.
    between: settings.width < 60 ? '\n' : '   ',
    failingLine: failingLine(view),
    sections: view.sections.map((section) => ({ ...section, stories: section.stories.map(withLines) })),
  }
}

function withLines(story: StoryView) {
  return {
    ...story,
    hang: `${story.mark} `,
    facts: [story.word, story.source, story.date].filter(Boolean).join(' · '),
    updateLine: `Update: ${story.update}`,
    alsoLine: `also: ${story.also.map(({ title }) => title).join(', ')}`,
  }
}

function failingLine({ failing, failingMore }: DigestView): string {
  const names = failing.map(({ title }) => title)
  return `No answer from ${names.join(', ')}${failingMore > 0 ? ` and ${failingMore} more` : ''}.`
}
