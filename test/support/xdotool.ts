import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Real input events on an X display. */
export interface Xdotool {
  moveTo(x: number, y: number): Promise<void>
  /** A key by its X name, for instance `space`. */
  key(name: string): Promise<void>
  click(): Promise<void>
}

/** @param display DISPLAY and XAUTHORITY */
export function xdotool(display: Readonly<Record<string, string>>): Xdotool {
  const send = async (...args: string[]): Promise<void> => {
    await run('xdotool', args, { env: { ...process.env, ...display } })
  }
  return {
    moveTo: (x, y) => send('mousemove', String(x), String(y)),
    key: (name) => send('key', name),
    click: () => send('click', '1'),
  }
}
