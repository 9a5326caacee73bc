import { BodyCode } from '../../../src-main/toolchain/wasm/body-code.ts'
import type { WasmModule } from '../../../src-main/toolchain/wasm/module.ts'
import { OP } from '../../../src-main/toolchain/wasm/opcodes.ts'
import { toJavaScript, type Returned } from './call.ts'
import type { Value } from './script.ts'
import { matches } from './values.ts'

/** Whether a call gave what the script expects. */
export function isExpected({ bytes, references }: Returned, expected: readonly Value[]): boolean {
  if (bytes !== undefined) return expected.every((value, at) => matches(value, bytes[at] ?? new Uint8Array()))
  return expected.every((value, at) => {
    const found = references?.[at]
    // A reference of which only the type is said may be any.
    return value.value === undefined ? found !== null : Object.is(found, toJavaScript(value))
  })
}

const LOOKING: readonly number[] = [
  OP.i32ReinterpretF32,
  OP.i64ReinterpretF64,
  OP.f32Copysign,
  OP.f64Copysign,
]

/** Whether the module looks at the bits or the sign of numbers, where the rewriter makes NaNs canonical. */
export function seesNanBits(module: WasmModule): boolean {
  const longest = module.bodies.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  const code = new BodyCode(longest)
  return module.bodies.some((_, own) => {
    code.read(module, own)
    return code.codes.subarray(0, code.count).some((op) => LOOKING.includes(op))
  })
}
