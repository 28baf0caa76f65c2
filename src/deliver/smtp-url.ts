/** A mail server and how to talk to it, as SMTP_URL says. */
export interface MailServer {
  host: string
  port: number
  /** TLS from the first byte (smtps). */
  secure: boolean
  /** Refuse to go on without STARTTLS. */
  requireTls: boolean
  /** Leave STARTTLS alone though it is offered. */
  ignoreTls: boolean
  user: string | null
  pass: string
}

const remedy =
  'Write it as smtp://user:password@host:587 or smtps://user:password@host:465, user and password percent-encoded.'

/**
 * Reads SMTP_URL: `smtp://` (587 unless said, STARTTLS when offered) or `smtps://` (465), with `?requireTls=true` or
 * `?ignoreTls=true`. What is wrong comes back as a sentence, which never holds the password.
 */
export function readSmtpUrl(raw: string): { ok: true; server: MailServer } | { ok: false; error: string } {
  const wrong = (what: string) => ({ ok: false as const, error: `SMTP_URL ${what}. ${remedy}` })
  const url = URL.parse(raw.trim())
  if (!url) return wrong('is not a URL')
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    return wrong('must begin with smtp:// or smtps://')
  if (!url.hostname) return wrong('names no host')
  if (url.pathname.replace('/', '') !== '' || url.hash !== '')
    return wrong('has a path or a fragment, which means nothing here')
  const [user, pass] = [decoded(url.username), decoded(url.password)]
  if (user === null || pass === null) return wrong('has a user or password with a stray % sign')
  if (pass && !user) return wrong('has a password but no user')

  const flags = { requireTls: false, ignoreTls: false }
  for (const [name, value] of url.searchParams) {
    if (name !== 'requireTls' && name !== 'ignoreTls')
      return wrong(`has an unknown option “${name}”; there are requireTls and ignoreTls`)
    if (value !== 'true' && value !== 'false') return wrong(`must have ${name}=true or ${name}=false`)
    flags[name] = value === 'true'
  }
  const secure = url.protocol === 'smtps:'
  if (flags.ignoreTls && (flags.requireTls || secure)) return wrong('both asks for TLS and says to ignore it')
  return {
    ok: true,
    server: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (secure ? 465 : 587),
      secure,
      ...flags,
      user: user || null,
      pass,
    },
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
