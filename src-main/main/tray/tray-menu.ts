import type { DonorState } from '../../contracts/donor-state.ts'

export type TrayCommand = 'open' | 'pause' | 'resume' | 'start-screensaver' | 'quit'

/** One line of the tray's menu; without a command it is a line to read. */
export type TrayMenuEntry =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | {
      readonly kind: 'command'
      readonly label: string
      readonly command: TrayCommand
      readonly enabled: boolean
    }

const SEPARATOR: TrayMenuEntry = { kind: 'separator' }

/**
 * The menu for what the shell knows now. While the engine is not there, what needs it can be seen and not chosen.
 * @param sentence what the tooltip says too
 */
export function trayMenu(sentence: string, donor: DonorState | undefined): readonly TrayMenuEntry[] {
  const resume = donor?.pausedByDonor === true
  return [
    { kind: 'text', label: sentence },
    SEPARATOR,
    { kind: 'command', label: 'Open Powerswarm', command: 'open', enabled: true },
    resume
      ? { kind: 'command', label: 'Resume', command: 'resume', enabled: true }
      : { kind: 'command', label: 'Pause', command: 'pause', enabled: donor !== undefined },
    {
      kind: 'command',
      label: 'Start screensaver',
      command: 'start-screensaver',
      enabled: donor !== undefined,
    },
    SEPARATOR,
    { kind: 'command', label: 'Quit', command: 'quit', enabled: true },
  ]
}
