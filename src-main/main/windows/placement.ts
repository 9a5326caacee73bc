export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
export interface Point {
  readonly x: number
  readonly y: number
}

const MARGIN = 8

/**
 * Where a window of this size opens: at the tray icon when its place is known, else at the cursor, which has just
 * clicked the icon; always wholly inside the work area, with a small margin. All in device-independent pixels.
 * @param trayBounds all zero where the desktop does not tell
 */
export function placeNearTray(
  size: { readonly width: number; readonly height: number },
  trayBounds: Rectangle,
  cursor: Point,
  workArea: Rectangle,
): Rectangle {
  const known = trayBounds.width > 0 && trayBounds.height > 0
  const anchor = known ? middle(trayBounds) : cursor
  const width = Math.min(size.width, workArea.width - 2 * MARGIN)
  const height = Math.min(size.height, workArea.height - 2 * MARGIN)
  const below = anchor.y < workArea.y + workArea.height / 2
  return {
    x: clamp(anchor.x - width / 2, workArea.x + MARGIN, workArea.x + workArea.width - width - MARGIN),
    y: clamp(
      below ? anchor.y + MARGIN : anchor.y - height - MARGIN,
      workArea.y + MARGIN,
      workArea.y + workArea.height - height - MARGIN,
    ),
    width,
    height,
  }
}

function middle(rectangle: Rectangle): Point {
  return { x: rectangle.x + rectangle.width / 2, y: rectangle.y + rectangle.height / 2 }
}

function clamp(value: number, least: number, most: number): number {
  return Math.round(Math.max(least, Math.min(value, most)))
}
