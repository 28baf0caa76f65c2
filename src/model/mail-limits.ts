/** The most mails that may go out; null for no limit. */
export interface MailLimits {
  perSecond: number | null
  perHour: number | null
  /** For each domain of recipients. */
  perDomainMinute: number | null
}

const limitShapes: [keyof MailLimits, RegExp][] = [
  ['perSecond', /^([1-9]\d{0,6})\s*\/\s*s$/],
  ['perHour', /^([1-9]\d{0,8})\s*\/\s*h$/],
  ['perDomainMinute', /^([1-9]\d{0,6})\s*\/\s*m per domain$/],
]

/** Limits as a setting gives them: `20/s, 5000/h, 60/m per domain`, each part on its own or left out. */
export function readMailLimits(text: string): MailLimits {
  const limits: MailLimits = { perSecond: null, perHour: null, perDomainMinute: null }
  for (const part of text.split(',').map((one) => one.trim().toLowerCase())) {
    for (const [name, shape] of limitShapes) {
      const [, count] = shape.exec(part) ?? []
      if (count !== undefined) limits[name] = Number(count)
    }
  }
  return limits
}

/** What is wrong with such a setting, a sentence; null for nothing. */
export function mailLimitsFault(text: string): string | null {
  const wrong = text
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .find((part) => !limitShapes.some(([, shape]) => shape.test(part)))
  return wrong === undefined ? null : 'must be made of parts such as 20/s, 5000/h, 60/m per domain.'
}
