/** What decides whether a stranger's work may run in this program's slots. */
export interface SandboxConditions {
  /** Slots are inside the operating system's sandbox. */
  readonly sandboxed: boolean
  /** The official Electron, or the old one for development. */
  readonly runtime: 'official' | 'fallback'
  readonly isRoot: boolean
  /** Set by `POWERSWARM_ALLOW_UNSANDBOXED=1`, for tests and labs. */
  readonly allowUnsandboxed: boolean
}

/**
 * - `open`: every project may be computed
 * - `overridden`: the same, by the override; a banner that cannot be hidden says so
 * - `demo-only`: only the built-in demo; `why` names the cause and the remedy
 */
export type SandboxGate =
  | { readonly kind: 'open' }
  | { readonly kind: 'overridden'; readonly why: string }
  | { readonly kind: 'demo-only'; readonly why: string }

/** For the desktop app: headless donors are judged by their own slot host. */
export function sandboxGate(conditions: SandboxConditions): SandboxGate {
  const cause = missingProtection(conditions)
  if (cause === undefined) return { kind: 'open' }
  if (conditions.allowUnsandboxed)
    return {
      kind: 'overridden',
      why: `Computing without full protection (${cause}), as POWERSWARM_ALLOW_UNSANDBOXED asks`,
    }
  return { kind: 'demo-only', why: `Only the built-in demo is computed here: ${cause}` }
}

function missingProtection({ runtime, isRoot, sandboxed }: SandboxConditions): string | undefined {
  if (isRoot) return 'the app runs as root; start it as an ordinary user'
  if (!sandboxed) return 'Chromium’s sandbox is off; start the app without --no-sandbox'
  if (runtime === 'fallback')
    return 'it runs on an old Electron for development; install the official Electron'
  return undefined
}
