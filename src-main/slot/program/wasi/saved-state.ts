import { unusable } from '../snapshot/unusable.ts'
import { checkSavedWasi } from './check-saved-state.ts'
import type { Descriptor, DescriptorTable } from './descriptors.ts'
import type { Node } from './files/node.ts'
import { nodesOf, restoreVolume, saveVolume, type SavedVolume } from './files/saved-volume.ts'
import type { Volume } from './files/volume.ts'
import type { SeededRandom } from './random.ts'
import type { InputStream, OutputStream } from './streams.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Grows with every change of {@link SavedWasi} or of what a call does with it. */
export const WASI_STATE_VERSION = 1

/** All that calls can change. */
export interface WasiState {
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly stdin: InputStream
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly table: DescriptorTable
  /** In the order of the preopens. */
  readonly volumes: readonly Volume[]
}

/**
 * The state as plain data that a structured clone carries. What comes with the unit (arguments, standard input, files
 * that it may only read) is not in it.
 */
export interface SavedWasi {
  readonly version: number
  readonly sleptNs: bigint
  readonly random: Uint32Array
  readonly stdinPosition: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  /** By preopen; undefined for one that is not writable. */
  readonly volumes: readonly (SavedVolume | undefined)[]
  readonly descriptors: readonly SavedDescriptor[]
}

export interface SavedDescriptor {
  readonly fd: number
  readonly target: SavedTarget
  readonly rightsBase: bigint
  readonly rightsInheriting: bigint
  readonly flags: number
}

type SavedTarget =
  | { readonly kind: 'input' }
  | { readonly kind: 'output'; readonly name: 'stdout' | 'stderr' }
  | { readonly kind: 'file'; readonly volume: number; readonly inode: number; readonly position: number }
  | {
      readonly kind: 'directory'
      readonly volume: number
      readonly inode: number
      readonly preopen: string | undefined
      readonly listing: readonly string[] | undefined
    }

export function saveWasi(state: WasiState): SavedWasi {
  const { clock, random, stdin, stdout, stderr, table, volumes } = state
  const open = [...table.entries()]
  const heldIn = (volume: Volume): Node[] =>
    open.flatMap(([, descriptor]) =>
      'node' in descriptor && descriptor.volume === volume ? [descriptor.node] : [],
    )
  return {
    version: WASI_STATE_VERSION,
    sleptNs: clock.sleptNs,
    random: random.save(),
    stdinPosition: stdin.position,
    stdout: stdout.taken(),
    stderr: stderr.taken(),
    volumes: volumes.map((volume) => (volume.isWritable ? saveVolume(volume, heldIn(volume)) : undefined)),
    descriptors: open.map(([fd, descriptor]) => ({
      fd,
      target: saveTarget(descriptor, volumes),
      rightsBase: descriptor.rightsBase,
      rightsInheriting: descriptor.rightsInheriting,
      flags: descriptor.flags,
    })),
  }
}

/**
 * Makes `state`, which must be a fresh one of the same unit, what it was when `saved` was made. Throws
 * `snapshot-unusable`, and then has changed nothing, for what no unit of this program can have come to.
 */
export function restoreWasi(state: WasiState, saved: SavedWasi): void {
  const { clock, random, stdin, stdout, stderr, table, volumes } = state
  checkSavedWasi(state, saved)
  clock.restore(saved.sleptNs)
  random.restore(saved.random)
  stdin.position = saved.stdinPosition
  stdout.restore(saved.stdout)
  stderr.restore(saved.stderr)
  const nodes = volumes.map((volume, index) => {
    const savedVolume = saved.volumes[index]
    return savedVolume === undefined ? nodesOf(volume) : restoreVolume(volume, savedVolume)
  })
  table.restore(saved.descriptors.map((item) => [item.fd, restoreDescriptor(item, state, nodes)] as const))
}

function saveTarget(descriptor: Descriptor, volumes: readonly Volume[]): SavedTarget {
  if (descriptor.kind === 'input') return { kind: 'input' }
  if (descriptor.kind === 'output') return { kind: 'output', name: descriptor.name }
  const where = { volume: volumes.indexOf(descriptor.volume), inode: descriptor.node.inode }
  if (descriptor.kind === 'file') return { kind: 'file', ...where, position: descriptor.position }
  const { preopen, listing } = descriptor
  return { kind: 'directory', ...where, preopen, listing }
}

function restoreDescriptor(
  { target, rightsBase, rightsInheriting, flags }: SavedDescriptor,
  state: WasiState,
  nodes: readonly ReadonlyMap<number, Node>[],
): Descriptor {
  const common = { rightsBase, rightsInheriting, flags }
  if (target.kind === 'input') return { kind: 'input', stream: state.stdin, ...common }
  if (target.kind === 'output')
    return { kind: 'output', name: target.name, stream: state[target.name], ...common }
  const volume = state.volumes[target.volume]
  const node = nodes[target.volume]?.get(target.inode)
  if (volume !== undefined && target.kind === 'file' && node?.type === 'file')
    return { kind: 'file', volume, node, position: target.position, ...common }
  if (volume !== undefined && target.kind === 'directory' && node?.type === 'directory') {
    const { preopen, listing } = target
    return {
      kind: 'directory',
      volume,
      node,
      ...(preopen === undefined ? {} : { preopen }),
      ...(listing === undefined ? {} : { listing }),
      ...common,
    }
  }
  throw unusable('a descriptor of a file that is not there')
}
