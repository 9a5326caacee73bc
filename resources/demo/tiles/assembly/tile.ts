import { blue, colourInside, colourOutside, green, red } from './colour'
import { escapes } from './escape'
import { centreOrbit } from './orbit'
import { Picture } from './pictures'

/** Pixels along an edge of a tile: with three bytes each, a tile stays below 4 KiB. */
export const TILE_PIXELS = 32

/**
 * Draws tile `tile` of a picture of `side` x `side` tiles, counted row by row from the upper left, into `pixels`:
 * red, green, blue, row by row. Each pixel is the mean of `samples` x `samples` points. A point's colour depends on its
 * place in the picture alone, so tiles join without seams.
 */
export function drawTile(
  picture: Picture,
  tile: i32,
  side: i32,
  samples: i32,
  pixels: StaticArray<u8>,
  onProgress: (done: f64) => void,
): void {
  const orbit = centreOrbit(picture.x, picture.y, picture.period + 1)
  const points = side * TILE_PIXELS * samples
  const left = (tile % side) * TILE_PIXELS
  const top = (tile / side) * TILE_PIXELS
  let at = 0
  for (let row = top; row < top + TILE_PIXELS; row++) {
    for (let column = left; column < left + TILE_PIXELS; column++) {
      let redLight = 0.0
      let greenLight = 0.0
      let blueLight = 0.0
      for (let j = row * samples; j < (row + 1) * samples; j++) {
        for (let i = column * samples; i < (column + 1) * samples; i++) {
          const x = <f64>(2 * i + 1) / <f64>points - 1
          const y = 1 - <f64>(2 * j + 1) / <f64>points
          if (escapes(x, y, picture.radius, orbit, picture.period + 1, picture.iterationsMax)) colourOutside(picture)
          else colourInside()
          redLight += red * red
          greenLight += green * green
          blueLight += blue * blue
        }
      }
      const count = <f64>(samples * samples)
      pixels[at++] = toByte(redLight / count)
      pixels[at++] = toByte(greenLight / count)
      pixels[at++] = toByte(blueLight / count)
    }
    onProgress(<f64>(row - top + 1) / TILE_PIXELS)
  }
}

function toByte(light: f64): u8 {
  return <u8>(Math.sqrt(light) * 255 + 0.5)
}
