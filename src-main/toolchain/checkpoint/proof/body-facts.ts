import type { WasmModule } from '../../wasm/module.ts'

/** What the instructions of a body mean for its meter and for Asyncify. */
export interface BodyFacts {
  readonly module: WasmModule
  /** Index of the first global that the meter added. */
  readonly firstMeterGlobal: number
  /** Number of the first own function that the meter added. */
  readonly firstHelper: number
  /** Present for a body that Asyncify transformed. */
  readonly asyncify?: AsyncifyFacts
}

export interface AsyncifyFacts {
  /** Globals: the mode, and the address of the unwound stack's head. */
  readonly modeGlobal: number
  readonly headGlobal: number
  /** Whether the stack may be unwound in a call of this function. */
  readonly mayUnwind: (functionIndex: number) => boolean
  /** The same for calls through a table. */
  readonly mayUnwindIndirectly: boolean
}

/** Globals that the meter adds, counted from its first. */
export const METER_GLOBAL = { fuel: 0, room: 1, wanted: 4, count: 5 } as const

/** The body does something that cannot be shown to be right. */
export class NotShown extends Error {
  override readonly name = 'NotShown'
}
