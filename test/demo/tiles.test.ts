import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { joinTiles, parseTile, TILE_PIXELS } from '../../scripts/tiles/tile.mjs'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runApp, type AppRun } from '../support/app-run.ts'
import { builtDemo } from '../support/build.ts'
import { pointColour, type Window } from '../support/direct-mandelbrot.ts'

let original: Uint8Array
let bytes: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  original = readFileSync(await builtDemo('tiles'))
  bytes = (await prepareModule(original, { rewriterVersion: 1, memoryLimitBytes: 16 * 2 ** 20 })).bytes
}, 30_000)

const runTiles = (...parameters: string[]): AppRun => runApp(bytes, ['tiles', ...parameters])

const drawnTile = (...parameters: string[]): NonNullable<ReturnType<typeof parseTile>> => {
  const tile = parseTile(runTiles(...parameters).stdoutBytes)
  if (tile === undefined) throw new Error('no tile')
  return tile
}

/** The app's two pictures, restated. */
const centre = {
  x: '-0.743643887036978855933770880298272464698317129417026598894238',
  y: '0.131825904205312309272029683969968612780179729071748678177040',
}
const windows: Record<string, Window> = {
  star: { ...centre, radius: 2.3e-23, place: (n) => Math.log2(n - 4290) * 1.4 - 6 },
  rose: { ...centre, radius: 1.1e-24, place: (n) => Math.log2(n - 5250) * 1.5 - 7.2 },
}

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** Means of 2 x 2 pixels, of light: the square of the value. */
function halved(pixels: Uint8Array, width: number): number[] {
  const half = width / 2
  return Array.from({ length: 3 * half * half }, (_, index) => {
    const channel = index % 3
    const x = Math.floor(index / 3) % half
    const y = Math.floor(index / (3 * half))
    const light = (dx: number, dy: number): number =>
      (pixels[3 * ((2 * y + dy) * width + 2 * x + dx) + channel] ?? NaN) ** 2
    return Math.sqrt((light(0, 0) + light(1, 0) + light(0, 1) + light(1, 1)) / 4)
  })
}

describe('tiles', () => {
  // Digests of the whole output. They change only when the picture does, never with machine, host or rewriter.
  it.each([
    ['0 16 star', '2fd7be9cf8f291b0a2275924248cb7638e37a61201bad50cb15f069b4418b58c'],
    ['119 16 star', 'ebd1d6ea57ce7ac076b959b315eea54137d0374e50b4022be5576616b98cc9f2'],
    ['200 16 rose', '03a6e6ce1d962ca70c61ffcc69d896629474766a1995940625be7752b58514d3'],
    ['0 1 star 1', '900fc23e9ecb829e63f14e70ff13ec1f8c95fe85c3afb1fb806575ab4f9a6eb2'],
  ])('draws the same tile %s everywhere', (parameters, digest) => {
    expect(sha256(runTiles(...parameters.split(' ')).stdoutBytes)).toBe(digest)
  })

  it('prints a PPM file below 4 KiB that says which tile it is', () => {
    const { stdoutBytes, exitCode } = runTiles('119', '16', 'star', '1')
    expect(exitCode).toBe(0)
    expect(stdoutBytes.length).toBeLessThanOrEqual(4096)
    expect(parseTile(stdoutBytes)).toMatchObject({ picture: 'star', tile: 119, side: 16 })
    const header = '# tiles: star, tile 119 of 16 x 16'
    expect(new TextDecoder().decode(stdoutBytes.subarray(0, 60))).toContain(`P6\n${header}\n32 32\n255\n`)
  })

  it('joins without seams: four tiles show the same points as one of twice the samples', () => {
    const parts = ['0', '1', '2', '3'].map((tile) => drawnTile(tile, '2', 'star', '2'))
    const whole = drawnTile('0', '1', 'star', '4')
    const joined = joinTiles(parts)
    expect(joined).toMatchObject({ width: 64, height: 64, missing: 0 })
    // Means of rounded bytes: half a step each, more where the values are dark.
    const differences = halved(joined.pixels, 64).map((value, index) =>
      Math.abs(value - (whole.pixels[index] ?? NaN)),
    )
    expect(Math.max(...differences)).toBeLessThan(1.5)
  })

  it.each(Object.entries(windows))(
    'shows in %s what long integers find without perturbation',
    (name, window) => {
      const { pixels } = drawnTile('0', '1', name, '1')
      for (let at = 5; at < TILE_PIXELS; at += 7) {
        const [x, y] = [(2 * at + 1) / TILE_PIXELS - 1, 1 - (2 * (31 - at) + 1) / TILE_PIXELS]
        const pixel = 3 * ((31 - at) * TILE_PIXELS + at)
        for (const [channel, value] of pointColour(window, x, y).entries())
          expect(Math.abs((pixels[pixel + channel] ?? NaN) - value)).toBeLessThan(1)
      }
    },
  )

  it('draws something: neighbouring tiles differ, and each has many colours', () => {
    const [left, right] = [drawnTile('7', '16', 'star', '1'), drawnTile('8', '16', 'star', '1')]
    expect(sha256(left.pixels)).not.toBe(sha256(right.pixels))
    const colours = new Set(
      Array.from({ length: TILE_PIXELS ** 2 }, (_, i) => left.pixels.subarray(3 * i, 3 * i + 3).join()),
    )
    expect(colours.size).toBeGreaterThan(100)
  })

  it('reports progress that rises to 1', () => {
    const { progress } = runTiles('3', '16', 'star', '1')
    expect(progress).toHaveLength(TILE_PIXELS)
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
    expect(progress.at(-1)).toBe(1)
  })

  it('uses the same fuel every time', () => {
    expect(runTiles('3', '16', 'rose', '1').fuel).toBe(runTiles('3', '16', 'rose', '1').fuel)
  })

  it.each([
    '',
    '0',
    '0 16',
    '0 16 sky',
    '256 16 star',
    '-1 16 star',
    '0 0 star',
    '0 257 star',
    '0 16 star 0',
    '0 16 star 9',
    '0 16 star 3 3',
    'x 16 star',
    '000000 16 star',
  ])('refuses the arguments "%s"', (parameters) => {
    const { exitCode, stderr, stdout } = runTiles(...parameters.split(' ').filter(Boolean))
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^usage: tiles TILE SIDE PICTURE \[SAMPLES\]/)
    expect(stdout).toBe('')
  })

  it('needs no files, clock or randomness', async () => {
    const { permissions } = await prepareModule(original, { rewriterVersion: 1, memoryLimitBytes: 2 ** 20 })
    expect(permissions).toMatchObject({ files: false, clock: 'none', random: 'none', network: false })
  })
})
