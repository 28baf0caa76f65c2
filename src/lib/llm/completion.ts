import { z } from 'zod'

const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
})

/** What the model wrote, and whether it was stopped in the middle; null when the text is no chat completion. */
export function readCompletion(text: string): { content: string; cut: boolean } | null {
  const result = completionSchema.safeParse(parsed(text)?.json)
  if (!result.success) return null
  const { message, finish_reason } = result.data.choices[0]!
  return { content: message.content ?? '', cut: finish_reason === 'length' }
}

/**
 * The JSON that a model wrote; null when there is none. A server that can't hold its model to JSON may let it think aloud
 * first or put the JSON in a code fence.
 */
export function readJson(content: string): { json: unknown } | null {
  const said = content.replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()
  const fenced = said.startsWith('```') && said.endsWith('```') && said.includes('\n')
  return parsed(fenced ? said.slice(said.indexOf('\n'), -3) : said)
}

const errorSchema = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
  z.object({ detail: z.string() }).transform(({ detail }) => detail),
])

/** The server's own words about an error, in one line without control characters; empty when it gives none. */
export function readError(text: string): string {
  const result = errorSchema.safeParse(parsed(text)?.json)
  return result.success ? result.data.replace(/[\s\p{C}]+/gu, ' ').trim() : ''
}

function parsed(text: string): { json: unknown } | null {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return null
  }
}
