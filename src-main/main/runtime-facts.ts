import type { EngineOptions } from '../contracts/engine-options.ts'
import type { ShellView } from '../contracts/ui.ts'
import { sandboxGate, type SandboxConditions } from '../domain/sandbox-gate.ts'

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
    ...sandboxConditions(facts),
    demoModules,
  }
}

/** What the windows show about the shell at the start. Whatever the override lets through is told by a banner. */
export function shellView(facts: RuntimeFacts, presenceSource: string): ShellView {
  const runtime = `Electron ${facts.electronVersion}`
  const view = {
    version: facts.appVersion,
    runtime: facts.official ? runtime : `${runtime} (fallback runtime for development and tests)`,
    presenceSource,
  }
  const gate = sandboxGate(sandboxConditions(facts))
  return gate.kind === 'overridden' ? { ...view, warning: gate.why } : view
}

function sandboxConditions(facts: RuntimeFacts): SandboxConditions {
  return {
    sandboxed: !facts.sandboxOff,
    runtime: facts.official ? 'official' : 'fallback',
    isRoot: facts.isRoot,
    allowUnsandboxed: facts.allowUnsandboxed,
  }
}
