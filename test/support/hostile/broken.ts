import { buildModule, FUNCREF, I32 } from '../wasm-builder.ts'
import { dataAt, elementsAt, FD_WRITE } from '../wasm-code.ts'
import { MALFORMED, REFUSED, type HostileModule } from './hostile-module.ts'

/** A module with every section that a module may have. */
const whole = (): Uint8Array<ArrayBuffer> =>
  buildModule({
    imports: [FD_WRITE],
    functions: [{ exportAs: '_start', locals: [I32], code: [0x41, 1, 0x1a] }],
    tables: [[FUNCREF, 0, 1]],
    globals: [[I32, 0, 0x41, 0, 0x0b]],
    elements: [elementsAt(0, [1])],
    data: [dataAt(0, [1, 2, 3])],
    hasDataCount: true,
  })

/** Its first parts: `parts` of 16. */
const cut = (parts: number, end: HostileModule['end'] = MALFORMED): HostileModule => ({
  name: `is cut off after ${String(parts)} sixteenths`,
  build: () => {
    const bytes = whole()
    return bytes.slice(0, Math.floor((bytes.length * parts) / 16))
  },
  end,
})
const raw = (name: string, ...sections: readonly number[]): HostileModule => ({
  name,
  build: () => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections]),
  end: MALFORMED,
})
/** Broken too, but it lacks a memory, and that is found first. */
const rawRefused = (name: string, ...sections: readonly number[]): HostileModule => ({
  ...raw(name, ...sections),
  end: REFUSED,
})
const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f]

/** Bytes that are no module, or only look like one. */
export const BROKEN: readonly HostileModule[] = [
  { name: 'is empty', build: () => new Uint8Array(0), end: MALFORMED },
  { name: 'is a header and nothing else', build: () => whole().slice(0, 8), end: REFUSED },
  ...[2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((parts) => cut(parts)),
  // Between two sections: whole again, but without what an app needs.
  cut(1, REFUSED),
  cut(7, REFUSED),
  raw('has a section of 4 GiB', 1, ...HUGE),
  raw('has four billion types', 1, 5, ...HUGE),
  raw('has four billion functions', 1, 4, 1, 0x60, 0, 0, 3, 5, ...HUGE),
  raw('has a length of eleven bytes', 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00),
  rawRefused('has its sections in the wrong order', 10, 1, 0, 1, 1, 0),
  raw('has a section twice', 1, 1, 0, 1, 1, 0),
  raw('has a name that is no text', 1, 4, 1, 0x60, 0, 0, 2, 7, 1, 1, 0xff, 1, 0xfe, 0, 0),
  rawRefused('has a custom section whose name is longer than itself', 0, 2, 9, 0x61),
]
