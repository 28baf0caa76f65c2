import { Readable } from 'node:stream'
import { askFirst } from './held-back.ts'

/**
 * A message body that asks before it begins: the first time bytes are wanted (the server has answered 354) it awaits
 * `mayBegin`, and only if that says true does it give any; otherwise it fails with `HeldBack`.
 */
export class LazyBody extends Readable {
  /** True from the moment bytes may be on their way. */
  begun = false
  /** Settles when `mayBegin` has answered, at once if it was never asked; never rejects. */
  answered: Promise<void> = Promise.resolve()
  readonly #bytes: Buffer
  readonly #mayBegin: () => Promise<boolean>
  #asked = false

  constructor(bytes: Buffer, mayBegin: () => Promise<boolean>) {
    super()
    this.#bytes = bytes
    this.#mayBegin = mayBegin
  }

  override _read(): void {
    if (this.#asked) return
    this.#asked = true
    this.answered = askFirst(this.#mayBegin).then(
      () => this.#begin(),
      (heldBack: Error) => void this.destroy(heldBack),
    )
  }

  #begin(): void {
    // The connection may have ended meanwhile, which destroys this stream.
    if (this.destroyed) return
    this.begun = true
    this.push(this.#bytes)
    this.push(null)
  }
}
