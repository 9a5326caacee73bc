import { expect, it } from 'vitest'
import { prepareModule, REWRITER_VERSION } from '../../../src-main/toolchain/index.ts'
import { ByteReader } from '../../../src-main/toolchain/leb128/byte-reader.ts'
import { readBranchHints } from '../../../src-main/toolchain/rewriter/branch-hints.ts'
import { decodeModule } from '../../../src-main/toolchain/wasm/decoder.ts'
import { OP } from '../../../src-main/toolchain/wasm/opcodes.ts'
import { instructionsOf } from '../../support/edit-body.ts'
import { buildModule, get, i32, I32, I64, set } from '../../support/wasm-builder.ts'

/** So many that the number of one takes two bytes; Asyncify's module has those alone that it needs. */
const TYPES = 150
const LAST_TYPE = TYPES + 1
const extraTypes = Array.from({ length: TYPES }, (_, bits) => ({
  params: Array.from({ length: 8 }, (_, bit) => ((bits >> bit) & 1 ? I64 : I32)),
}))
const callLast = [
  ...extraTypes.at(-1)!.params.flatMap((type) => (type === I64 ? [0x42, 0] : i32(0))),
  ...[...i32(0), OP.callIndirect, (LAST_TYPE & 0x7f) | 0x80, LAST_TYPE >> 7, 0],
]
const round = [...get(0), ...i32(1), 0x6a, ...set(0), ...get(0), ...i32(100), 0x48, OP.brIf, 0, OP.end]
const original = buildModule({
  tables: [[0x70, 0, 1]],
  extraTypes,
  functions: [
    { code: [] },
    {
      exportAs: '_start',
      locals: [I32],
      code: [
        ...callLast,
        OP.loop,
        0x40,
        OP.loop,
        0x40,
        ...round,
        ...get(0),
        ...i32(200),
        0x48,
        OP.brIf,
        0,
        OP.end,
        ...callLast,
      ],
    },
  ],
})

it('tells compilers of the branches that are there, wherever they have moved to', async () => {
  const { bytes } = await prepareModule(original, {
    rewriterVersion: REWRITER_VERSION,
    memoryLimitBytes: 2 ** 20,
    checkpoint: true,
  })
  const { imports, bodies } = decodeModule(bytes)
  const { byFunction } = readBranchHints(bytes)
  const range = byFunction.get(imports.length + 1)!
  const reader = new ByteReader(bytes, range.start, range.end)
  const offsets = Array.from({ length: reader.u32() }, () => {
    const offset = reader.u32()
    reader.skip(reader.u32())
    return offset
  })
  expect(offsets.length).toBeGreaterThan(2)
  const branches = new Set<number>()
  const found = instructionsOf(bytes, [1])
  const length = found.reduce((sum, one) => sum + one.bytes.length, 0)
  const { start, end } = bodies[1]!
  let offset = end - start - length
  for (const one of found) {
    if (one.code === OP.if || one.code === OP.brIf) branches.add(offset)
    offset += one.bytes.length
  }
  expect(offsets.filter((one) => !branches.has(one))).toEqual([])
})
