/** Pixels along an edge of a tile. */
export const TILE_PIXELS = 32

const PIXEL_BYTES = 3 * TILE_PIXELS * TILE_PIXELS
const HEADER = /^P6\n# tiles: (\w+), tile (\d+) of (\d+) x \3\n32 32\n255\n/

/**
 * @typedef {object} Tile
 * @property {string} picture its name
 * @property {number} tile counted row by row from the upper left
 * @property {number} side tiles along an edge of the picture
 * @property {Uint8Array} pixels red, green, blue, row by row
 */

/**
 * Reads what the example app `tiles` prints: a PPM file whose comment says which tile it is.
 * @param {Uint8Array} bytes
 * @returns {Tile | undefined} undefined when they are something else
 */
export function parseTile(bytes) {
  const match = HEADER.exec(Buffer.from(bytes.subarray(0, 100)).toString('latin1'))
  if (!match || bytes.length !== match[0].length + PIXEL_BYTES) return undefined
  const [header, picture = '', tile, side] = match
  if (Number(tile) >= Number(side) ** 2) return undefined
  return { picture, tile: Number(tile), side: Number(side), pixels: bytes.subarray(header.length) }
}

/**
 * Joins tiles of one picture; where one is missing it stays black.
 * @param {readonly Tile[]} tiles
 * @returns {{ width: number, height: number, pixels: Uint8Array, missing: number }}
 * @throws when there are none, or they are of different pictures
 */
export function joinTiles(tiles) {
  const [first] = tiles
  if (!first) throw new Error('no tiles')
  const { picture, side } = first
  const other = tiles.find((tile) => tile.picture !== picture || tile.side !== side)
  if (other)
    throw new Error(
      `tiles of different pictures: ${picture} ${side} x ${side} and ${other.picture} ${other.side} x ${other.side}`,
    )
  const edge = side * TILE_PIXELS
  const pixels = new Uint8Array(3 * edge * edge)
  for (const { tile, pixels: source } of tiles) {
    const left = (tile % side) * TILE_PIXELS
    const top = Math.floor(tile / side) * TILE_PIXELS
    for (let row = 0; row < TILE_PIXELS; row++)
      pixels.set(
        source.subarray(3 * row * TILE_PIXELS, 3 * (row + 1) * TILE_PIXELS),
        3 * ((top + row) * edge + left),
      )
  }
  const present = new Set(tiles.map(({ tile }) => tile)).size
  return { width: edge, height: edge, pixels, missing: side * side - present }
}
