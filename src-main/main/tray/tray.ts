import { Menu, Tray, type MenuItemConstructorOptions } from 'electron'
import type { ShellState } from '../shell-state.ts'
import { trayIcon, type TrayKind } from './tray-icon.ts'
import { trayMenu, type TrayCommand, type TrayMenuEntry } from './tray-menu.ts'

export interface TrayComponents {
  readonly iconDir: string
  readonly state: ShellState
  readonly run: (command: TrayCommand) => void
}

/** Puts the icon into the tray and keeps it true. It lives until the app ends. */
export function openTray({ iconDir, state, run }: TrayComponents): Tray {
  const tray = new Tray(trayIcon(iconDir, 'waiting'))
  let shownKind: TrayKind = 'waiting'
  let shownMenu = ''
  const show = (): void => {
    const kind = state.donor?.status.kind ?? 'waiting'
    if (kind !== shownKind) tray.setImage(trayIcon(iconDir, kind))
    shownKind = kind
    const sentence = state.sentence()
    const entries = trayMenu(sentence, state.donor)
    const menuKey = JSON.stringify(entries)
    // The state changes ten times a second; the tray's D-Bus traffic must not.
    if (menuKey === shownMenu) return
    shownMenu = menuKey
    tray.setToolTip(sentence)
    // Linux shows a changed menu only after it was set again.
    tray.setContextMenu(Menu.buildFromTemplate(entries.map((entry) => toTemplate(entry, run))))
  }
  show()
  state.onChange(show)
  tray.on('click', () => run('open'))
  return tray
}

function toTemplate(entry: TrayMenuEntry, run: (command: TrayCommand) => void): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' }
    case 'text':
      return { label: entry.label, enabled: false }
    case 'command':
      return { label: entry.label, enabled: entry.enabled, click: () => run(entry.command) }
  }
}
