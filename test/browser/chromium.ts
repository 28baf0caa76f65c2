import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const hasChromium = existsSync(executable)

/** The title of a suite that needs Chromium; says so where there is none, and the suite is skipped. */
export function withChromium(title: string): string {
  return hasChromium ? title : `${title} (skipped: no ${executable}; install chromium or set CHROMIUM)`
}

/** A headless Chromium that asks nobody for anything by itself. Close it when done. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}
