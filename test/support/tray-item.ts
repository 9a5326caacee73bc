import { toPlain, type MessageBus } from 'dbus-native'

const ITEM = 'org.kde.StatusNotifierItem'
const MENU = 'com.canonical.dbusmenu'

/** A tray icon as a desktop sees it. */
export interface TrayItem {
  /** The biggest picture: ARGB, 4 bytes a pixel, rows from the top. */
  icon(): Promise<{ readonly width: number; readonly height: number; readonly argb: Uint8Array }>
  tooltip(): Promise<string>
  menu(): Promise<readonly MenuLine[]>
  /** A click on the icon. */
  activate(): Promise<void>
  /** Chooses the menu line with this label; rejects when there is none. */
  choose(label: string): Promise<void>
}

export interface MenuLine {
  readonly id: number
  /** '' for a separator. */
  readonly label: string
  readonly enabled: boolean
}

export function openTrayItem(bus: MessageBus, destination: string, path: string): TrayItem {
  const invoke = (object: string, iface: string, member: string, signature: string, body: unknown[]) =>
    bus.invoke({
      destination,
      path: object,
      interface: iface,
      member,
      ...(signature === '' ? {} : { signature, body }),
    })
  const property = async (name: string): Promise<unknown> =>
    toPlain(await invoke(path, 'org.freedesktop.DBus.Properties', 'Get', 'ss', [ITEM, name]))
  const menuPath = async (): Promise<string> => String(await property('Menu'))
  const menu = async (): Promise<MenuLine[]> => {
    const layout = toPlain<[number, [number, unknown, [number, Record<string, unknown>][]]]>(
      await invoke(await menuPath(), MENU, 'GetLayout', 'iias', [0, -1, []]),
    )
    return layout[1][2].map(([id, line]) => ({
      id,
      label: typeof line.label === 'string' ? line.label : '',
      enabled: line.enabled !== false,
    }))
  }
  return {
    icon: async () => {
      const pictures = (await property('IconPixmap')) as [number, number, Uint8Array][]
      const [biggest] = pictures.sort((a, b) => b[0] - a[0])
      if (biggest === undefined) throw new Error('the tray icon has no picture')
      return { width: biggest[0], height: biggest[1], argb: biggest[2] }
    },
    tooltip: async () => String(((await property('ToolTip')) as unknown[])[2]),
    menu,
    activate: async () => {
      await invoke(path, ITEM, 'Activate', 'ii', [0, 0])
    },
    choose: async (label) => {
      const line = (await menu()).find((candidate) => candidate.label === label)
      if (line === undefined) throw new Error(`the menu has no line '${label}'`)
      await invoke(await menuPath(), MENU, 'Event', 'isvu', [line.id, 'clicked', ['s', ''], 0])
    },
  }
}
