import type { FuzzChoice, Spoil } from './decoder.ts'
import { nasty } from './spoil-text.ts'

const DEEP = 20_000
const MOST_CHANGES = 3

type Branch = Record<string, unknown> | unknown[]

/** A value with some of its parts replaced by others, left out, or joined by unknown ones. */
export const spoilValue: Spoil<unknown> = (input, other, choice) => {
  let value = structuredClone(input)
  for (let changes = 1 + choice.below(MOST_CHANGES); changes > 0; changes--)
    value = changed(value, other, choice)
  return value
}

function changed(value: unknown, other: unknown, choice: FuzzChoice): unknown {
  if (!isBranch(value) || choice.chance(8)) return nastyValue(other, choice)
  const keys = Object.keys(value)
  const key = keys.length === 0 || choice.chance(6) ? nasty(choice) : choice.pick(keys)
  const parent = value as Record<string, unknown>
  // Of its own: what it inherits belongs to all others, too.
  const part = Object.hasOwn(parent, key) ? parent[key] : undefined
  if (choice.chance(5)) Reflect.deleteProperty(parent, key)
  else set(parent, key, isBranch(part) ? changed(part, other, choice) : nastyValue(other, choice))
  return value
}

/** Also where the key has a meaning of its own. */
function set(parent: object, key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, configurable: true, enumerable: true, writable: true })
}

function nastyValue(other: unknown, choice: FuzzChoice): unknown {
  return choice.pick(NASTY_VALUES)(choice, other)
}

const NASTY_VALUES: readonly ((choice: FuzzChoice, other: unknown) => unknown)[] = [
  () => undefined,
  () => null,
  (choice) => choice.chance(2),
  (choice) => choice.pick([0, -0, -1, 0.5, 1e308, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 - 1, 256]),
  (choice) => choice.below(1000),
  (choice) => choice.pick([0n, -1n, 1n, 2n ** 63n, 2n ** 64n, 10n ** 400n]),
  (choice) => nasty(choice),
  (choice) => 'f'.repeat(choice.below(80)),
  (choice) => new Uint8Array(choice.below(100)),
  (choice) => new Uint16Array(choice.below(10)),
  () => new Date(NaN),
  () => new Map([['a', 1]]),
  () => new Error('x'),
  () => [],
  () => ({}),
  (choice) => new Array<unknown>(choice.below(50)),
  (choice) => Array.from({ length: choice.below(2000) }, () => 'x'),
  (_, other) => structuredClone(other),
  (choice) => (choice.chance(20) ? nested(choice.pick(['cause', 'value', 'files', '0']), DEEP) : ''),
]

/** Objects within objects: what is read by calling itself has to stop somewhere. */
export function nested(key: string, depth: number): unknown {
  let value: unknown = { code: 'internal', message: '' }
  for (let i = 0; i < depth; i++) value = { code: 'internal', message: '', [key]: value }
  return value
}

function isBranch(value: unknown): value is Branch {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}
