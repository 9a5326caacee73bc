import { LIMITS } from '../../../../domain/limits.ts'
import { isFileName } from '../../../../domain/unit-file.ts'
import { utf8 } from '../../../../domain/utf8.ts'
import { unusable } from '../../snapshot/unusable.ts'
import type { SavedNode, SavedVolume } from './saved-volume.ts'
import type { Volume } from './volume.ts'

type SavedDirectory = SavedNode & { readonly type: 'directory' }

/** Every call that makes a file costs fuel. */
const INODES_MAX = Number(LIMITS.fuelPerUnit)

/**
 * Looks whether calls could have made this tree in an empty `volume`: within its limits, every name and number right,
 * no folder within itself, and nothing without a name that is not open. `held` — inodes that are open.
 *
 * Throws `snapshot-unusable`.
 */
export function checkSavedVolume(volume: Volume, saved: SavedVolume, held: ReadonlySet<number>): void {
  const nodes = new Map(saved.nodes.map((node) => [node.inode, node]))
  const [root] = saved.nodes
  if (root?.type !== 'directory' || root.inode !== volume.root.inode || root.parent !== undefined)
    throw unusable('its files have no root')
  if (nodes.size !== saved.nodes.length || saved.nextInode > INODES_MAX)
    throw unusable('numbers of files that cannot be')
  const names = countNames(volume, saved.nodes, nodes)
  let bytes = 0
  for (const node of saved.nodes) {
    if (node.inode < root.inode || node.inode >= saved.nextInode)
      throw unusable('numbers of files that cannot be')
    const links = node === root ? 1 : (names.get(node.inode) ?? 0)
    if (node.links !== links || (node === root && names.has(node.inode)))
      throw unusable('a file with another number of names than it says')
    if (node.type === 'directory') checkDirectory(node, root, nodes)
    if (node.type === 'symlink') checkTarget(node.target)
    // As the volume counts them: once for each name, once without a name while it is open.
    if (node.type === 'file') bytes += node.bytes.length * Math.max(node.links, held.has(node.inode) ? 1 : 0)
  }
  if (bytes > volume.maxBytes) throw unusable('its files are too large')
  const found = new Set([...below(root, nodes), ...withParents(held, nodes)])
  if (found.size !== nodes.size) throw unusable('files that nothing leads to')
}

/** Names of each inode. */
function countNames(
  volume: Volume,
  all: readonly SavedNode[],
  nodes: ReadonlyMap<number, SavedNode>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  let total = 0
  for (const directory of all) {
    if (directory.type !== 'directory') continue
    total += directory.entries.length
    if (total > volume.maxEntries) throw unusable('more files than there may be')
    if (new Set(directory.entries.map(([name]) => name)).size !== directory.entries.length)
      throw unusable('two files of one name')
    for (const [name, inode] of directory.entries) {
      const node = nodes.get(inode)
      if (!isFileName(name) || node === undefined) throw unusable('a name without a file')
      if (node.type === 'directory' && node.parent !== directory.inode)
        throw unusable('a folder that is not where its name is')
      counts.set(inode, (counts.get(inode) ?? 0) + 1)
    }
  }
  return counts
}

function checkDirectory(
  directory: SavedDirectory,
  root: SavedDirectory,
  nodes: ReadonlyMap<number, SavedNode>,
): void {
  if (directory === root) return
  const { parent, links, entries } = directory
  if (parent === undefined || nodes.get(parent)?.type !== 'directory') throw unusable('a folder in no folder')
  // It was empty when it was removed, and takes nothing in since.
  if (links > 1 || (links === 0 && entries.length > 0)) throw unusable('a folder that cannot be')
}

/** As `path_symlink` takes it. */
function checkTarget(target: string): void {
  if (target === '' || target.startsWith('/') || target.includes('\0'))
    throw unusable('a link that leads nowhere')
  if (utf8(target).length > LIMITS.pathTextBytes) throw unusable('a link that is too long')
}

/** Everything that a name below `root` leads to: a folder has one name, so those that form a ring are not. */
function below(root: SavedDirectory, nodes: ReadonlyMap<number, SavedNode>): Set<number> {
  const found = new Set([root.inode])
  // A set is walked in the order of insertion, what is added on the way included.
  for (const inode of found) {
    const node = nodes.get(inode)
    if (node?.type === 'directory') for (const [, entry] of node.entries) found.add(entry)
  }
  return found
}

/** What is open, and the folders that it is or was in. Throws where those do not end. */
function withParents(held: ReadonlySet<number>, nodes: ReadonlyMap<number, SavedNode>): Set<number> {
  const found = new Set<number>()
  for (const first of held) {
    const walked = new Set<number>()
    for (let at: number | undefined = first; at !== undefined && !found.has(at);) {
      const node = nodes.get(at)
      if (node === undefined || walked.has(at)) throw unusable('open files that cannot be')
      walked.add(at)
      at = node.type === 'directory' ? node.parent : undefined
    }
    for (const inode of walked) found.add(inode)
  }
  return found
}
