import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { z } from 'zod'
import type { Refusal } from '../classify/index.ts'
import { detectLanguage } from '../lib/text/index.ts'
import { feedKinds } from '../model/index.ts'
import { Failure } from './failure.ts'
import { printJsonLine, remark } from './output.ts'
import { config } from './settings.ts'
import { loadWiki, openRefined } from './wiring.ts'

const itemSchema = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  title: z.string().nullish(),
  summary: z.string().nullish(),
  content: z.string().nullish(),
  url: z.string().nullish(),
  kind: z.enum(feedKinds).nullish(),
  publishedAt: z.string().nullish(),
})

export function addClassify(program: Command): void {
  program
    .command('classify')
    .summary('judge items from stdin against the key ideas')
    .description(
      'Reads items as JSON Lines from stdin and writes their labels as JSON Lines to stdout, in the same order.\n' +
        'An item: {"id","title","summary"?,"content"?,"url"?,"kind"?,"publishedAt"?}. Touches no database.\n' +
        'With LLM_BASE_URL set, labels also say who gave them ("by").',
    )
    .option('--explain', 'add what weighed most for and against each idea')
    .addHelpText(
      'after',
      '\nExample:\n  echo \'{"id":"1","title":"Harbour Lab releases its weights"}\' | freehold classify',
    )
    .action(async (options: { explain?: boolean }) => {
      const settings = config()
      const { ideas } = await loadWiki(settings)
      const classifier = await openRefined(settings, ideas)
      const refusals: Refusal[] = []
      let line = 0
      for await (const text of createInterface({
        input: process.stdin,
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        line += 1
        if (text.trim() === '') continue
        const item = readItem(text, line)
        const language = detectLanguage(`${item.title}\n${item.summary || item.content || ''}`.slice(0, 3000))
        const how = { language, explain: options.explain ?? false }
        if (!classifier.refined) {
          await printJsonLine(classifier.classify(item, how))
          continue
        }
        const { by, refusal, ...verdict } = await classifier.refined.classify(item, how)
        if (refusal) refusals.push(refusal)
        await printJsonLine({ ...verdict, labels: verdict.labels.map((label) => ({ ...label, by })) })
      }
      for (const [message, same] of Map.groupBy(refusals, (refusal) => refusal.message)) {
        remark(`The built-in classifier decided alone on ${same.length} items: ${message}`)
      }
    })
}

function readItem(text: string, line: number) {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new Failure(`Line ${line} of stdin is not JSON: ${(error as Error).message}.`)
  }
  const result = itemSchema.safeParse(raw)
  if (!result.success) {
    const issue = result.error.issues[0]!
    throw new Failure(`Line ${line} of stdin is no item: ${issue.path.join('.') || 'it'}: ${issue.message}.`)
  }
  const { id, title, summary, content, url, kind, publishedAt } = result.data
  return {
    id,
    title: title ?? '',
    summary: summary ?? '',
    content: content ?? '',
    url: url ?? null,
    kind: kind ?? undefined,
    publishedAt: publishedAt ?? null,
  }
}
