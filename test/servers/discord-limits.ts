import { checkComponents, checkModal, tooManyBytes } from './discord-components.ts'
import { Form, type FormError } from './discord-form.ts'
import type { Sent } from './discord-http.ts'

const componentsV2 = 1 << 15
const mentionKinds = ['roles', 'users', 'everyone']

/** Checks the body of a message, with so many files, against Discord's documented limits; null when it is fine. */
export function checkMessage(body: Sent, files = 0): FormError | null {
  const form = new Form()
  const isV2 = ((body.flags ?? 0) & componentsV2) !== 0
  if (isV2 && (body.content || body.embeds?.length || body.poll || body.sticker_ids?.length)) {
    form.wrong(
      ['content'],
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'Content and embeds can’t be used with components V2.',
    )
  }
  form.text(['content'], body.content, 2000)
  checkEmbeds(form, body.embeds)
  checkComponents(form, body.components, isV2)
  if (body.nonce !== undefined) form.text(['nonce'], String(body.nonce), 25)
  if (files > 10) form.wrong(['attachments'], 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.')
  checkMentions(form, body.allowed_mentions)
  const error = form.error()
  if (error) return error
  if (isV2 && tooManyBytes(body.components))
    return { status: 500, message: '500: Internal Server Error', code: 0 }
  const empty = !body.content && !body.embeds?.length && !body.components?.length && files === 0
  return empty && !body.poll && !body.sticker_ids?.length
    ? { status: 400, message: 'Cannot send an empty message', code: 50006 }
    : null
}

function checkEmbeds(form: Form, embeds: Sent): void {
  let total = 0
  for (const [i, embed] of form.list(['embeds'], embeds, 10).entries()) {
    form.text(['embeds', i, 'title'], embed.title, 256)
    form.text(['embeds', i, 'description'], embed.description, 4096)
    form.link(['embeds', i, 'url'], embed.url)
    form.text(['embeds', i, 'footer', 'text'], embed.footer?.text, 2048)
    form.text(['embeds', i, 'author', 'name'], embed.author?.name, 256)
    const fields = form.list(['embeds', i, 'fields'], embed.fields, 25)
    for (const [j, field] of fields.entries()) {
      form.text(['embeds', i, 'fields', j, 'name'], field.name, 256, true)
      form.text(['embeds', i, 'fields', j, 'value'], field.value, 1024, true)
    }
    const shown = [
      embed.title,
      embed.description,
      embed.footer?.text,
      embed.author?.name,
      ...fields.flatMap((f) => [f.name, f.value]),
    ]
    for (const words of shown) total += typeof words === 'string' ? words.length : 0
  }
  if (total > 6000)
    form.wrong(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
}

function checkMentions(form: Form, mentions: Sent): void {
  for (const [i, kind] of form.list(['allowed_mentions', 'parse'], mentions?.parse, 3).entries()) {
    if (!mentionKinds.includes(kind)) form.choice(['allowed_mentions', 'parse', i], kind, mentionKinds)
    else if (mentions[kind]?.length) {
      form.wrong(
        ['allowed_mentions'],
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      )
    }
  }
  form.list(['allowed_mentions', 'users'], mentions?.users, 100)
  form.list(['allowed_mentions', 'roles'], mentions?.roles, 100)
}

export function checkThread(body: Sent): FormError | null {
  const form = new Form()
  form.text(['name'], body.name, 100, true)
  if (body.auto_archive_duration != null)
    form.choice(['auto_archive_duration'], body.auto_archive_duration, [60, 1440, 4320, 10080])
  form.list(['applied_tags'], body.applied_tags, 5)
  return form.error()
}

/** Checks what an interaction is answered with, for all types of answer but messages. */
export function checkCallback({ type, data }: Sent): FormError | null {
  const form = new Form()
  if (type === 9) checkModal(form, data)
  if (type === 8) {
    for (const [i, one] of form.list(['data', 'choices'], data?.choices ?? null, 25).entries()) {
      const at = ['data', 'choices', i]
      form.text([...at, 'name'], one.name, 100, true)
      if (typeof one.value === 'string') form.text([...at, 'value'], one.value, 100, true)
      else if (typeof one.value !== 'number')
        form.wrong([...at, 'value'], 'BASE_TYPE_REQUIRED', 'This field is required')
    }
  }
  return form.error()
}
