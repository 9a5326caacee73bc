import { nativeImage, type NativeImage } from 'electron'
import { join } from 'node:path'
import type { Status } from '../../domain/status.ts'

export type TrayKind = Status['kind']

const cache = new Map<string, NativeImage>()

/** The icon for a status; Electron finds the `@2x` beside it. Where the file is missing, a plain disc of its colour. */
export function trayIcon(iconDir: string, kind: TrayKind): NativeImage {
  const path = join(iconDir, `tray-${kind}.png`)
  const known = cache.get(path)
  if (known !== undefined) return known
  const loaded = nativeImage.createFromPath(path)
  const icon = loaded.isEmpty() ? disc(kind) : loaded
  cache.set(path, icon)
  return icon
}

/** Blue, green, red. */
const DISC_COLOURS: Readonly<Record<TrayKind, readonly [number, number, number]>> = {
  computing: [96, 174, 39],
  paused: [128, 128, 128],
  waiting: [190, 140, 60],
  offline: [70, 70, 200],
  'cannot-tell': [40, 150, 220],
}
const SIZE = 22

function disc(kind: TrayKind): NativeImage {
  const pixels = Buffer.alloc(SIZE * SIZE * 4)
  const [blue, green, red] = DISC_COLOURS[kind]
  const middle = (SIZE - 1) / 2
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++)
      if (Math.hypot(x - middle, y - middle) < SIZE / 2 - 1)
        pixels.set([blue, green, red, 255], (y * SIZE + x) * 4)
  return nativeImage.createFromBitmap(pixels, { width: SIZE, height: SIZE })
}
