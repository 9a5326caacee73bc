import { WASI_MODULE } from './wasi-names.ts'
import type { WasmModule } from './wasm/module.ts'

/** What a person reads before consenting to an app: plain data, derived from the module's imports alone. */
export interface PermissionSheet {
  /** Imported functions as `module.name`, sorted, each once. */
  readonly imports: string[]
  /** Whether it can open files of its own unit (`/in`, `/out`). The machine's files are out of reach in any case. */
  readonly files: boolean
  /** No app has network; the socket calls of WASI answer with an error. */
  readonly network: false
  readonly clock: 'virtual' | 'none'
  readonly random: 'seeded' | 'none'
  readonly memoryLimitBytes: number
  /** Own functions of the original module. */
  readonly functions: number
  /** Size of the original module. */
  readonly sizeBytes: number
}

export function permissionSheet(module: WasmModule, memoryLimitBytes: number): PermissionSheet {
  const names = new Set(module.imports.map((item) => `${item.module}.${item.name}`))
  const wasi = (prefix: string): boolean =>
    [...names].some((name) => name.startsWith(`${WASI_MODULE}.${prefix}`))
  return {
    imports: [...names].sort(),
    files: wasi('path_'),
    network: false,
    clock: wasi('clock_') || wasi('poll_oneoff') ? 'virtual' : 'none',
    random: wasi('random_get') ? 'seeded' : 'none',
    memoryLimitBytes,
    functions: module.bodies.length,
    sizeBytes: module.bytes.length,
  }
}
