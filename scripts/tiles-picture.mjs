// node scripts/tiles-picture.mjs FOLDER PICTURE.png: joins the results of the example app `tiles`, as written by
// `powerswarm results --out`, into one picture. FOLDER is searched through and through; files that are no tiles are
// passed over. Run it again as more results come in.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng } from './tiles/png.mjs'
import { joinTiles, parseTile } from './tiles/tile.mjs'

const [folder, target] = process.argv.slice(2)
if (folder === undefined || target === undefined) {
  console.error('usage: node scripts/tiles-picture.mjs FOLDER PICTURE.png')
  process.exit(2)
}

try {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())
  const tiles = files
    .filter(({ name }) => name.endsWith('.out') || name.endsWith('.ppm'))
    .flatMap(({ parentPath, name }) => parseTile(readFileSync(join(parentPath, name))) ?? [])
  const picture = joinTiles(tiles)
  writeFileSync(target, encodePng(picture))
  const missing = picture.missing === 0 ? '' : `, ${picture.missing} tiles still missing`
  console.log(`${target}: ${picture.width} x ${picture.height} pixels${missing}`)
} catch (error) {
  console.error(`no picture: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
