import { type Command, Option } from 'commander'
import type { Feedback } from '../model/index.ts'
import type { StoredFeedback } from '../store/index.ts'
import { openToRead } from './existing-database.ts'
import { print, printJsonLine, shortTime } from './output.ts'
import { config, readTime } from './settings.ts'

export function addFeedback(program: Command): void {
  program
    .command('feedback')
    .summary('what readers said about answers and labels')
    .description(
      'Shows what readers said in Discord about answers and labels, newest first. Nobody’s name stands with it.',
    )
    .addOption(new Option('--kind <kind>', 'only about these').choices(['answer', 'label']))
    .option('--since <time>', 'given since then: 2026-03-09, or 7d for the last seven days')
    .option('--json', 'JSON Lines, one piece of feedback a line')
    .action(async (options: { kind?: Feedback['kind']; since?: string; json?: boolean }) => {
      const store = await openToRead(config())
      try {
        const found = await store.feedback.list({
          ...(options.kind ? { kind: options.kind } : {}),
          ...(options.since === undefined ? {} : { since: readTime(options.since, '--since') }),
        })
        if (found.length === 0 && !options.json) print('Nobody has said anything about that yet.')
        for (const one of found) {
          if (options.json) await printJsonLine({ ...one, givenAt: new Date(one.givenAt).toISOString() })
          else print(inWords(one))
        }
      } finally {
        await store.close()
      }
    })
}

function inWords(one: StoredFeedback): string {
  const said =
    one.kind === 'answer'
      ? [one.vote, one.reason].filter(Boolean).join(': ')
      : `should be ${labelsOf(one.labels)}`
  const about = one.kind === 'answer' ? one.about : `${one.subject} ${one.about}`
  return [
    `${shortTime(one.givenAt)}  ${said}`,
    `    ${about}`,
    ...(one.comment ? [`    “${one.comment}”`] : []),
  ].join('\n')
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([idea, direction]) => `${idea}=${direction}`)
  return pairs.join(' ') || 'none'
}
