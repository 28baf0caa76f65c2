/** Resolves when `check` gives something; asks again each time the event loop comes round, at most `patience` ms. */
export async function until<T>(
  check: () => T | undefined | false | null | Promise<T | undefined | false | null>,
  patience = 55_000,
): Promise<T> {
  const end = Date.now() + patience
  for (;;) {
    const found = await check()
    if (found) return found
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain for ${check.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
