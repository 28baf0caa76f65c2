import { z } from 'zod'
import type { EvidenceCase } from '../classify/index.ts'
import type { Problem } from '../lib/text/index.ts'
import { feedKinds } from '../model/index.ts'

const caseSchema = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string().optional(),
  content: z.string().optional(),
  kind: z.enum(feedKinds).optional(),
  idea: z.string(),
  evidence: z.array(z.string().min(1)).min(1, 'needs at least one span'),
})

/** Reads JSON Lines of items with an idea and the spans that readers accept as its evidence. */
export function parseEvidence(
  jsonl: string,
  file: string,
  ideas: { id: string }[],
): { cases: EvidenceCase[]; problems: Problem[] } {
  const cases: EvidenceCase[] = []
  const problems: Problem[] = []
  for (const [i, text] of jsonl.split('\n').entries()) {
    if (text.trim() === '') continue
    const say = (field: string, message: string) => problems.push({ file, line: i + 1, field, message })
    try {
      const { data, error } = caseSchema.safeParse(JSON.parse(text))
      for (const issue of error?.issues ?? []) say(issue.path.join('.'), issue.message)
      if (!data) continue
      const texts = [data.title, data.summary ?? '', data.content ?? '']
      const strange = data.evidence.find((span) => !texts.some((one) => one.includes(span)))
      if (!ideas.some(({ id }) => id === data.idea)) {
        const known = ideas.map(({ id }) => id).join(', ')
        say('idea', `the wiki has no idea "${data.idea}"; it has ${known}`)
      } else if (strange !== undefined) say('evidence', `"${strange}" does not stand in the item`)
      else cases.push(data)
    } catch (error) {
      say('', `is not JSON: ${(error as Error).message}`)
    }
  }
  return { cases, problems }
}
