import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../../../src-main/domain/limits.ts'
import type { SavedNode, SavedVolume } from '../../../../src-main/slot/program/wasi/files/saved-volume.ts'
import type { SavedWasi } from '../../../../src-main/slot/program/wasi/saved-state.ts'
import { RIGHTS } from '../../../../src-main/slot/program/wasi/rights.ts'
import { STDERR_KEPT_BYTES, unitPreopens } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { file, guest, IN, OPEN, OUT, type Guest } from './guest.ts'

const STDIN = 'the input'
const MAX_OUTPUT_BYTES = 100
const OPENED = 5

function start(): Guest {
  return guest({
    stdin: new TextEncoder().encode(STDIN),
    maxOutputBytes: MAX_OUTPUT_BYTES,
    preopens: unitPreopens([file('x', 'in x'), file('y/z', 'in y')]),
  })
}

/**
 * A state with something of everything: descriptor 5 is `gone` without a name, 6 the file `f` that is called `g` too, 7
 * the folder `d`, 8 `y` in /in, 9 the folder `r` that was removed.
 */
function saved(): SavedWasi {
  const unit = start()
  unit.create('gone', 'gone')
  expect(unit.open(OUT, 'gone')).toBe(OPENED)
  unit.unlink('gone')
  unit.create('f', 'content')
  unit.link('f', 'g')
  unit.mkdir('d')
  unit.mkdir('d/e')
  unit.symlink('f', 's')
  unit.open(OUT, 'f')
  unit.open(OUT, 'd', { flags: OPEN.directory })
  unit.open(IN, 'y', { flags: OPEN.directory })
  unit.mkdir('r')
  unit.open(OUT, 'r', { flags: OPEN.directory })
  unit.rmdir('r')
  unit.readdir(7)
  unit.readdir(8)
  unit.write(1, 'printed')
  return structuredClone(unit.wasi.save())
}

const withVolume = (state: SavedWasi, change: Partial<SavedVolume>): SavedWasi => ({
  ...state,
  volumes: state.volumes.map((volume) => volume && { ...volume, ...change }),
})
/** With the nodes that `wanted` accepts changed. */
const withNodes = (
  state: SavedWasi,
  wanted: (node: SavedNode) => boolean,
  change: Record<string, unknown>,
): SavedWasi => {
  const nodes = state.volumes[1]!.nodes
  expect(nodes.some(wanted)).toBe(true)
  return withVolume(state, {
    nodes: nodes.map((node) => (wanted(node) ? { ...node, ...change } : node)),
  })
}
const withNode = (state: SavedWasi, node: object): SavedWasi =>
  withVolume(state, { nodes: [...state.volumes[1]!.nodes, node as SavedNode] })
const withDescriptor = (state: SavedWasi, fd: number, change: Record<string, unknown>): SavedWasi => ({
  ...state,
  descriptors: state.descriptors.map((item) => (item.fd === fd ? { ...item, ...change } : item)),
})
const withTarget = (state: SavedWasi, fd: number, change: Record<string, unknown>): SavedWasi => {
  const { target } = state.descriptors.find((item) => item.fd === fd)!
  return withDescriptor(state, fd, { target: { ...target, ...change } })
}
const inodeOf = (state: SavedWasi, name: string): number =>
  state.volumes[1]!.nodes.flatMap((node) => (node.type === 'directory' ? node.entries : [])).find(
    ([entry]) => entry === name,
  )![1]
const is =
  (inode: number) =>
  (node: SavedNode): boolean =>
    node.inode === inode
const isRoot = is(1)
const isRemovedFolder = ({ type, links }: SavedNode): boolean => type === 'directory' && links === 0

/** Root entries beside the true ones. */
const withEntries = (state: SavedWasi, entries: readonly (readonly [string, number])[]): SavedWasi => {
  const root = state.volumes[1]!.nodes[0]!
  return withNodes(state, isRoot, {
    entries: [...(root.type === 'directory' ? root.entries : []), ...entries],
  })
}

const ALL = 2n ** 64n - 1n
const times = { accessedNs: 0n, modifiedNs: 0n, changedNs: 0n }
const blank = (inode: number, more: object): object => ({ inode, links: 1, times, ...more })

/** What a hand may do to a state, by what it would widen. */
const FORGERIES: Readonly<Record<string, (state: SavedWasi) => SavedWasi>> = {
  'input beyond its end': (state) => ({ ...state, stdinPosition: STDIN.length + 1 }),
  'more output than a unit may print': (state) => ({
    ...state,
    stdout: new Uint8Array(MAX_OUTPUT_BYTES + 1),
  }),
  'more standard error than is kept': (state) => ({
    ...state,
    stderr: new Uint8Array(STDERR_KEPT_BYTES + 1),
  }),
  'a sleep without end': (state) => ({ ...state, sleptNs: 2n ** 62n + 1n }),
  'random numbers that are all zero': (state) => ({ ...state, random: new Uint32Array(4) }),
  'files of its own in /in': (state) => ({ ...state, volumes: [state.volumes[1], state.volumes[1]] }),
  'no /out': (state) => ({ ...state, volumes: [undefined, undefined] }),
  'one more volume': (state) => ({ ...state, volumes: [...state.volumes, state.volumes[1]] }),

  'a descriptor beyond the last': (state) => withDescriptor(state, 5, { fd: LIMITS.openFiles }),
  'a descriptor twice': (state) => withDescriptor(state, 5, { fd: 6 }),
  'two standard inputs': (state) => withDescriptor(state, 5, { target: { kind: 'input' } }),
  'flags that there are not': (state) => withDescriptor(state, 6, { flags: 32 }),
  'the right to write standard input': (state) => withDescriptor(state, 0, { rightsBase: RIGHTS.write }),
  'the right to seek in output': (state) => withDescriptor(state, 1, { rightsBase: RIGHTS.seek }),
  'streams that pass rights on': (state) => withDescriptor(state, 2, { rightsInheriting: 1n }),
  'the right to make files in /in': (state) => withDescriptor(state, IN, { rightsBase: RIGHTS.createFile }),
  'the right to pass writing in /in on': (state) =>
    withDescriptor(state, IN, { rightsInheriting: RIGHTS.write }),
  'the right to make files below /in': (state) => withDescriptor(state, 8, { rightsBase: RIGHTS.createFile }),
  'rights of a file for a folder': (state) => withDescriptor(state, OUT, { rightsBase: RIGHTS.write }),
  'rights of a folder for a file': (state) => withDescriptor(state, 6, { rightsBase: RIGHTS.createFile }),
  'all rights': (state) => withDescriptor(state, 6, { rightsBase: ALL, rightsInheriting: ALL }),
  'a file of /out that is one of /in': (state) => withTarget(state, 6, { volume: 0 }),
  'a file in no volume': (state) => withTarget(state, 6, { volume: 7 }),
  'a file that is a folder': (state) => withTarget(state, 7, { kind: 'file', position: 0 }),
  'a folder that is a file': (state) => withTarget(state, 6, { kind: 'directory' }),
  'a file that there is not': (state) => withTarget(state, 6, { inode: 999 }),
  'another folder as /out': (state) => withTarget(state, OUT, { inode: inodeOf(state, 'd') }),
  'another name for /out': (state) => withTarget(state, OUT, { preopen: '/' }),
  '/out twice': (state) => withTarget(state, 7, { preopen: '/out', inode: 1 }),
  'a listing of more than there may be': (state) =>
    withTarget(state, 7, {
      listing: ['.', '..', ...Array.from({ length: LIMITS.outputFiles + 1 }, (_, i) => String(10_000 + i))],
    }),
  'a listing out of order': (state) => withTarget(state, 7, { listing: ['.', '..', 'b', 'a'] }),
  'a listing that begins with another folder': (state) => withTarget(state, 7, { listing: ['..', '.'] }),
  'a listing of names that cannot be': (state) => withTarget(state, 7, { listing: ['.', '..', 'a/b'] }),
  'a listing of what is not in /in': (state) => withTarget(state, 8, { listing: ['.', '..', 'a'] }),

  'no root': (state) => withVolume(state, { nodes: [] }),
  'a root that is a file': (state) => withNodes(state, isRoot, { type: 'file', bytes: new Uint8Array() }),
  'a root within itself': (state) => withEntries(state, [['me', 1]]),
  'a root with another number': (state) => withNodes(state, isRoot, { inode: 2 }),
  'a root below a folder': (state) => withNodes(state, isRoot, { parent: inodeOf(state, 'd') }),
  'numbers that are given again': (state) => withVolume(state, { nextInode: inodeOf(state, 's') }),
  'numbers that run out': (state) => withVolume(state, { nextInode: Number.MAX_SAFE_INTEGER }),
  'a number twice': (state) => withNode(state, state.volumes[1]!.nodes[1]!),
  'number 0': (state) =>
    withEntries(withNode(state, blank(0, { type: 'symlink', target: 'f' })), [['zero', 0]]),
  'a file with more names than it has': (state) => withNodes(state, is(inodeOf(state, 'f')), { links: 3 }),
  'a file with fewer names than it has': (state) => withNodes(state, is(inodeOf(state, 'f')), { links: 1 }),
  'a folder with two names': (state) =>
    withNodes(withEntries(state, [['again', inodeOf(state, 'd')]]), is(inodeOf(state, 'd')), { links: 2 }),
  'a name without a file': (state) => withEntries(state, [['none', 999]]),
  'a name twice': (state) =>
    withNodes(withEntries(state, [['f', inodeOf(state, 'f')]]), is(inodeOf(state, 'f')), { links: 3 }),
  'a name with a slash': (state) =>
    withNodes(withEntries(state, [['../up', inodeOf(state, 'f')]]), is(inodeOf(state, 'f')), { links: 3 }),
  'a folder that is elsewhere': (state) => withNodes(state, is(inodeOf(state, 'e')), { parent: 1 }),
  'a folder without a parent': (state) => withNodes(state, isRemovedFolder, { parent: undefined }),
  'a folder below a file': (state) => withNodes(state, isRemovedFolder, { parent: inodeOf(state, 'f') }),
  'a removed folder within itself': (state) =>
    withNodes(state, isRemovedFolder, { parent: state.volumes[1]!.nodes.find(isRemovedFolder)!.inode }),
  'a removed folder with something in it': (state) =>
    withNodes(
      withNodes(state, isRemovedFolder, { entries: [['h', inodeOf(state, 'f')]] }),
      is(inodeOf(state, 'f')),
      { links: 3 },
    ),
  'folders in a ring': (state) => {
    const [a, b] = [900, 901]
    const ring = withNode(
      withNode(state, blank(a, { type: 'directory', parent: b, entries: [['b', b]] })),
      blank(b, { type: 'directory', parent: a, entries: [['a', a]] }),
    )
    return withVolume(ring, { nextInode: 1000 })
  },
  'a file that nothing leads to': (state) =>
    withVolume(withNode(state, blank(900, { links: 0, type: 'file', bytes: new Uint8Array(9) })), {
      nextInode: 1000,
    }),
  'a link to everywhere': (state) => withNodes(state, is(inodeOf(state, 's')), { target: '/etc' }),
  'a link to nowhere': (state) => withNodes(state, is(inodeOf(state, 's')), { target: '' }),
  'a link that is too long': (state) =>
    withNodes(state, is(inodeOf(state, 's')), { target: 'a'.repeat(LIMITS.pathTextBytes + 1) }),
  'files that are too large': (state) =>
    withNodes(state, is(inodeOf(state, 'f')), { bytes: new Uint8Array(LIMITS.outputFilesBytes / 2 + 1) }),
  'a file without a name that is too large': (state) =>
    withNodes(state, ({ type, links }) => type === 'file' && links === 0, {
      bytes: new Uint8Array(LIMITS.outputFilesBytes),
    }),
  'more names than there may be': (state) => {
    const f = inodeOf(state, 'f')
    const names = Array.from({ length: LIMITS.outputFiles }, (_, i) => [`n${String(i)}`, f] as const)
    return withNodes(withEntries(state, names), is(f), { links: 2 + names.length, bytes: new Uint8Array() })
  },
}

describe('a state that was forged', () => {
  it('is one that would be gone on from without that', () => {
    const unit = start()
    unit.wasi.restore(saved())
    expect(unit.wasi.save()).toEqual(saved())
  })

  it.each(Object.entries(FORGERIES))('gives no unit %s', (_name, forge) => {
    const unit = start()
    const before = unit.wasi.save()
    expect(() => unit.wasi.restore(forge(saved()))).toThrow(
      expect.objectContaining({ code: 'snapshot-unusable' }) as unknown,
    )
    expect(unit.wasi.save()).toEqual(before)
  })
})
