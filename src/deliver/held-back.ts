/** The caller kept a message from going out. */
export class HeldBack extends Error {}

/** Asks whether a message may begin to go out; rejects with `HeldBack` if it may not, or if asking fails. */
export async function askFirst(mayBegin: () => Promise<boolean>): Promise<void> {
  let why = 'it is no longer wanted, or another process has taken it over'
  try {
    if (await mayBegin()) return
  } catch (error) {
    why = error instanceof Error ? error.message : String(error)
  }
  throw new HeldBack(`The message was held back before anything of it went out: ${why}.`)
}
