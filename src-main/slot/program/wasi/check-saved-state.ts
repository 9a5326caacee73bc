import { LIMITS } from '../../../domain/limits.ts'
import { compareNames, isFileName } from '../../../domain/unit-file.ts'
import { unusable } from '../snapshot/unusable.ts'
import { FDFLAGS, type Descriptor, type DirectoryDescriptor } from './descriptors.ts'
import { checkSavedVolume } from './files/check-saved-volume.ts'
import type { DirectoryNode, Node } from './files/node.ts'
import { nodesOf } from './files/saved-volume.ts'
import type { Volume } from './files/volume.ts'
import { DIRECTORY_RIGHTS, FILE_RIGHTS } from './rights.ts'
import { WASI_STATE_VERSION, type SavedDescriptor, type SavedWasi, type WasiState } from './saved-state.ts'
import { LATEST_NS } from './virtual-clock.ts'

/**
 * Looks whether calls could have made this state of a fresh one: what is restored gives a unit nothing that it could not
 * have had anyway. A fresh state is the measure: nothing has more rights, room or input than there. Whether a unit really
 * came this way nobody can tell, and need not: its results are compared with others'.
 *
 * Throws `snapshot-unusable`; nothing has changed then.
 */
export function checkSavedWasi(fresh: WasiState, saved: SavedWasi): void {
  if (saved.version !== WASI_STATE_VERSION || saved.volumes.length !== fresh.volumes.length)
    throw unusable('its files are not of this program and unit')
  if (saved.sleptNs > LATEST_NS) throw unusable('it has slept for too long')
  if (saved.random.every((word) => word === 0)) throw unusable('random numbers do not come to this')
  if (saved.stdinPosition > fresh.stdin.available) throw unusable('it has read more than there is')
  for (const name of ['stdout', 'stderr'] as const)
    if (saved[name].length > fresh[name].maxBytes) throw unusable('it has printed more than it may')
  for (const [index, volume] of fresh.volumes.entries()) {
    const savedVolume = saved.volumes[index]
    if ((savedVolume !== undefined) !== volume.isWritable)
      throw unusable('it changes what cannot be changed, or leaves out what can')
    if (savedVolume !== undefined) checkSavedVolume(volume, savedVolume, heldIn(index, saved))
  }
  checkDescriptors(fresh, saved)
}

/** Inodes that are open in a volume. */
function heldIn(volume: number, { descriptors }: SavedWasi): ReadonlySet<number> {
  return new Set(
    descriptors.flatMap(({ target }) =>
      'inode' in target && target.volume === volume ? [target.inode] : [],
    ),
  )
}

function checkDescriptors(fresh: WasiState, saved: SavedWasi): void {
  const bounds = new Bounds(fresh, saved)
  const numbers = new Set<number>()
  const onlyOnce = new Set<string>()
  for (const descriptor of saved.descriptors) {
    const { fd, flags, rightsBase, rightsInheriting } = descriptor
    if (fd >= LIMITS.openFiles || numbers.has(fd)) throw unusable('a descriptor out of place')
    numbers.add(fd)
    if ((flags & ~FDFLAGS.all) !== 0) throw unusable('unknown flags of a descriptor')
    const { base, inheriting, once } = bounds.of(descriptor)
    if (once !== undefined && onlyOnce.has(once)) throw unusable('a descriptor that is there twice')
    if (once !== undefined) onlyOnce.add(once)
    if ((rightsBase & ~base) !== 0n || (rightsInheriting & ~inheriting) !== 0n)
      throw unusable('a descriptor with rights that it cannot have')
  }
}

/** What a descriptor may have at most. */
interface Bound {
  readonly base: bigint
  readonly inheriting: bigint
  /** Of descriptors that a unit starts with and cannot make another of. */
  readonly once?: string
}

class Bounds {
  readonly #streams = new Map<string, Descriptor>()
  readonly #preopens = new Map<Volume, DirectoryDescriptor>()
  readonly #volumes: readonly Volume[]
  /** By volume: type of each node, by inode. */
  readonly #types: readonly ReadonlyMap<number, Node['type']>[]
  /** By volume that is not writable: its nodes. */
  readonly #unchanged: readonly (ReadonlyMap<number, Node> | undefined)[]

  constructor({ table, volumes }: WasiState, saved: SavedWasi) {
    for (const [, descriptor] of table.entries()) {
      if (descriptor.kind === 'directory') this.#preopens.set(descriptor.volume, descriptor)
      else if (descriptor.kind === 'output') this.#streams.set(descriptor.name, descriptor)
      else this.#streams.set(descriptor.kind, descriptor)
    }
    this.#volumes = volumes
    this.#unchanged = volumes.map((volume) => (volume.isWritable ? undefined : nodesOf(volume)))
    this.#types = volumes.map((_, index) => {
      const nodes: Iterable<Pick<Node, 'inode' | 'type'>> =
        this.#unchanged[index]?.values() ?? saved.volumes[index]?.nodes ?? []
      return new Map(Array.from(nodes, ({ inode, type }) => [inode, type] as const))
    })
  }

  of({ target }: SavedDescriptor): Bound {
    if (target.kind === 'input' || target.kind === 'output') {
      const once = target.kind === 'input' ? target.kind : target.name
      const { rightsBase, rightsInheriting } = this.#streams.get(once) ?? NOTHING
      return { base: rightsBase, inheriting: rightsInheriting, once }
    }
    const volume = this.#volumes[target.volume]
    const preopen = volume && this.#preopens.get(volume)
    if (preopen === undefined || this.#types[target.volume]?.get(target.inode) !== target.kind)
      throw unusable('a descriptor of a file that is not there')
    const inheriting = preopen.rightsInheriting
    if (target.kind === 'file') return { base: inheriting & FILE_RIGHTS, inheriting }
    if (target.listing !== undefined) this.#checkListing(target.listing, target.volume, target.inode)
    if (target.preopen === undefined) return { base: inheriting & DIRECTORY_RIGHTS, inheriting }
    if (target.preopen !== preopen.preopen || target.inode !== preopen.node.inode)
      throw unusable('a preopened folder that is none')
    return { base: preopen.rightsBase, inheriting, once: target.preopen }
  }

  /** As `fd_readdir` makes it. Where nothing changes it is known; elsewhere names come and go. */
  #checkListing(listing: readonly string[], volume: number, inode: number): void {
    const [self, above, ...names] = listing
    const nodes = this.#unchanged[volume]
    const isSorted = names.every((name, i) => i === 0 || compareNames(names[i - 1] ?? '', name) < 0)
    const isPossible =
      nodes === undefined
        ? names.length <= (this.#volumes[volume]?.maxEntries ?? 0) && names.every(isFileName)
        : isSame(names, (nodes.get(inode) as DirectoryNode).entries)
    if (self !== '.' || above !== '..' || !isSorted || !isPossible)
      throw unusable('a listing that no folder has')
  }
}

const NOTHING = { rightsBase: 0n, rightsInheriting: 0n }

function isSame(names: readonly string[], entries: ReadonlyMap<string, Node>): boolean {
  return names.length === entries.size && names.every((name) => entries.has(name))
}
