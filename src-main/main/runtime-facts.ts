import type { EngineOptions } from '../contracts/engine-options.ts'
import type { ShellView } from '../contracts/ui.ts'

/** What must be known about the process that runs, before anything is computed. */
export interface RuntimeFacts {
  readonly appVersion: string
  readonly electronVersion: string
  /** This Electron carries the engine itself; the fallback runtime does not. */
  readonly official: boolean
  /** Chromium was told not to use the operating system's sandbox. */
  readonly sandboxOff: boolean
  readonly isRoot: boolean
  readonly allowUnsandboxed: boolean
}

export function engineOptions(facts: RuntimeFacts, home: string, demoModules: string): EngineOptions {
  return {
    role: 'donor',
    home,
    slots: 'desktop',
    sandboxed: !facts.sandboxOff,
    runtime: facts.official ? 'official' : 'fallback',
    isRoot: facts.isRoot,
    allowUnsandboxed: facts.allowUnsandboxed,
    demoModules,
  }
}

/** What the windows show about the shell at the start. */
export function shellView(facts: RuntimeFacts, presenceSource: string): ShellView {
  const runtime = `Electron ${facts.electronVersion}`
  const view = {
    version: facts.appVersion,
    runtime: facts.official ? runtime : `${runtime} (fallback runtime for development and tests)`,
    presenceSource,
  }
  if (!facts.sandboxOff || !facts.allowUnsandboxed) return view
  return {
    ...view,
    warning: 'Units run without the operating system’s sandbox: POWERSWARM_ALLOW_UNSANDBOXED is set',
  }
}
