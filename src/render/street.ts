import { directions } from '../model/index.ts'
import { type Block, type Elevation, elevation } from './balance.ts'

/** A street with its houses as one outline for each direction: a page has hundreds of storeys, and each costs bytes. */
export type Street = Elevation & { outlines: { kind: string; path: string }[] }

/** As `elevation`, ready to be drawn on a page. */
export function street(...balance: Parameters<typeof elevation>): Street {
  return drawn(elevation(...balance))
}

/** An elevation ready to be drawn. */
export function drawn(elevation: Elevation): Street {
  const outlines = directions.flatMap((kind) => {
    const path = elevation.blocks
      .filter((block) => block.kind === kind)
      .map(outline)
      .join('')
    return path ? [{ kind, path }] : []
  })
  return { ...elevation, outlines }
}

function outline({ x, y, width, height }: Block): string {
  return `M${x} ${y}h${width}v${height}h${-width}z`
}
