import type { Calls } from '../../../contracts/rpc.ts'
import type { SlotSchema, Snapshot } from '../../../contracts/slot.ts'
import { PowerswarmError } from '../../../domain/errors.ts'

/**
 * Has a slot's unit saved and fetches the snapshot piece by piece, so that neither process is held up by it. Without bytes
 * also when the slot has dropped it on the way. Rejects with `bad-record` when what comes is not what was promised.
 */
export async function takeSnapshot(
  program: Pick<Calls<SlotSchema>, 'snapshot' | 'snapshotPiece'>,
  withinMs: number,
): Promise<Snapshot> {
  const { run, bytes: first, length } = await program.snapshot({ withinMs })
  if (first === undefined) return { run }
  if (length === undefined) return { run, bytes: first }
  const bytes = new Uint8Array(length)
  for (let at = 0, piece = first; ; piece = await program.snapshotPiece({ at })) {
    if (piece.length === 0) return { run: 0 }
    if (at + piece.length > length)
      throw new PowerswarmError('bad-record', 'a slot gave more of a snapshot than it promised')
    bytes.set(piece, at)
    at += piece.length
    if (at === length) return { run, bytes }
  }
}
