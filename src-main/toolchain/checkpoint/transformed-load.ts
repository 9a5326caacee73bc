import { checkCompileLoad, REWRITTEN_BODY_BYTES_MAX } from '../compile-load.ts'
import { refused } from '../refusals.ts'
import type { BodyCode } from '../wasm/body-code.ts'
import type { WasmModule } from '../wasm/module.ts'

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
