import { expect, test } from 'vitest'
import { idleTrust } from '../../../src-main/main/idle/desktop-session.ts'

test.each([
  ['win32', {}, true, 'Windows'],
  ['darwin', {}, true, 'macOS'],
  ['linux', { DISPLAY: ':0' }, true, 'X11'],
  ['linux', { DISPLAY: ':0', XDG_SESSION_TYPE: 'x11', XDG_CURRENT_DESKTOP: 'KDE' }, true, 'X11'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0', XDG_CURRENT_DESKTOP: 'ubuntu:GNOME' }, true, 'GNOME'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0', XDG_CURRENT_DESKTOP: 'KDE' }, false, 'Wayland (KDE)'],
  [
    'linux',
    { XDG_SESSION_TYPE: 'wayland', DISPLAY: ':1', XDG_CURRENT_DESKTOP: 'sway' },
    false,
    'Wayland (sway)',
  ],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, false, 'Wayland (unknown)'],
  ['linux', { WAYLAND_DISPLAY: '', DISPLAY: '' }, false, 'no display'],
] as const)('on %s with %o trust is %s, by name %s', (platform, env, trusted, name) => {
  expect(idleTrust(platform, env)).toEqual({ trusted, name })
})
