import type { Form } from './discord-form.ts'
import type { Sent } from './discord-http.ts'

type Path = (string | number)[]

const row = 1
const button = 2
const input = 4
const selects = [3, 5, 6, 7, 8]
const [section, display, thumbnail, gallery, file, separator, container, label] = [
  9, 10, 11, 12, 13, 14, 17, 18,
]
const v2Top = [row, section, display, gallery, file, separator, container]
const inContainer = [row, section, display, gallery, file, separator]
const [linkStyle, premiumStyle] = [5, 6]
const mostCharacters = 4000
const mostComponents = 40

/** What Discord's servers fail at with 500, in bytes of text, though the characters are few enough. */
const mostBytes = 9500

/** Checks a message's components by the documented limits. */
export function checkComponents(form: Form, components: Sent, isV2: boolean): void {
  const path = ['components']
  const list = form.list(path, components, isV2 ? mostComponents : 5)
  for (const [i, one] of list.entries()) check(form, [...path, i], one, isV2 ? v2Top : [row])
  const all = list.flatMap(withChildren)
  const ids = all.flatMap((one) => (typeof one.custom_id === 'string' ? [one.custom_id] : []))
  if (new Set(ids).size < ids.length)
    form.wrong(path, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
  if (!isV2) return
  if (all.length > mostComponents)
    form.wrong(
      path,
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      `The total number of components exceeds ${mostComponents}`,
    )
  if (textOf(list).length > mostCharacters)
    form.wrong(
      path,
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `The total displayable text exceeds ${mostCharacters}`,
    )
}

/** Whether Discord would answer with 500 to so much text in Components V2. */
export function tooManyBytes(components: Sent): boolean {
  return Array.isArray(components) && Buffer.byteLength(textOf(components)) > mostBytes
}

function textOf(components: Sent[]): string {
  const all = components.flatMap(withChildren)
  return all.map((one) => (one.type === display ? String(one.content ?? '') : '')).join('')
}

/** A component and all in it, the selects of a modal's labels too. */
export function withChildren(component: Sent): Sent[] {
  const { components = [], accessory, component: inner } = component
  const children = [...(components ?? []), ...(accessory ? [accessory] : []), ...(inner ? [inner] : [])]
  return [component, ...children.flatMap(withChildren)]
}

function check(form: Form, path: Path, one: Sent, allowed: number[]): void {
  const type = one?.type
  form.choice([...path, 'type'], type, allowed)
  if (!allowed.includes(type)) return
  if (type === row) checkRow(form, path, one)
  else if (type === button) checkButton(form, path, one)
  else if (selects.includes(type)) checkSelect(form, path, one)
  else if (type === display) form.text([...path, 'content'], one.content, mostCharacters, true)
  else if (type === section) {
    const texts = form.list([...path, 'components'], one.components, 3, 1)
    for (const [i, text] of texts.entries()) check(form, [...path, 'components', i], text, [display])
    if (!one.accessory) form.wrong([...path, 'accessory'], 'BASE_TYPE_REQUIRED', 'This field is required')
    else check(form, [...path, 'accessory'], one.accessory, [button, thumbnail])
  } else if (type === container) {
    const children = form.list([...path, 'components'], one.components, mostComponents, 1)
    for (const [i, child] of children.entries()) check(form, [...path, 'components', i], child, inContainer)
  } else if (type === gallery) {
    for (const [i, item] of form.list([...path, 'items'], one.items, 10, 1).entries()) {
      form.text([...path, 'items', i, 'media', 'url'], item.media?.url, 2048, true)
      form.text([...path, 'items', i, 'description'], item.description, 1024)
    }
  } else if (type === thumbnail) {
    form.text([...path, 'media', 'url'], one.media?.url, 2048, true)
    form.text([...path, 'description'], one.description, 1024)
  }
}

function checkRow(form: Form, path: Path, { components }: Sent): void {
  const at = [...path, 'components']
  const list = form.list(at, components, 5, 1)
  for (const [i, one] of list.entries()) check(form, [...at, i], one, [button, ...selects])
  if (list.length > 1 && list.some((one) => selects.includes(one.type)))
    form.wrong(at, 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The specified component exceeds the maximum width')
}

function checkButton(form: Form, path: Path, one: Sent): void {
  form.choice([...path, 'style'], one.style, [1, 2, 3, 4, linkStyle, premiumStyle])
  form.text([...path, 'label'], one.label, 80)
  if (one.style === premiumStyle) return
  if (!one.label && !one.emoji)
    form.wrong(path, 'BUTTON_COMPONENT_INVALID_EMPTY', 'A button must have a label or an emoji')
  if (one.style === linkStyle) {
    if (one.custom_id !== undefined)
      form.wrong(
        path,
        'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE',
        'A button has a link or a custom id',
      )
    if (!one.url) form.wrong([...path, 'url'], 'BASE_TYPE_REQUIRED', 'A url is required')
    form.link([...path, 'url'], one.url, 512)
  } else form.text([...path, 'custom_id'], one.custom_id, 100, true)
}

function checkSelect(form: Form, path: Path, one: Sent): void {
  form.text([...path, 'custom_id'], one.custom_id, 100, true)
  form.text([...path, 'placeholder'], one.placeholder, 150)
  const { min_values: min = 1, max_values: max = 1 } = one
  if (min < 0 || min > 25 || max < 1 || max > 25 || min > max)
    form.wrong(
      [...path, 'min_values'],
      'NUMBER_TYPE_MAX',
      'Must be between 0 and 25, the least below the most.',
    )
  if (one.type !== 3) return
  const options = form.list([...path, 'options'], one.options, 25, 1)
  for (const [i, option] of options.entries()) {
    for (const field of ['label', 'value'])
      form.text([...path, 'options', i, field], option[field], 100, true)
    form.text([...path, 'options', i, 'description'], option.description, 100)
  }
  if (new Set(options.map((option) => option.value)).size < options.length)
    form.wrong(
      [...path, 'options'],
      'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
      'The specified option value is already used',
    )
  if (max > options.length && options.length > 0)
    form.wrong([...path, 'max_values'], 'NUMBER_TYPE_MAX', `Must be ${options.length} or fewer.`)
}

/** Checks a modal: one to five labels, texts or (old) rows with a text input. */
export function checkModal(form: Form, data: Sent): void {
  form.text(['data', 'custom_id'], data?.custom_id, 100, true)
  form.text(['data', 'title'], data?.title, 45, true)
  const at = ['data', 'components']
  const list = form.list(at, data?.components, 5, 1)
  for (const [i, one] of list.entries()) {
    const path = [...at, i]
    form.choice([...path, 'type'], one.type, [row, display, label])
    if (one.type === display) form.text([...path, 'content'], one.content, mostCharacters, true)
    if (one.type === row) {
      const inputs = form.list([...path, 'components'], one.components, 1, 1)
      for (const field of inputs) checkField(form, [...path, 'components', 0], field, true)
    }
    if (one.type !== label) continue
    form.text([...path, 'label'], one.label, 45, true)
    form.text([...path, 'description'], one.description, 100)
    if (one.component) checkField(form, [...path, 'component'], one.component, false)
    else form.wrong([...path, 'component'], 'BASE_TYPE_REQUIRED', 'This field is required')
  }
  const ids = list
    .flatMap(withChildren)
    .flatMap((one) => (one.custom_id === undefined ? [] : [one.custom_id]))
  if (new Set(ids).size < ids.length)
    form.wrong(at, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
}

function checkField(form: Form, path: Path, field: Sent, withLabel: boolean): void {
  if (field.type !== input) {
    if (selects.includes(field.type)) checkSelect(form, path, field)
    else form.choice([...path, 'type'], field.type, [input, ...selects, 19, 21, 22, 23])
    return
  }
  form.text([...path, 'custom_id'], field.custom_id, 100, true)
  form.choice([...path, 'style'], field.style, [1, 2])
  if (withLabel) form.text([...path, 'label'], field.label, 45, true)
  form.text([...path, 'placeholder'], field.placeholder, 100)
  form.text([...path, 'value'], field.value, 4000)
}
