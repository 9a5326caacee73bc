import type { CoreJournal } from '../../src-main/engine/ports.ts'

interface Rows {
  first: number
  blocks: Uint8Array[]
}

/** A journal in memory: what it holds survives exactly as long as the object. */
export function memoryJournal(): CoreJournal {
  const cores = new Map<string, Rows>()
  const rows = (core: string): Rows => {
    const found = cores.get(core) ?? { first: 0, blocks: [] }
    cores.set(core, found)
    return found
  }
  return {
    length: (core) => rows(core).first + rows(core).blocks.length,
    record(core, blocks) {
      const { first, blocks: kept } = rows(core)
      kept.push(...blocks.map((block) => Uint8Array.from(block)))
      return first + kept.length - blocks.length
    },
    from(core, index, limit) {
      const { first, blocks } = rows(core)
      const all = blocks.map((block, i) => ({ index: first + i, block }))
      return all.filter((row) => row.index >= index).slice(0, limit)
    },
    firstKept: (core) => rows(core).first,
    discardBelow(core, index) {
      const found = rows(core)
      const gone = Math.min(Math.max(0, index - found.first), found.blocks.length)
      found.blocks.splice(0, gone)
      found.first += gone
    },
  }
}
