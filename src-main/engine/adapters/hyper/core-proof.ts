import type Hypercore from 'hypercore'
import type { CoreProof, ProofNode } from 'hypercore'
import type { BlockProof, TreeNode } from '../../../contracts/wire/core-proof.ts'
import type { HeadProof } from '../../../contracts/wire/evidence.ts'
import { PowerswarmError } from '../../../domain/errors.ts'

/** What a core on this disk proves about itself, in the form of contracts/wire. Nothing here waits for a peer. */

/** One signer, as `manifestOf` makes every manifest: one proof, of signer 0, then 64 bytes, then no patches. */
const SIGNATURE_START = 2
const SIGNATURE_BYTES = 64

/** The block under the core's present head. Throws `not-found` when it or a part of its proof is not on this disk. */
export async function proveBlock(core: Hypercore, index: number): Promise<BlockProof> {
  const { length } = core
  if (index >= length || !(await core.has(index))) throw notHere(index)
  const proof = await core
    .proof({ block: { index, nodes: 0 }, upgrade: { start: 0, length } })
    .catch((cause: unknown) => {
      throw notHere(index, cause)
    })
  if (!proof.block) throw notHere(index)
  return {
    length,
    index,
    block: proof.block.value,
    path: proof.block.nodes.map(treeNode),
    roots: proof.upgrade.nodes.map(treeNode),
    signature: signatureOf(proof),
  }
}

/** The core's present head, as it stood at `length`. */
export async function proveHead(core: Hypercore, length: number): Promise<HeadProof> {
  const signed = core.length
  return headOf(await core.proof({ upgrade: { start: 0, length } }), signed)
}

/** The head in a proof from 0 to a length; `signed`: blocks that its signature covers. */
export function headOf(proof: CoreProof, signed: number): HeadProof {
  return {
    roots: proof.upgrade.nodes.map(treeNode),
    length: signed,
    rest: proof.upgrade.additionalNodes.map(treeNode),
    signature: signatureOf(proof),
  }
}

function treeNode({ size, hash }: ProofNode): TreeNode {
  return { size, hash }
}

function signatureOf({ upgrade: { signature } }: CoreProof): Uint8Array {
  return signature.subarray(SIGNATURE_START, SIGNATURE_START + SIGNATURE_BYTES)
}

function notHere(index: number, cause?: unknown): PowerswarmError {
  return new PowerswarmError(
    'not-found',
    `Block ${String(index)} and its proof are not whole on this machine`,
    { cause },
  )
}
