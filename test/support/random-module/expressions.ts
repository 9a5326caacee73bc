import { F32, F64, I32, I64, V128 } from '../wasm-builder.ts'

/** Operators by their code, with the types they take; a list for each type that they give. */
export const OPERATORS: Readonly<Record<number, readonly (readonly [number, ...number[]])[]>> = {
  [I32]: [
    ...range(0x67, 0x69, I32),
    ...range(0x46, 0x4f, I32, I32),
    ...range(0x6a, 0x6c, I32, I32),
    ...range(0x71, 0x78, I32, I32),
    ...range(0x51, 0x5a, I64, I64),
    ...range(0x5b, 0x60, F32, F32),
    ...range(0x61, 0x66, F64, F64),
    [0x45, I32],
    [0x50, I64],
    [0xa7, I64],
    ...range(0xc0, 0xc1, I32),
    ...range(0x100, 0x101, F32),
    ...range(0x102, 0x103, F64),
    [0x200 + 27, V128],
    [0x200 + 0x53, V128],
  ],
  [I64]: [
    ...range(0x79, 0x7b, I64),
    ...range(0x7c, 0x7e, I64, I64),
    ...range(0x83, 0x8a, I64, I64),
    ...range(0xac, 0xad, I32),
    ...range(0xc2, 0xc4, I64),
    ...range(0x104, 0x105, F32),
    ...range(0x106, 0x107, F64),
    [0x200 + 29, V128],
  ],
  [F32]: [
    ...range(0x8b, 0x91, F32),
    ...range(0x92, 0x97, F32, F32),
    ...range(0xb2, 0xb3, I32),
    ...range(0xb4, 0xb5, I64),
    [0xb6, F64],
  ],
  [F64]: [
    ...range(0x99, 0x9f, F64),
    ...range(0xa0, 0xa5, F64, F64),
    ...range(0xb7, 0xb8, I32),
    ...range(0xb9, 0xba, I64),
    [0xbb, F32],
  ],
  [V128]: [
    ...range(0x200 + 0x4d, 0x200 + 0x4d, V128),
    ...range(0x200 + 0x4e, 0x200 + 0x51, V128, V128),
    [0x200 + 0x6e, V128, V128],
    [0x200 + 0x8e, V128, V128],
    [0x200 + 0xae, V128, V128],
    [0x200 + 0xb1, V128, V128],
    [0x200 + 0xce, V128, V128],
    [0x200 + 15, I32],
    [0x200 + 17, I32],
    [0x200 + 18, I64],
  ],
}

/** Operators that trap on some operands: 0 as a divisor, overflow, numbers that no integer holds. */
export const TRAPPING: Readonly<Record<number, readonly (readonly [number, ...number[]])[]>> = {
  [I32]: [...range(0x6d, 0x70, I32, I32), ...range(0xa8, 0xa9, F32), ...range(0xaa, 0xab, F64)],
  [I64]: [...range(0x7f, 0x82, I64, I64), ...range(0xae, 0xaf, F32), ...range(0xb0, 0xb1, F64)],
}

/** Loads and stores by type, with their alignment. */
export const LOADS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  [I32]: [[0x28, 2], [0x2c, 0], [0x2d, 0], [0x2e, 1], [0x2f, 1]],
  [I64]: [[0x29, 3], [0x30, 0], [0x33, 1], [0x35, 2]],
  [F32]: [[0x2a, 2]],
  [F64]: [[0x2b, 3]],
  [V128]: [[0x200, 4], [0x200 + 7, 0], [0x200 + 92, 2]],
} // prettier-ignore
export const STORES: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  [I32]: [[0x36, 2], [0x3a, 0], [0x3b, 1]],
  [I64]: [[0x37, 3], [0x3c, 0], [0x3e, 2]],
  [F32]: [[0x38, 2]],
  [F64]: [[0x39, 3]],
  [V128]: [[0x200 + 11, 4]],
} // prettier-ignore

function range(first: number, last: number, ...operands: number[]): (readonly [number, ...number[]])[] {
  return Array.from({ length: last - first + 1 }, (_, at) => [first + at, ...operands] as const)
}
