import type { Config } from '../config.ts'

/** Shorter ones could be words that stand everywhere. */
const shortest = 12

/** Written in the place of a secret. */
const hidden = '[hidden]'

/**
 * The password of any URL, and the token in the address by which an interaction of Discord's is answered. Every part has a
 * longest length, or a long line of others' words would take a time that grows with its square.
 */
const inAddresses =
  /(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s:@/"]{0,200}:)[^\s@/"]{1,500}(?=@)|(\/(?:webhooks|interactions)\/\d+\/)[^\s/"?\\]+/gi

/**
 * Takes the secrets of a configuration out of a text, plain, percent-encoded, as JSON or in base64: what others' servers
 * say to us is told in logs and errors, and some of them repeat what they were sent.
 */
export function hiderOf(config: Config): (text: string) => string {
  const secrets = [
    config.secret,
    config.discordToken,
    config.llmApiKey,
    ...passwordsOf(config.smtpUrl),
    ...passwordsOf(config.databaseUrl),
  ].filter((one) => one !== null && one.length >= shortest)
  const forms = [...new Set(secrets.flatMap((one) => formsOf(one!)))].sort((a, b) => b.length - a.length)
  const search = forms.length > 0 ? new RegExp(forms.map(escaped).join('|'), 'g') : null
  return (text) => {
    const rest = text.replace(inAddresses, (_, url = '', route = '') => `${url}${route}${hidden}`)
    return search ? rest.replace(search, hidden) : rest
  }
}

function passwordsOf(raw: string | null): (string | null)[] {
  const url = raw === null ? null : URL.parse(raw)
  if (!url?.password) return []
  try {
    return [url.password, decodeURIComponent(url.password)]
  } catch {
    return [url.password]
  }
}

function formsOf(secret: string): string[] {
  const asJson = JSON.stringify(secret).slice(1, -1)
  return [secret, asJson, encodeURIComponent(secret), ...inBase64(secret)]
}

/** What is always the same of a text in base64, whatever stands before and after it. */
function inBase64(secret: string): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64')
    return whole.slice(before === 0 ? 0 : before + 1)
  })
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
