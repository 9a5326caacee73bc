/** Whether the operating system's idle time can be trusted on this desktop. */
export type IdleTrust =
  { readonly trusted: true; readonly name: string } | { readonly trusted: false; readonly name: string }

/**
 * Where Electron's idle time is right, as measured: Windows, macOS, X11, and GNOME on Wayland. On other Wayland
 * desktops it stays at 0 or follows only XWayland's windows, so it tells nothing.
 * @param env the process's environment
 */
export function idleTrust(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): IdleTrust {
  if (platform === 'win32') return { trusted: true, name: 'Windows' }
  if (platform === 'darwin') return { trusted: true, name: 'macOS' }
  if (isWayland(env)) {
    const desktop = env.XDG_CURRENT_DESKTOP ?? ''
    const gnome = desktop.toLowerCase().split(':').includes('gnome')
    return gnome
      ? { trusted: true, name: 'GNOME' }
      : { trusted: false, name: `Wayland (${desktop || 'unknown'})` }
  }
  if (isSet(env.DISPLAY)) return { trusted: true, name: 'X11' }
  return { trusted: false, name: 'no display' }
}

function isWayland(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.XDG_SESSION_TYPE === 'wayland' || isSet(env.WAYLAND_DISPLAY)
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''
