import { LIMITS } from '../../../domain/limits.ts'
import type { SavedNode, SavedVolume } from '../wasi/files/saved-volume.ts'
import type { SavedDescriptor, SavedWasi } from '../wasi/saved-state.ts'
import type { ByteSink } from './byte-sink.ts'
import type { ByteSource } from './byte-source.ts'
import { unusable } from './unusable.ts'

const NODE = { file: 0, directory: 1, symlink: 2 } as const
const TARGET = { input: 0, stdout: 1, stderr: 2, file: 3, directory: 4 } as const
const RANDOM_WORDS = 4
const { fileNameBytes, inputFiles, openFiles, outputFiles, pathTextBytes } = LIMITS
/** Those with names, and for each that is open the folders that were removed above it. */
const NODES_MAX = outputFiles * (openFiles + 1) + 1
/** With the folder itself and the one above. */
const LISTING_MAX = Math.max(inputFiles, outputFiles) + 2

/** The state of WASI, field by field in the order of {@link SavedWasi}; what may be absent is preceded by 0 or 1. */
export function writeWasi(sink: ByteSink, saved: SavedWasi): void {
  sink.u32(saved.version).u64(saved.sleptNs)
  for (const word of saved.random) sink.u32(word)
  sink.f64(saved.stdinPosition).bytes(saved.stdout).bytes(saved.stderr)
  sink.list(saved.volumes, (volume) => writeOptional(sink, volume, (it) => writeVolume(sink, it)))
  sink.list(saved.descriptors, (descriptor) => writeDescriptor(sink, descriptor))
}

/** Throws `snapshot-unusable`. Whether a unit can have come to it is seen when it is restored. */
export function readWasi(source: ByteSource): SavedWasi {
  const saved: SavedWasi = {
    version: source.u32(),
    sleptNs: source.u64(),
    random: Uint32Array.from({ length: RANDOM_WORDS }, () => source.u32()),
    stdinPosition: source.wholeNumber(),
    stdout: source.bytes(),
    stderr: source.bytes(),
    volumes: source.list(openFiles, () => readOptional(source, () => readVolume(source))),
    descriptors: source.list(openFiles, () => readDescriptor(source)),
  }
  if (source.left > 0) throw unusable('more than a state of WASI')
  return saved
}

function writeVolume(sink: ByteSink, { nextInode, nodes }: SavedVolume): void {
  sink.f64(nextInode).list(nodes, (node) => writeNode(sink, node))
}

function readVolume(source: ByteSource): SavedVolume {
  return { nextInode: source.wholeNumber(), nodes: source.list(NODES_MAX, () => readNode(source)) }
}

function writeNode(sink: ByteSink, node: SavedNode): void {
  const { accessedNs, modifiedNs, changedNs } = node.times
  sink.u32(NODE[node.type]).f64(node.inode).f64(node.links).u64(accessedNs).u64(modifiedNs).u64(changedNs)
  if (node.type === 'file') sink.bytes(node.bytes)
  else if (node.type === 'symlink') sink.text(node.target)
  else {
    writeOptional(sink, node.parent, (parent) => sink.f64(parent))
    sink.list(node.entries, ([name, inode]) => sink.text(name).f64(inode))
  }
}

function readNode(source: ByteSource): SavedNode {
  const kind = source.u32()
  const common = {
    inode: source.wholeNumber(),
    links: source.wholeNumber(),
    times: { accessedNs: source.u64(), modifiedNs: source.u64(), changedNs: source.u64() },
  }
  if (kind === NODE.file) return { ...common, type: 'file', bytes: source.bytes() }
  if (kind === NODE.symlink) return { ...common, type: 'symlink', target: source.text(pathTextBytes) }
  if (kind !== NODE.directory) throw unusable('an unknown kind of file')
  const parent = readOptional(source, () => source.wholeNumber())
  const entries = source.list(outputFiles, () => [source.text(fileNameBytes), source.wholeNumber()] as const)
  return { ...common, type: 'directory', parent, entries }
}

function writeDescriptor(
  sink: ByteSink,
  { fd, target, rightsBase, rightsInheriting, flags }: SavedDescriptor,
): void {
  sink.u32(fd).u64(rightsBase).u64(rightsInheriting).u32(flags)
  sink.u32(TARGET[target.kind === 'output' ? target.name : target.kind])
  if (target.kind === 'file') sink.u32(target.volume).f64(target.inode).f64(target.position)
  else if (target.kind === 'directory') {
    sink.u32(target.volume).f64(target.inode)
    writeOptional(sink, target.preopen, (path) => sink.text(path))
    writeOptional(sink, target.listing, (names) => sink.list(names, (name) => sink.text(name)))
  }
}

function readDescriptor(source: ByteSource): SavedDescriptor {
  const fd = source.u32()
  const rights = { rightsBase: source.u64(), rightsInheriting: source.u64() }
  const flags = source.u32()
  return { fd, ...rights, flags, target: readTarget(source) }
}

function readTarget(source: ByteSource): SavedDescriptor['target'] {
  const kind = source.u32()
  if (kind === TARGET.input) return { kind: 'input' }
  if (kind === TARGET.stdout) return { kind: 'output', name: 'stdout' }
  if (kind === TARGET.stderr) return { kind: 'output', name: 'stderr' }
  const where = { volume: source.u32(), inode: source.wholeNumber() }
  if (kind === TARGET.file) return { kind: 'file', ...where, position: source.wholeNumber() }
  if (kind !== TARGET.directory) throw unusable('an unknown kind of descriptor')
  const preopen = readOptional(source, () => source.text(pathTextBytes))
  const listing = readOptional(source, () => source.list(LISTING_MAX, () => source.text(fileNameBytes)))
  return { kind: 'directory', ...where, preopen, listing }
}

function writeOptional<T>(sink: ByteSink, value: T | undefined, write: (value: T) => void): void {
  sink.u32(value === undefined ? 0 : 1)
  if (value !== undefined) write(value)
}

function readOptional<T>(source: ByteSource, read: () => T): T | undefined {
  const isThere = source.u32()
  if (isThere > 1) throw unusable('neither there nor absent')
  return isThere === 1 ? read() : undefined
}
