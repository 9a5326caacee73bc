import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, inflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodePng } from '../../scripts/tiles/png.mjs'
import { joinTiles, parseTile } from '../../scripts/tiles/tile.mjs'

const PIXEL_BYTES = 3 * 32 * 32

/** A tile of one shade. */
function tileFile(tile: number, side: number, shade: number, picture = 'star'): Buffer {
  const header = `P6\n# tiles: ${picture}, tile ${String(tile)} of ${String(side)} x ${String(side)}\n32 32\n255\n`
  return Buffer.concat([Buffer.from(header), Buffer.alloc(PIXEL_BYTES, shade)])
}

function tile(...parameters: Parameters<typeof tileFile>): NonNullable<ReturnType<typeof parseTile>> {
  const parsed = parseTile(tileFile(...parameters))
  if (parsed === undefined) throw new Error('no tile')
  return parsed
}

/** Size and pixels of a PNG file without filters; checks every chunk's sum. */
function decodePng(png: Uint8Array): { width: number; height: number; rows: Buffer[] } {
  const file = Buffer.from(png)
  const chunks: [string, Buffer][] = []
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at)
    const body = file.subarray(at + 4, at + 8 + length)
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(body))
    chunks.push([body.toString('latin1', 0, 4), body.subarray(4)])
    at += length + 12
  }
  expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND'])
  const [[, header], [, data]] = chunks as [[string, Buffer], [string, Buffer]]
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const raw = inflateSync(data)
  const stride = 3 * width + 1
  expect(raw.length).toBe(stride * height)
  const rows = Array.from({ length: height }, (_, row) => raw.subarray(row * stride, (row + 1) * stride))
  for (const row of rows) expect(row[0]).toBe(0)
  return { width, height, rows: rows.map((row) => row.subarray(1)) }
}

describe('parseTile', () => {
  it('passes over what is no tile', () => {
    const whole = tileFile(0, 2, 9)
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('M2203 prime\n'),
      whole.subarray(1),
      whole.subarray(0, -1),
      Buffer.concat([whole, Buffer.from('x')]),
      tileFile(4, 2, 9),
    ])
      expect(parseTile(bytes)).toBeUndefined()
    expect(parseTile(whole)).toMatchObject({ picture: 'star', tile: 0, side: 2 })
  })
})

describe('joinTiles', () => {
  it('puts each tile in its place, row by row, and counts what is missing', () => {
    const joined = joinTiles([tile(3, 2, 40), tile(0, 2, 10), tile(1, 2, 20), tile(1, 2, 20)])
    expect(joined).toMatchObject({ width: 64, height: 64, missing: 1 })
    const at = (x: number, y: number): number | undefined => joined.pixels[3 * (y * 64 + x)]
    expect([at(0, 0), at(31, 31), at(32, 0), at(63, 31)]).toEqual([10, 10, 20, 20])
    expect([at(0, 32), at(31, 63), at(32, 32), at(63, 63)]).toEqual([0, 0, 40, 40])
  })

  it('refuses to mix pictures, or to make one of nothing', () => {
    expect(() => joinTiles([tile(0, 2, 1), tile(1, 2, 1, 'rose')])).toThrow(/different pictures/)
    expect(() => joinTiles([tile(0, 2, 1), tile(1, 3, 1)])).toThrow(/different pictures/)
    expect(() => joinTiles([])).toThrow(/no tiles/)
  })
})

describe('encodePng', () => {
  it('writes a picture that comes back the same', () => {
    const pixels = Uint8Array.from({ length: 3 * 5 * 4 }, (_, i) => (i * 37) % 256)
    const { width, height, rows } = decodePng(encodePng({ width: 5, height: 4, pixels }))
    expect([width, height]).toEqual([5, 4])
    expect(Buffer.concat(rows)).toEqual(Buffer.from(pixels))
  })
})

describe('scripts/tiles-picture.mjs', () => {
  const script = fileURLToPath(new URL('../../scripts/tiles-picture.mjs', import.meta.url))
  const run = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })
  let dir: string
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'powerswarm-tiles-'))))
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const put = (name: string, content: Uint8Array): void => {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), content)
  }

  it('joins a folder of results and says what is missing', () => {
    put('index.jsonl', Buffer.from('{}\n'))
    put('batch-0/0.out', Buffer.from('M3 prime\n'))
    for (const [n, shade] of [10, 20, 30].entries()) put(`batch-1/${String(n)}.out`, tileFile(n, 2, shade))
    const target = join(dir, 'picture.png')
    const { status, stdout } = run(dir, target)
    expect(status).toBe(0)
    expect(stdout).toBe(`${target}: 64 x 64 pixels, 1 tiles still missing\n`)
    const { width, rows } = decodePng(readFileSync(target))
    expect([width, rows[0]?.[0], rows[0]?.[191], rows[63]?.[0], rows[63]?.[191]]).toEqual([64, 10, 20, 30, 0])
  })

  it('explains itself: wrong arguments are 2, no tiles 1', () => {
    expect(run()).toMatchObject({ status: 2 })
    expect(run(dir, join(dir, 'x.png'))).toMatchObject({ status: 1, stderr: 'no picture: no tiles\n' })
    expect(run(join(dir, 'nowhere'), join(dir, 'x.png'))).toMatchObject({ status: 1 })
  })
})
