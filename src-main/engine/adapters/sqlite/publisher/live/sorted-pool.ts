import type { UnitId } from '../../../../../domain/ids.ts'

/** Places of one chunk; a full one is cut in two. */
const CHUNK = 512
/** Numbers of a place: key, batch, index. */
const WIDTH = 3

/** Places in order: by key, then by unit. */
interface Chunk {
  readonly numbers: Float64Array
  length: number
}

/**
 * Units under a number each, in the order of the numbers, at 24 to 48 bytes a unit: all that wait or are leased are in
 * memory, however many they are. Adding and removing look at one chunk of a few hundred. The same unit may be there
 * under several keys, and more than once under the same.
 */
export class SortedPool {
  private chunks: Chunk[] = []
  private count = 0

  get size(): number {
    return this.count
  }

  add(key: number, { batch, index }: UnitId): void {
    const place = this.chunkFor(key, batch, index)
    let chunk = this.chunks[place]
    if (!chunk) this.chunks.push((chunk = newChunk()))
    else if (chunk.length === CHUNK) chunk = this.split(place, chunk, key, batch, index)
    const at = position(chunk, key, batch, index) * WIDTH
    const { numbers } = chunk
    numbers.copyWithin(at + WIDTH, at, chunk.length * WIDTH)
    numbers[at] = key
    numbers[at + 1] = batch
    numbers[at + 2] = index
    chunk.length += 1
    this.count += 1
  }

  /** Removes the unit once; no effect where it is not. */
  remove(key: number, { batch, index }: UnitId): void {
    const place = this.chunkFor(key, batch, index)
    const chunk = this.chunks[place]
    if (!chunk) return
    const at = position(chunk, key, batch, index)
    if (at >= chunk.length || compare(chunk.numbers, at, key, batch, index) !== 0) return
    chunk.numbers.copyWithin(at * WIDTH, (at + 1) * WIDTH, chunk.length * WIDTH)
    chunk.length -= 1
    this.count -= 1
    if (chunk.length === 0) this.chunks.splice(place, 1)
  }

  /** Visits units with a key of at least `from`, in order, until the visitor answers false. It changes nothing. */
  visit(from: number, visitor: (key: number, unit: UnitId) => boolean): void {
    const first = this.chunkFor(from, 0, 0)
    for (let place = first; place < this.chunks.length; place++) {
      const chunk = this.chunks[place]
      if (!chunk) return
      for (let at = place === first ? position(chunk, from, 0, 0) : 0; at < chunk.length; at++) {
        const start = at * WIDTH
        const unit = { batch: chunk.numbers[start + 1] ?? 0, index: chunk.numbers[start + 2] ?? 0 }
        if (!visitor(chunk.numbers[start] ?? 0, unit)) return
      }
    }
  }

  /** The first units in the order of their keys, once for each of their places. */
  first(limit: number): UnitId[] {
    const found: UnitId[] = []
    this.visit(0, (_key, unit) => found.length < limit && found.push(unit) > 0)
    return found
  }

  /** The first chunk whose last place is not below this one; the last chunk when there is none. */
  private chunkFor(key: number, batch: number, index: number): number {
    let low = 0
    let high = this.chunks.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      const chunk = this.chunks[middle]
      if (chunk && compare(chunk.numbers, chunk.length - 1, key, batch, index) < 0) low = middle + 1
      else high = middle
    }
    return Math.max(0, low)
  }

  private split(place: number, chunk: Chunk, key: number, batch: number, index: number): Chunk {
    const upper = newChunk()
    // Keys that only grow leave full chunks behind them.
    const cut =
      place === this.chunks.length - 1 && compare(chunk.numbers, CHUNK - 1, key, batch, index) < 0
        ? CHUNK
        : CHUNK / 2
    upper.numbers.set(chunk.numbers.subarray(cut * WIDTH))
    upper.length = CHUNK - cut
    chunk.length = cut
    this.chunks.splice(place + 1, 0, upper)
    return compare(chunk.numbers, cut - 1, key, batch, index) < 0 ? upper : chunk
  }
}

function newChunk(): Chunk {
  return { numbers: new Float64Array(CHUNK * WIDTH), length: 0 }
}

/** How the place at `at` compares with this one: negative when it comes before. */
function compare(numbers: Float64Array, at: number, key: number, batch: number, index: number): number {
  const start = at * WIDTH
  return (numbers[start] ?? 0) - key || (numbers[start + 1] ?? 0) - batch || (numbers[start + 2] ?? 0) - index
}

/** The first place of the chunk that is not below this one. */
function position(chunk: Chunk, key: number, batch: number, index: number): number {
  let low = 0
  let high = chunk.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compare(chunk.numbers, middle, key, batch, index) < 0) low = middle + 1
    else high = middle
  }
  return low
}
