import type { ParseFailure } from './outcome.ts'

/** Pages that ask whether one is human, by what gives them away. */
const walls: [RegExp, string][] = [
  [
    /cf-chl|challenge-platform|Just a moment\.\.\.|Attention Required! \| Cloudflare|cf-browser-verification/i,
    'Cloudflare',
  ],
  [/ddos-guard/i, 'DDoS-Guard'],
  [/_Incapsula_Resource|Imperva/i, 'Imperva'],
  [/captcha-delivery\.com|datadome/i, 'DataDome'],
  [/px-captcha|perimeterx/i, 'PerimeterX'],
  [/awsWafCookieDomainList|awswaf\.com/i, 'AWS WAF'],
  [/Making sure you(?:&#39;|')re not a bot|within\.website\/x\/cmd\/anubis/i, 'Anubis'],
  [/Vercel Security Checkpoint/i, 'Vercel'],
  [/sucuri_cloudproxy|Sucuri Website Firewall/i, 'Sucuri'],
  [/g-recaptcha|hcaptcha\.com|Please verify you are (?:a )?human|Are you a robot\?/i, 'the site'],
]

/** Who asks for a proof of being human; null when the page does not. */
export function wallOf(page: string, headers: Record<string, string> = {}): string | null {
  if (headers['cf-mitigated'] === 'challenge') return 'Cloudflare'
  const head = page.slice(0, 100_000)
  return walls.find(([sign]) => sign.test(head))?.[1] ?? null
}

/** What to say of a bot challenge. */
export function wallMessage(wall: string): string {
  return (
    `answered with a bot challenge of ${wall === 'the site' ? 'its own' : wall}; ask the publisher to let feed ` +
    'readers through, or use another feed of the site'
  )
}

/** Names what came instead of a feed. */
export function notAFeed(text: string): ParseFailure {
  const failure = (reason: ParseFailure['reason'], message: string): ParseFailure => ({
    kind: 'failed',
    reason,
    message,
  })
  const head = text.slice(0, 20_000)
  if (/<html[\s>]|<!doctype\s+html|<head[\s>]|<body[\s>]/i.test(head)) {
    const wall = wallOf(text)
    if (wall) return failure('challenge', wallMessage(wall))
    const found = feedLinkOf(head)
    const remedy = found ? `the page names this feed: ${found}` : 'look for the feed link on the site'
    return failure('notAFeed', `answered with a web page, not a feed; ${remedy}`)
  }
  if (head[0] === '{' || head[0] === '[') {
    return failure(
      'notAFeed',
      'answered with JSON that is not a JSON Feed; look for the feed link on the site',
    )
  }
  if (/^<\?xml|^<[a-z_]/i.test(head)) {
    const root = /<([a-z_][\w.:-]*)/i.exec(head.replace(/<!--[\s\S]*?-->/g, ''))?.[1] ?? ''
    return failure(
      'notAFeed',
      `answered with XML (<${root.slice(0, 40)}>) that is not RSS, RDF or Atom; check the URL`,
    )
  }
  return failure('notAFeed', 'answered with text that is not a feed; check the URL')
}

function feedLinkOf(page: string): string | null {
  const link = page
    .match(/<link\b[^>]{0,500}>/gi)
    ?.find((tag) => /application\/(rss|atom|feed)\+(xml|json)/i.test(tag))
  return link ? (/href\s*=\s*["']?([^"'\s>]{1,300})/i.exec(link)?.[1] ?? null) : null
}
