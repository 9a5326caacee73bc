import fc from 'fast-check'
import {
  encodeHeader,
  HEADER_BYTES,
  parseHeader,
} from '../../../src-main/engine/adapters/snapshots/snapshot-file.ts'
import { FRAME_HEADER_BYTES, frameBody, frameReader } from '../../../src-main/engine/socket-frames.ts'
import { decodeSnapshot, encodeSnapshot } from '../../../src-main/slot/program/snapshot/snapshot-format.ts'
import { forgedSnapshot } from '../forged-snapshot.ts'
import { decoder, type Decoder } from './decoder.ts'
import { spoilBytes } from './spoil-bytes.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** The digest is not right: whether it is, is asked after the header was read. */
const headers = fc
  .record({ projectKey: key, rewrittenHash: key, index: fc.nat(), compressed: fc.nat(300) })
  .map(({ projectKey, rewrittenHash, index, compressed }) => {
    const bytes = new Uint8Array(HEADER_BYTES + compressed)
    const view = new DataView(bytes.buffer)
    bytes.set(new TextEncoder().encode('PWRSNAP\n'))
    view.setUint32(8, 1, true)
    view.setUint32(12, 1, true)
    bytes.set(projectKey, 16)
    bytes.set(rewrittenHash, 48)
    view.setBigUint64(88, BigInt(index), true)
    view.setFloat64(120, Number.NaN, true)
    view.setUint32(132, compressed, true)
    bytes.set(new TextEncoder().encode('x64'), 136)
    return bytes
  })

const IDENTITY = { module: new Uint8Array(32).fill(1), unit: new Uint8Array(32).fill(2) }
const savedTimes = { accessedNs: 1n, modifiedNs: 2n, changedNs: 3n }
const savedRights = { rightsBase: 3n, rightsInheriting: 1n, flags: 1 }

/** A small stopped unit with a folder, a file, a link and open files. */
function snapshotOf(fuel: number, content: Uint8Array): Uint8Array {
  const memory = new ArrayBuffer(65_536)
  new Uint8Array(memory)[5] = 1
  const snapshot = encodeSnapshot(IDENTITY, {
    fuel: BigInt(fuel),
    computedMs: fuel / 3,
    fraction: 0.25,
    memory,
    stack: content,
    wasi: {
      version: 1,
      sleptNs: 99n,
      random: Uint32Array.of(1, 2, 3, 4),
      stdinPosition: 7,
      stdout: content,
      stderr: new Uint8Array(),
      volumes: [
        undefined,
        {
          nextInode: 9,
          nodes: [
            {
              inode: 1,
              links: 1,
              times: savedTimes,
              type: 'directory',
              parent: undefined,
              entries: [['ä', 2]],
            },
            { inode: 2, links: 1, times: savedTimes, type: 'file', bytes: content },
            { inode: 3, links: 0, times: savedTimes, type: 'symlink', target: 'ä' },
          ],
        },
      ],
      descriptors: [
        { fd: 0, target: { kind: 'input' }, ...savedRights },
        { fd: 9, target: { kind: 'file', volume: 1, inode: 2, position: 4 }, ...savedRights },
      ],
    },
  })
  if (snapshot === undefined) throw new Error('too large')
  return snapshot
}

function framed(values: readonly unknown[]): Uint8Array {
  return Buffer.concat(
    values.flatMap((value) => {
      const body = frameBody(value)
      const header = Buffer.alloc(FRAME_HEADER_BYTES)
      header.writeUInt32BE(body.byteLength)
      return [header, body]
    }),
  )
}

/** What lies on this machine's disk and what other processes of the same person write. */
export const FILE_DECODERS: readonly Decoder[] = [
  decoder<Uint8Array>({
    name: 'snapshot header',
    covers: ['engine/adapters/snapshots/snapshot-file.ts#parseHeader'],
    codes: ['snapshot-unusable'],
    samples: headers,
    spoil: spoilBytes,
    decode: async (file) => {
      const header = parseHeader(file)
      // What was read can be written again.
      await encodeHeader(header, file.subarray(HEADER_BYTES))
      return header
    },
  }),
  decoder<Uint8Array>({
    name: 'snapshot',
    covers: [
      'slot/program/snapshot/snapshot-format.ts#decodeSnapshot',
      'slot/program/snapshot/saved-wasi-codec.ts#readWasi',
      'slot/program/snapshot/byte-source.ts',
    ],
    codes: ['snapshot-unusable'],
    samples: fc
      .tuple(fc.nat(), fc.uint8Array({ minLength: 24, maxLength: 60 }))
      .map(([fuel, bytes]) => snapshotOf(fuel, bytes)),
    spoil: (input, other, choice) =>
      choice.chance(3) ? spoilBytes(input, other, choice) : forgedSnapshot(input, choice.below(2 ** 31)),
    decode: (bytes) => decodeSnapshot(bytes, IDENTITY),
  }),
  decoder<Uint8Array>({
    name: 'socket frames',
    covers: ['engine/socket-frames.ts#frameReader'],
    codes: [],
    samples: fc
      .array(fc.anything({ withBigInt: true, withDate: true, withTypedArray: true, maxDepth: 3 }), {
        maxLength: 3,
      })
      .map(framed),
    spoil: spoilBytes,
    decode: (bytes) => {
      const read = frameReader()
      const half = bytes.byteLength >> 1
      return [read(Buffer.from(bytes.subarray(0, half))), read(Buffer.from(bytes.subarray(half)))]
    },
  }),
]
