import { checkCompileLoad, REWRITTEN_BODY_BYTES_MAX } from '../compile-load.ts'
import { refused } from '../refusals.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import type { WasmModule } from '../wasm/module.ts'

/**
 * What the transformation may be given, in bytes of metered code. It takes some 2 s of one core for 500 KB in functions of
 * 3 KB, more for larger ones, and more for many locals: 1 s for one of 64 KiB, or for one with 1,000.
 */
const GIVEN_MAX = 2 * 1024 * 1024
const LARGE_BODY_BYTES = 64 * 1024
const LOCALS_SHIFT = 3

/** Throws `module-refused` when the transformation of these own functions would take too long. */
export function checkTransformationLoad(metered: WasmModule, functions: readonly number[]): void {
  let given = 0
  for (const own of functions) {
    const body = metered.bodies[own]
    if (body === undefined) continue
    const bytes = body.end - body.start
    given +=
      bytes * (1 + bytes / LARGE_BODY_BYTES) + (body.localCount * body.localCount) / (1 << LOCALS_SHIFT)
  }
  if (given > GIVEN_MAX) throw refused('too much of its code would have to be given checkpoints')
}

/**
 * The bounds of the policy once more, for what became of own function `own`: a transformed function has more locals and
 * blocks. Throws `module-refused`.
 */
export function checkTransformedLoad(module: WasmModule, own: number, code: BodyCode): void {
  const body = module.bodies[own]
  const type = module.types[module.functionTypes[own] ?? -1]
  if (body === undefined) return
  const index = module.imports.length + own
  checkCompileLoad(code, (type?.params.length ?? 0) + body.localCount, index)
  if (body.end - body.start > REWRITTEN_BODY_BYTES_MAX)
    throw refused('a body too large once it has checkpoints', index)
}
