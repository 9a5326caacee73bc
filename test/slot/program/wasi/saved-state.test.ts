import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SavedWasi } from '../../../../src-main/slot/program/wasi/saved-state.ts'
import { unitPreopens } from '../../../../src-main/slot/program/wasi/wasi.ts'
import { doInGuest, fileWork, type FileWork } from './file-work.ts'
import { file, guest, IN, OPEN, OUT, type Guest } from './guest.ts'

/** Work with descriptors that stay open from one step to the next. */
type OpenWork =
  | { readonly do: 'open'; readonly path: string; readonly from: number; readonly flags: number }
  | { readonly do: 'fd-read' | 'fd-close' | 'fd-stat' | 'random' | 'sleep'; readonly fd: number }
  | { readonly do: 'fd-write'; readonly fd: number; readonly text: string }
  | {
      readonly do: 'fd-list' | 'fd-seek' | 'fd-size' | 'fd-renumber'
      readonly fd: number
      readonly to: number
    }
type Step = FileWork | OpenWork | { readonly do: 'save' }

const fd = fc.integer({ min: 0, max: 9 })
const to = fc.integer({ min: 0, max: 9 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fileWork,
  fc.record({
    do: fc.constant('open' as const),
    path: fc.constantFrom('a', 'b', 'a/b', 'x', 'y/z', '.'),
    from: fc.constantFrom(IN, OUT, OUT, 5),
    flags: fc.constantFrom(0, OPEN.create, OPEN.create, OPEN.directory),
  }),
  fc.record({
    do: fc.constantFrom('fd-read', 'fd-close', 'fd-stat', 'random', 'sleep'),
    fd,
  }),
  fc.record({ do: fc.constant('fd-write' as const), fd, text: fc.string({ maxLength: 8 }) }),
  fc.record({ do: fc.constantFrom('fd-list', 'fd-list', 'fd-seek', 'fd-size', 'fd-renumber'), fd, to }),
  fc.constant({ do: 'save' as const }),
)

function start(): Guest {
  return guest({
    stdin: new TextEncoder().encode('the standard input'),
    preopens: unitPreopens([file('x', 'in x'), file('y/z', 'in y')]),
  })
}

function answer(unit: Guest, work: Exclude<Step, { do: 'save' }>): string {
  try {
    return answerOpen(unit, work)
  } catch (error) {
    return (error as Error).message
  }
}

function answerOpen(unit: Guest, work: Exclude<Step, { do: 'save' }>): string {
  switch (work.do) {
    case 'open':
      return String(unit.open(work.from, work.path, { flags: work.flags }))
    case 'fd-read':
      return unit.read(work.fd, 3)
    case 'fd-list':
      return JSON.stringify(unit.readdir(work.fd, BigInt(work.to % 4), 120), (_, value: unknown) =>
        typeof value === 'bigint' ? value.toString() : value,
      )
    case 'fd-close':
      return unit.close(work.fd)
    case 'fd-stat':
      return Object.values(unit.fstat(work.fd)).join()
    case 'fd-write':
      return unit.write(work.fd, work.text)
    case 'fd-seek':
      return String(unit.seek(work.fd, BigInt(work.to), 0))
    case 'fd-size':
      return unit.errno('fd_filestat_set_size', work.fd, BigInt(work.to))
    case 'fd-renumber':
      return unit.errno('fd_renumber', work.fd, work.to)
    case 'random':
      unit.call('random_get', 9000, 8)
      return unit.bytes(9000, 8).join()
    case 'sleep':
      // One timer of a microsecond on the realtime clock.
      unit.put(9000, new Uint8Array(48))
      unit.view.setBigUint64(9024, 1000n, true)
      return unit.errno('poll_oneoff', 9000, 9100, 1, 64)
    default:
      return doInGuest(unit, work)
  }
}

/** Runs all steps; at a `save` either goes on or goes on in a fresh host. */
function run(
  steps: readonly Step[],
  restores: boolean,
): { readonly answers: string[]; readonly unit: Guest } {
  let unit = start()
  const answers: string[] = []
  for (const work of steps) {
    if (work.do !== 'save') answers.push(answer(unit, work))
    else if (restores) {
      const saved: SavedWasi = structuredClone(unit.wasi.save())
      const fuel = unit.fuelUsed()
      unit = start()
      unit.wasi.restore(saved)
      unit.setFuel(fuel)
    }
  }
  return { answers, unit }
}

describe('the saved state of a unit’s WASI', () => {
  it('goes on in another host as if nothing had happened', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 60 }), (steps) => {
        const straight = run(steps, false)
        const restored = run(steps, true)
        expect(restored.answers).toEqual(straight.answers)
        expect(restored.unit.fuelUsed()).toBe(straight.unit.fuelUsed())
        expect(restored.unit.files()).toEqual(straight.unit.files())
        expect(restored.unit.wasi.stdout()).toEqual(straight.unit.wasi.stdout())
        expect(restored.unit.wasi.stderr()).toEqual(straight.unit.wasi.stderr())
        expect(restored.unit.wasi.save()).toEqual(straight.unit.wasi.save())
      }),
      { seed: 4_711, numRuns: 400 },
    )
  })

  it('holds what is open without a name, and its room', () => {
    const unit = start()
    unit.create('f', 'gone')
    const open = unit.open(OUT, 'f')
    unit.unlink('f')
    unit.mkdir('d')
    const folder = unit.open(OUT, 'd', { flags: OPEN.directory })
    unit.rmdir('d')
    const other = start()
    other.wasi.restore(structuredClone(unit.wasi.save()))
    expect(other.read(open)).toBe('gone')
    expect(other.openError(folder, 'x', { flags: OPEN.create })).toBe('noent')
    expect(other.fstat(open).links).toBe(0n)
    expect(other.files()).toEqual({})
  })

  it('keeps what a reader of a folder has seen, and where the folder is', () => {
    const unit = start()
    unit.mkdir('a')
    unit.mkdir('a/b')
    const inner = unit.open(OUT, 'a/b', { flags: OPEN.directory })
    for (const name of ['c', 'd', 'e']) unit.create(name)
    const seen = unit.readdir(OUT, 0n, 24 + 1 + 24 + 2 + 2 * 25).entries
    unit.unlink('c')
    const other = start()
    other.wasi.restore(unit.wasi.save())
    expect(other.readdir(OUT, seen.at(-1)?.next).entries.map(({ name }) => name)).toEqual(['d', 'e'])
    expect(other.readdir(inner).entries[1]).toMatchObject({ name: '..', inode: other.stat('a').inode })
    expect(other.rename('a', 'a/b/x')).toBe('inval')
  })

  it('is a copy: what happens afterwards is not in it', () => {
    const unit = start()
    unit.create('f', 'before')
    const saved = unit.wasi.save()
    unit.create('f', 'after it')
    unit.write(1, 'printed')
    const other = start()
    other.wasi.restore(saved)
    other.create('g', 'mine')
    expect(other.files()).toEqual({ f: 'before', g: 'mine' })
    expect(other.wasi.stdout().length).toBe(0)
    expect(unit.files()).toEqual({ f: 'after it' })
  })

  it('is refused when another version or another set of folders made it', () => {
    const unit = start()
    const saved = unit.wasi.save()
    const refusal: unknown = expect.objectContaining({ code: 'snapshot-unusable' })
    expect(() => unit.wasi.restore({ ...saved, version: saved.version + 1 })).toThrow(refusal)
    expect(() => unit.wasi.restore({ ...saved, volumes: [] })).toThrow(refusal)
    const [first] = saved.descriptors
    const missing = { ...first!, target: { kind: 'file', volume: 1, inode: 99, position: 0 } as const }
    expect(() => unit.wasi.restore({ ...saved, descriptors: [missing] })).toThrow(refusal)
  })
})
