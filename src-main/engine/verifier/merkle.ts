import { hash } from 'hypercore-crypto'
import type { BlockProof, TreeNode } from '../../contracts/wire/core-proof.ts'
import type { HeadProof } from '../../contracts/wire/evidence.ts'

/**
 * The Merkle tree over a core's blocks, with just enough of it to check a proof. Blake2b-256 throughout:
 *
 *   leaf    H(0x00 ‖ u64 bytes of the block ‖ block)
 *   parent  H(0x01 ‖ u64 bytes below ‖ left ‖ right)
 *   tree    H(0x02 ‖ for each root, from left to right: its hash ‖ u64 its number ‖ u64 bytes below)
 *
 * u64 is 8 bytes, little endian. A tree of n blocks has one root for each 1 in n written in binary, the largest first.
 * A subtree of 2^k blocks that begins at block b has the number 2b + 2^k − 1.
 */

/** Where a subtree lies: 2^height blocks from `start` on. */
interface Place {
  readonly start: number
  readonly height: number
}

/** The tree hash that a block proof amounts to; undefined when it has too few or too many nodes. */
export function treeHashOfBlock(proof: BlockProof): Uint8Array | undefined {
  const places = placesBetween(0, proof.length)
  const above = places.findIndex(({ start, height }) => proof.index < start + 2 ** height)
  const place = places[above]
  if (!place || proof.path.length !== place.height || proof.roots.length !== places.length - 1)
    return undefined
  const root = climb(leafOf(proof.block), proof.index - place.start, proof.path)
  const nodes = [...proof.roots.slice(0, above), root, ...proof.roots.slice(above)]
  return treeHash(places.map((at, i) => ({ place: at, node: nodes[i] ?? NOTHING })))
}

/**
 * The tree hash that a head's signature must cover; undefined when nodes are missing or too many. `length`: where the
 * head's roots stand. Of these roots the hashes are proven, not the sizes: a parent holds but the sum of two.
 */
export function treeHashOfHead(head: HeadProof, length: number): Uint8Array | undefined {
  const places = placesBetween(0, length)
  const steps = placesBetween(length, head.length)
  if (head.roots.length !== places.length || head.rest.length !== steps.length) return undefined
  const forest = places.map((place, i) => ({ place, node: head.roots[i] ?? NOTHING }))
  for (const [i, place] of steps.entries()) plant(forest, { place, node: head.rest[i] ?? NOTHING })
  return treeHash(forest)
}

/** Eight bytes, least significant first. `value` is a whole number. */
export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
  return bytes
}

const NOTHING: TreeNode = { size: 0, hash: new Uint8Array() }
const LEAF = Uint8Array.of(0)
const PARENT = Uint8Array.of(1)
const TREE = Uint8Array.of(2)

function leafOf(block: Uint8Array): TreeNode {
  const size = block.byteLength
  return { size, hash: hash([LEAF, u64(size), block]) }
}

function parentOf(left: TreeNode, right: TreeNode): TreeNode {
  // Beyond what a number holds exactly the sum differs from what was signed, and the proof fails.
  const size = left.size + right.size
  return { size, hash: hash([PARENT, u64(size), left.hash, right.hash]) }
}

interface Tree {
  readonly place: Place
  readonly node: TreeNode
}

/** Adds the next subtree; neighbours of one height become one. */
function plant(forest: Tree[], next: Tree): void {
  forest.push(next)
  for (;;) {
    const [left, right] = forest.slice(-2)
    if (!left || !right || left.place.height !== right.place.height) return
    const place = { start: left.place.start, height: left.place.height + 1 }
    forest.splice(-2, 2, { place, node: parentOf(left.node, right.node) })
  }
}

/** `offset`: place of the block within its root; each binary digit says on which side the sibling stands. */
function climb(leaf: TreeNode, offset: number, path: readonly TreeNode[]): TreeNode {
  let node = leaf
  let at = offset
  for (const sibling of path) {
    node = at % 2 === 0 ? parentOf(node, sibling) : parentOf(sibling, node)
    at = Math.floor(at / 2)
  }
  return node
}

function treeHash(roots: readonly Tree[]): Uint8Array {
  const parts = roots.flatMap(({ place: { start, height }, node }) => [
    node.hash,
    u64(2 * start + 2 ** height - 1),
    u64(node.size),
  ])
  return hash([TREE, ...parts])
}

/** The largest subtrees that cover the blocks from `from` to below `to`, from left to right. */
function placesBetween(from: number, to: number): Place[] {
  const places: Place[] = []
  for (let start = from; start < to;) {
    let height = 0
    while (start % 2 ** (height + 1) === 0 && start + 2 ** (height + 1) <= to) height += 1
    places.push({ start, height })
    start += 2 ** height
  }
  return places
}
