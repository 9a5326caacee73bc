import { CHECKPOINT_ABI, METER_ABI } from '../../../toolchain/index.ts'
import { UnitEnd } from '../unit-end.ts'
import { clearMemory, SAVED_PAGE_BYTES } from './memory-pages.ts'
import type { UnitState } from './snapshot-format.ts'
import { unusable } from './unusable.ts'

const WANTED = -1n

interface CheckpointExports {
  readonly memory: WebAssembly.Memory
  readonly wanted: { value: bigint }
  readonly stackMemory: WebAssembly.Memory
  readonly stackStart: number
  /** Stack that is left for the module's own calls. */
  readonly room: { readonly value: bigint }
  readonly call: (name: string, argument?: number) => void
}

/**
 * The host's half of stopping an instance in the middle (the module's half: toolchain/meter-abi.ts).
 *
 *              yield, wanted               _start returned
 *   computing ───────────────▶ unwinding ─────────────────▶ stopped
 *       ▲                                                      │ rewind, or restore in a fresh instance
 *       └───────────── yield ─────────────── rewinding ◀───────┘
 */
export class SafePoints {
  #exports: CheckpointExports | undefined
  #state: 'computing' | 'unwinding' | 'stopped' | 'rewinding' = 'computing'
  #isWanted = false
  #isRestoring = false

  attach(exports: WebAssembly.Exports): void {
    this.#exports = checkpointExports(exports)
    this.#show()
  }

  /** Whether `_start` is to be left at the next safe point. */
  setWanted(isWanted: boolean): void {
    if (isWanted === this.#isWanted) return
    this.#isWanted = isWanted
    this.#show()
  }

  /** The module's import. */
  yield(): void {
    const exports = this.#attached()
    if (this.#state === 'rewinding') {
      if (stackEnd(exports) !== exports.stackStart)
        throw unusable('its unit does not come back to its safe point')
      exports.call(CHECKPOINT_ABI.stopRewindExport)
      this.#state = 'computing'
      this.#isRestoring = false
    } else if (this.#isWanted) {
      setStack(exports, exports.stackStart)
      exports.call(CHECKPOINT_ABI.startUnwindExport, 0)
      this.#state = 'unwinding'
    }
  }

  /** To be asked when `_start` has returned: whether it was left and not ended. */
  wasLeft(): boolean {
    if (this.#state === 'computing') return false
    if (this.isLost) throw unusable('its unit does not come back to its safe point')
    if (this.#state !== 'unwinding')
      throw new UnitEnd('host-failure', 'the unit did not come back to its safe point')
    this.#attached().call(CHECKPOINT_ABI.stopUnwindExport)
    this.#attached().call(CHECKPOINT_ABI.saveGlobalsExport)
    this.#state = 'stopped'
    return true
  }

  /** Whether it was restored and has not come back to its safe point: then what it was restored from is no good. */
  get isLost(): boolean {
    return this.#isRestoring && this.#state === 'rewinding'
  }

  /** Whether the instance is on its way to or from a safe point: what fails there is none of the unit's doing. */
  get isBetween(): boolean {
    return this.#state !== 'computing'
  }

  /** Of a stopped instance; shared with it. */
  get stopped(): { readonly memory: ArrayBuffer; readonly stack: Uint8Array } {
    const exports = this.#attached()
    const { memory, stackMemory } = exports
    return { memory: memory.buffer, stack: new Uint8Array(stackMemory.buffer, 0, stackEnd(exports)) }
  }

  /** Lets `_start` go on where it was left, once it is called. */
  rewind(): void {
    this.#attached().call(CHECKPOINT_ABI.startRewindExport, 0)
    this.#state = 'rewinding'
  }

  /** Makes a fresh instance what another one was when it was stopped, and rewinds it. Throws `snapshot-unusable`. */
  restore({ memory, stack }: Pick<UnitState, 'memory' | 'stack'>): void {
    const exports = this.#attached()
    const { stackMemory, stackStart } = exports
    if (stack.length < stackStart || stack.length > stackMemory.buffer.byteLength)
      throw unusable('its stack does not fit')
    const fullRoom = exports.room.value
    clearMemory(exports.memory.buffer)
    growTo(exports.memory, memory.wasmPages)
    const bytes = new Uint8Array(exports.memory.buffer)
    for (const [place, page] of memory.pages.entries()) {
      const from = place * SAVED_PAGE_BYTES
      bytes.set(memory.bytes.subarray(from, from + SAVED_PAGE_BYTES), page * SAVED_PAGE_BYTES)
    }
    new Uint8Array(stackMemory.buffer).set(stack)
    setStack(exports, stack.length)
    exports.call(CHECKPOINT_ABI.loadGlobalsExport)
    if (exports.room.value < 0n || exports.room.value > fullRoom) throw unusable('it has too much stack')
    this.#isRestoring = true
    this.rewind()
  }

  #show(): void {
    if (this.#exports !== undefined) this.#exports.wanted.value = this.#isWanted ? WANTED : 0n
  }

  #attached(): CheckpointExports {
    if (this.#exports === undefined)
      throw new UnitEnd('host-failure', 'the module ran before it was attached')
    return this.#exports
  }
}

const PAGE_BYTES = 65_536

function growTo(memory: WebAssembly.Memory, pages: number): void {
  const missing = pages - memory.buffer.byteLength / PAGE_BYTES
  if (missing < 0) throw unusable('its memory is too small')
  try {
    if (missing > 0) memory.grow(missing)
  } catch (error) {
    throw unusable('its memory cannot be had', error)
  }
}

/** Where the unwound stack ends. */
function stackEnd({ stackMemory }: CheckpointExports): number {
  return new DataView(stackMemory.buffer).getUint32(0, true)
}

/** Where the unwound stack ends, and where the room for it does. */
function setStack({ stackMemory }: CheckpointExports, end: number): void {
  const words = new DataView(stackMemory.buffer)
  words.setUint32(0, end, true)
  words.setUint32(4, stackMemory.buffer.byteLength, true)
}

function checkpointExports(exports: WebAssembly.Exports): CheckpointExports {
  const memory = exports['memory']
  const wanted = exports[CHECKPOINT_ABI.wantedExport]
  const stackMemory = exports[CHECKPOINT_ABI.stackMemoryExport]
  const stackStart = exports[CHECKPOINT_ABI.stackStartExport]
  const room = exports[METER_ABI.stackRoomExport]
  if (
    !(memory instanceof WebAssembly.Memory) ||
    !(stackMemory instanceof WebAssembly.Memory) ||
    !(wanted instanceof WebAssembly.Global) ||
    !(stackStart instanceof WebAssembly.Global) ||
    !(room instanceof WebAssembly.Global)
  )
    throw new UnitEnd('host-failure', 'the module was not rewritten with checkpoints')
  const call = (name: string, argument?: number): void => {
    const value = exports[name]
    if (typeof value !== 'function') throw new UnitEnd('host-failure', `the module has no ${name}`)
    ;(value as (argument?: number) => void)(argument)
  }
  return {
    memory,
    wanted: wanted as { value: bigint },
    stackMemory,
    stackStart: Number(stackStart.value),
    room: room as { value: bigint },
    call,
  }
}
