/** What Discord says to a message it can't take: its error body, code 50035 or 50006. */
export interface FormError {
  message: string
  code: number
  errors?: object
}

interface Fault {
  path: (string | number)[]
  code: string
  message: string
}

const componentsV2 = 1 << 15
const mentionKinds = ['roles', 'users', 'everyone']

// biome-ignore lint/suspicious/noExplicitAny: it is whatever a client sent.
type Sent = any

/** Checks the body of Create Message against Discord's documented limits; null when it is fine. */
export function checkMessage(body: Sent): FormError | null {
  const faults: Fault[] = []
  const wrong = (path: Fault['path'], code: string, message: string) =>
    void faults.push({ path, code, message })
  const text = (path: Fault['path'], value: Sent, max: number, required = false) => {
    if (value === undefined || value === null) {
      if (required) wrong(path, 'BASE_TYPE_REQUIRED', 'This field is required')
    } else if (typeof value !== 'string') wrong(path, 'STRING_TYPE_CONVERT', 'Could not interpret as string.')
    else if (value.length > max) wrong(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
    else if (required && value === '') wrong(path, 'BASE_TYPE_REQUIRED', 'This field is required')
  }
  const count = (path: Fault['path'], list: Sent, max: number): Sent[] => {
    if (list === undefined || list === null) return []
    if (!Array.isArray(list)) {
      wrong(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType')
      return []
    }
    if (list.length > max) wrong(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
    return list
  }
  const link = (path: Fault['path'], value: Sent) => {
    text(path, value, 2048)
    if (typeof value === 'string' && !/^https?:\/\/[^\s]+$/.test(value)) {
      wrong(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.')
    }
  }

  const isV2 = ((body.flags ?? 0) & componentsV2) !== 0
  if (isV2 && (body.content || body.embeds?.length)) {
    wrong(
      ['content'],
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'Content and embeds can’t be used with components V2.',
    )
  }
  text(['content'], body.content, 2000)
  let total = 0
  for (const [i, embed] of count(['embeds'], body.embeds, 10).entries()) {
    text(['embeds', i, 'title'], embed.title, 256)
    text(['embeds', i, 'description'], embed.description, 4096)
    link(['embeds', i, 'url'], embed.url)
    text(['embeds', i, 'footer', 'text'], embed.footer?.text, 2048)
    text(['embeds', i, 'author', 'name'], embed.author?.name, 256)
    const fields = count(['embeds', i, 'fields'], embed.fields, 25)
    for (const [j, field] of fields.entries()) {
      text(['embeds', i, 'fields', j, 'name'], field.name, 256, true)
      text(['embeds', i, 'fields', j, 'value'], field.value, 1024, true)
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
  if (total > 6000) wrong(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')

  const components = count(['components'], body.components, isV2 ? 40 : 5)
  if (isV2) {
    const all = components.flatMap(withChildren)
    if (all.length > 40)
      wrong(
        ['components'],
        'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
        'The total number of components exceeds 40',
      )
    const words = all.reduce((sum, c) => sum + (c.type === 10 ? String(c.content ?? '').length : 0), 0)
    if (words > 4000)
      wrong(
        ['components'],
        'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
        'The total displayable text exceeds 4000',
      )
  }
  for (const [i, component] of components.flatMap(withChildren).entries()) {
    if (component.type === 1) count(['components', i, 'components'], component.components, 5)
    if (component.type === 2) {
      text(['components', i, 'label'], component.label, 80)
      if (component.style === 5) link(['components', i, 'url'], component.url)
    }
  }

  if (body.nonce !== undefined) text(['nonce'], String(body.nonce), 25)
  const mentions = body.allowed_mentions
  for (const [i, kind] of count(['allowed_mentions', 'parse'], mentions?.parse, 3).entries()) {
    if (!mentionKinds.includes(kind)) {
      wrong(
        ['allowed_mentions', 'parse', i],
        'BASE_TYPE_CHOICES',
        `Value must be one of ${mentionKinds.join(', ')}.`,
      )
    } else if (mentions[kind]?.length) {
      wrong(
        ['allowed_mentions'],
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      )
    }
  }
  if (faults.length > 0) return { message: 'Invalid Form Body', code: 50035, errors: nested(faults) }
  const empty = !body.content && !body.embeds?.length && components.length === 0
  return empty ? { message: 'Cannot send an empty message', code: 50006 } : null
}

function withChildren(component: Sent): Sent[] {
  const children = [...(component.components ?? []), ...(component.accessory ? [component.accessory] : [])]
  return [component, ...children.flatMap(withChildren)]
}

/** `{embeds: {0: {title: {_errors: [{code, message}]}}}}` */
function nested(faults: Fault[]): object {
  const root: Sent = {}
  for (const { path, code, message } of faults) {
    let node = root
    for (const step of path) node = node[step] ??= {}
    node._errors = [...(node._errors ?? []), { code, message }]
  }
  return root
}
