// tiles TILE SIDE PICTURE [SAMPLES]: draws tile TILE of a picture of SIDE x SIDE tiles, counted row by row from the
// upper left, and prints it as a PPM file: "P6", a comment that says what it is, "32 32", "255", 3072 bytes of colour.

import { PICTURE_NAMES, Picture, pictureNamed } from './pictures'
import { drawTile, TILE_PIXELS } from './tile'

@external('powerswarm', 'progress')
declare function progress(done: f64): void

const BAD_ARGUMENTS = 2
const SIDE_MAX = 256
const SAMPLES_MAX = 8
const SAMPLES_DEFAULT = 3

function report(done: f64): void {
  progress(done)
}

/** A number of up to five decimal digits, or -1. */
function parseNumber(text: string): i32 {
  if (text.length == 0 || text.length > 5) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function draw(picture: Picture, name: string, tile: i32, side: i32, samples: i32): void {
  const pixels = new StaticArray<u8>(3 * TILE_PIXELS * TILE_PIXELS)
  drawTile(picture, tile, side, samples, pixels, report)
  const edge = TILE_PIXELS.toString()
  const place = 'tile ' + tile.toString() + ' of ' + side.toString() + ' x ' + side.toString()
  const header = String.UTF8.encode('P6\n# tiles: ' + name + ', ' + place + '\n' + edge + ' ' + edge + '\n255\n')
  const file = new ArrayBuffer(header.byteLength + pixels.length)
  memory.copy(changetype<usize>(file), changetype<usize>(header), header.byteLength)
  memory.copy(changetype<usize>(file) + header.byteLength, changetype<usize>(pixels), pixels.length)
  process.stdout.write(file)
}

/** False when the arguments are not what the usage line says. */
function run(argv: string[]): bool {
  if (argv.length != 4 && argv.length != 5) return false
  const tile = parseNumber(argv[1])
  const side = parseNumber(argv[2])
  const picture = pictureNamed(argv[3])
  const samples = argv.length == 5 ? parseNumber(argv[4]) : SAMPLES_DEFAULT
  if (side < 1 || side > SIDE_MAX || tile < 0 || tile >= side * side) return false
  if (picture == null || samples < 1 || samples > SAMPLES_MAX) return false
  draw(picture, argv[3], tile, side, samples)
  return true
}

if (!run(process.argv)) {
  process.stderr.write(
    'usage: tiles TILE SIDE PICTURE [SAMPLES]  (SIDE 1 to 256, TILE 0 to SIDE * SIDE - 1, PICTURE ' +
      PICTURE_NAMES +
      ', SAMPLES 1 to 8, usually 3)\n',
  )
  process.exit(BAD_ARGUMENTS)
}
