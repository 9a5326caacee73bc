import type Hypercore from 'hypercore'
import { PowerswarmError } from '../../../../domain/errors.ts'
import { LIMITS } from '../../../../domain/limits.ts'
import { inputBlocks } from '../../../../domain/unit-inputs.ts'
import type { Timers } from '../../../ports.ts'
import type { BlockSource } from './input-reader.ts'

export interface InputCoreInit {
  readonly core: Hypercore
  /** As the signed batch record says; a core of another length is refused as soon as a proof shows it. */
  readonly byteLength: number
  readonly timers: Timers
  /** Ends what is waited for. */
  readonly signal: AbortSignal
  /** Called before bytes are asked for, so that their arrival does not count as a flood. */
  expect(bytes: number): void
  /** A block is here, from disk or from a peer. */
  onBlock(block: number): void
}

/**
 * The blocks of a donor's copy of inputs: from disk, else from the peers that the core is replicated with. Rejects with
 * `not-connected` when a block does not come for `LIMITS.moduleStallMs`, with `bad-record` for a core that is not the
 * announced one.
 */
export function inputBlocksOf(init: InputCoreInit): BlockSource {
  const { core, byteLength } = init
  const blocks = inputBlocks(byteLength)
  return {
    async want(wanted) {
      await core.ready()
      const missing: number[] = []
      for (const block of wanted) if (!(await core.has(block))) missing.push(block)
      if (missing.length === 0) return
      // Blocks come with the hashes that prove them.
      init.expect(2 * missing.length * LIMITS.inputBlockBytes)
      for (const { start, end } of runs(missing)) if (end - start > 1) core.download({ start, end })
    },
    async get(block) {
      const content = await orStall(core.get(block), init)
      // Both are proven by the core's key once any block is here.
      if (core.length !== blocks || core.byteLength !== byteLength)
        throw new PowerswarmError(
          'bad-record',
          `Bad inputs: their core has ${String(core.byteLength)} bytes instead of ${String(byteLength)}`,
        )
      init.onBlock(block)
      return content
    },
  }
}

function runs(blocks: readonly number[]): { readonly start: number; end: number }[] {
  const found: { readonly start: number; end: number }[] = []
  for (const block of [...blocks].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last?.end === block) last.end++
    else found.push({ start: block, end: block + 1 })
  }
  return found
}

function orStall(block: Promise<Uint8Array>, { timers, signal }: InputCoreInit): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      cancel()
      signal.removeEventListener('abort', abort)
      settle()
    }
    const abort = (): void => finish(() => reject(notConnected()))
    const cancel = timers.after(LIMITS.moduleStallMs, abort)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    block.then(
      (bytes) => finish(() => resolve(bytes)),
      (error: unknown) => finish(() => reject(notConnected(error))),
    )
  })
}

function notConnected(cause?: unknown): PowerswarmError {
  return new PowerswarmError('not-connected', 'Nobody who has these inputs can be reached', { cause })
}
