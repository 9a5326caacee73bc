import { LIMITS } from '../../domain/limits.ts'
import type { Checks } from './checks.ts'
import type { BlockProofLayout, TreeNodeLayout } from './spec/index.js'

/**
 * Pieces of signed cores that stand by themselves. Positions of nodes are never written: they follow from lengths and
 * indices (README.md, "Proofs"), so that nothing in a proof can be changed without changing what was signed.
 */

/** A subtree of a core's Merkle tree. `size`: bytes in the blocks below it. `hash`: 32 bytes. */
export interface TreeNode {
  readonly size: number
  readonly hash: Uint8Array
}

/** One block of a core and the signed head above it. */
export interface BlockProof {
  /** Blocks that the signature covers. */
  readonly length: number
  readonly index: number
  readonly block: Uint8Array
  /** The block's siblings, from the block up to its root. */
  readonly path: readonly TreeNode[]
  /** The other roots of the tree, from left to right. */
  readonly roots: readonly TreeNode[]
  /** 64 bytes, Ed25519. */
  readonly signature: Uint8Array
}

/** A length that a number can hold has 53 roots at most; leading on from one length to another climbs and descends. */
const NODES_MAX = 2 * 53

export function treeNodesOf(check: Checks, field: string, nodes: readonly TreeNodeLayout[]): TreeNode[] {
  check.that(nodes.length <= NODES_MAX, `has too many nodes in ${field}`)
  return nodes.map(({ size, hash }) => ({
    size: check.whole(`a size in ${field}`, size, 0, Number.MAX_SAFE_INTEGER),
    hash,
  }))
}

export function blockProofOf(check: Checks, field: string, layout: BlockProofLayout): BlockProof {
  const { block, signature } = layout
  const length = check.whole(`a length in ${field}`, layout.length, 1, Number.MAX_SAFE_INTEGER)
  check.that(block.byteLength <= LIMITS.provenBlockBytes, `has a too long block in ${field}`)
  return {
    length,
    index: check.whole(`an index in ${field}`, layout.index, 0, length - 1),
    block,
    path: treeNodesOf(check, field, layout.path),
    roots: treeNodesOf(check, field, layout.roots),
    signature,
  }
}
