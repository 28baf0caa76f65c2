import type { Sent } from './discord-http.ts'

/** What Discord says to a body it can't take: code 50035, 50006 or, with status 500, nothing helpful. */
export interface FormError {
  status: number
  message: string
  code: number
  errors?: object
}

type Path = (string | number)[]

/** Gathers what is wrong with the fields of a body. */
export class Form {
  readonly faults: { path: Path; code: string; message: string }[] = []

  wrong(path: Path, code: string, message: string): void {
    this.faults.push({ path, code, message })
  }

  text(path: Path, value: Sent, max: number, required = false): void {
    if (value === undefined || value === null) {
      if (required) this.wrong(path, 'BASE_TYPE_REQUIRED', 'This field is required')
    } else if (typeof value !== 'string')
      this.wrong(path, 'STRING_TYPE_CONVERT', 'Could not interpret as string.')
    else if (value.length > max)
      this.wrong(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
    else if (required && value === '') this.wrong(path, 'BASE_TYPE_REQUIRED', 'This field is required')
  }

  list(path: Path, list: Sent, max: number, min = 0): Sent[] {
    if (list === undefined || list === null) {
      if (min > 0) this.wrong(path, 'BASE_TYPE_REQUIRED', 'This field is required')
      return []
    }
    if (!Array.isArray(list)) {
      this.wrong(path, 'LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType')
      return []
    }
    if (list.length > max) this.wrong(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`)
    if (list.length < min)
      this.wrong(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`)
    return list
  }

  link(path: Path, value: Sent, max = 2048): void {
    this.text(path, value, max)
    if (typeof value === 'string' && !/^https?:\/\/[^\s]+$/.test(value)) {
      this.wrong(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.')
    }
  }

  choice(path: Path, value: Sent, allowed: (string | number)[]): void {
    if (!allowed.includes(value))
      this.wrong(path, 'BASE_TYPE_CHOICES', `Value must be one of {${allowed.join(', ')}}.`)
  }

  /** The error body, null when nothing is wrong: `{embeds: {0: {title: {_errors: [{code, message}]}}}}`. */
  error(): FormError | null {
    if (this.faults.length === 0) return null
    const root: Sent = {}
    for (const { path, code, message } of this.faults) {
      let node = root
      for (const step of path) node = node[step] ??= {}
      node._errors = [...(node._errors ?? []), { code, message }]
    }
    return { status: 400, message: 'Invalid Form Body', code: 50035, errors: root }
  }
}
