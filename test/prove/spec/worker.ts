import { serveCalls } from '../../support/renderer-worker/serve-calls.ts'
import type { Script } from './script.ts'
import { runScript } from './suite.ts'
import type { Summary } from './summary.ts'

/** The suite in a renderer; modules come in base64, by their file's name. */
serveCalls({
  runScript: (script: Script, modules: Readonly<Record<string, string>>): Summary =>
    runScript(script, (name) => Uint8Array.from(atob(modules[name] ?? ''), (char) => char.charCodeAt(0))),
})
