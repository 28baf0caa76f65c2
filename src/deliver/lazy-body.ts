import { Readable, Transform } from 'node:stream'
import { askFirst } from './held-back.ts'
import { wireLines } from './wire-lines.ts'

/** What nodemailer pipes a message through: it doubles dots and mends line ends, and ends the message with a dot. */
interface DataStream extends Transform {
  inByteCount: number
  outByteCount: number
  /** By the last byte that went through it knows what is missing before the final dot. */
  lastByte: number | false
}

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
  #into: NodeJS.WritableStream | undefined

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
    const lines = isDataStream(this.#into) ? wireLines(this.#bytes) : null
    if (lines) goPast(this.#into as DataStream, this.#bytes, lines)
    else this.push(this.#bytes)
    this.push(null)
  }

  override pipe<Into extends NodeJS.WritableStream>(into: Into, options?: { end?: boolean }): Into {
    this.#into = into
    return super.pipe(into, options)
  }
}

function isDataStream(stream: unknown): stream is DataStream {
  return stream instanceof Transform && 'lastByte' in stream && 'outByteCount' in stream
}

/** Its look at each byte costs a third of all that a mail costs. */
function goPast(stream: DataStream, bytes: Buffer, lines: Buffer): void {
  stream.inByteCount += bytes.length
  stream.outByteCount += lines.length
  stream.lastByte = bytes.at(-1)!
  stream.push(lines)
}
