import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunUnit } from '../../../src-main/contracts/slot.ts'
import type { UnitRun } from '../../../src-main/domain/outcome.ts'
import { MIB } from '../../../src-main/domain/units.ts'
import { runUnit } from '../../../src-main/slot/program/run-unit.ts'
import { UnitEnd } from '../../../src-main/slot/program/unit-end.ts'
import { METER_ABI, prepareModule, REWRITER_VERSION } from '../../../src-main/toolchain/index.ts'
import { buildModule, i32 } from '../../support/wasm-builder.ts'
import * as apps from '../apps.ts'
import { text, unitOf } from '../units.ts'

async function compiled(original: Uint8Array): Promise<WebAssembly.Module> {
  const { bytes } = await prepareModule(original, {
    rewriterVersion: REWRITER_VERSION,
    memoryLimitBytes: 16 * MIB,
  })
  return new WebAssembly.Module(bytes)
}

async function run(original: Uint8Array, more: Partial<RunUnit> = {}, quantum?: bigint): Promise<UnitRun> {
  return runUnit(unitOf(original, more), {
    module: await compiled(original),
    onTick: () => undefined,
    onProgress: () => undefined,
    ...(quantum === undefined ? {} : { quantum }),
  })
}

describe('runUnit', () => {
  it('returns the output of a unit that ends well', async () => {
    const ended = await run(apps.printing('hello\n'))
    expect(ended).toMatchObject({ outcome: 'ok', exitCode: 0 })
    expect(text(ended.stdout)).toBe('hello\n')
    expect(ended.fuel).toBeGreaterThan(0n)
  })

  it('gives standard input to the unit', async () => {
    const ended = await run(apps.echoing, { stdin: new TextEncoder().encode('round trip') })
    expect(text(ended.stdout)).toBe('round trip')
  })

  it('gives files to the unit and returns those it leaves', async () => {
    const bytes = new TextEncoder().encode('content')
    const ended = await run(apps.copyingFiles(), { files: [{ path: 'a', bytes }] })
    expect(ended).toMatchObject({ outcome: 'ok', files: [{ path: 'b', bytes }] })
    expect((await run(apps.printing('no file'))).files).toBeUndefined()
  })

  it('returns no files of a unit that did not end well', async () => {
    expect(await run(apps.copyingFiles([0x00]))).toMatchObject({ outcome: 'trap' })
    expect((await run(apps.copyingFiles([0x00]))).files).toBeUndefined()
    // So dear that it is beyond its limit, although it made no check there.
    const { fuel } = await run(apps.copyingFiles())
    const late = await run(apps.copyingFiles(), { maxFuel: fuel - 1n })
    expect(late.outcome).toBe('out-of-fuel')
    expect(late.files).toBeUndefined()
  })

  it('tells exit codes and traps apart', async () => {
    expect(await run(apps.exiting(0))).toMatchObject({ outcome: 'ok', exitCode: 0 })
    expect(await run(apps.exiting(3))).toMatchObject({ outcome: 'exit-nonzero', exitCode: 3 })
    const trapped = await run(apps.trapping)
    expect(trapped.outcome).toBe('trap')
    expect(trapped.exitCode).toBeUndefined()
  })

  it('calls a data segment outside the memory a trap', async () => {
    const outside = buildModule({ data: [[0, ...i32(65_536), 0x0b, 1, 0]] })
    expect((await run(outside)).outcome).toBe('trap')
  })

  it('ends output beyond the limit', async () => {
    const ended = await run(apps.flooding, { maxOutputBytes: 10_000 })
    expect(ended.outcome).toBe('output-too-large')
    expect(ended.stdout.length).toBe(10_000)
  })

  it('ends an endless loop at exactly its limit', async () => {
    const ended = await run(apps.endless, { maxFuel: 123_456_789n })
    expect(ended).toMatchObject({ outcome: 'out-of-fuel', fuel: 123_456_789n })
  })

  it('is out of fuel when it ends beyond its limit without a check, however it ended', async () => {
    const straight = buildModule({
      functions: [{ exportAs: '_start', code: [...i32(6), ...i32(7), 0x6c, 0x1a] }],
    })
    expect((await run(straight)).outcome).toBe('ok')
    for (const app of [straight, apps.trapping])
      expect(await run(app, { maxFuel: 1n })).toMatchObject({ outcome: 'out-of-fuel', fuel: 1n })
  })

  it('ends endless recursion as a stack overflow of the unit, not of the host', async () => {
    const first = await run(apps.recursing)
    expect(first.outcome).toBe('stack-overflow')
    expect((await run(apps.recursing)).fuel).toBe(first.fuel)
  })

  it('refuses memory beyond the limit in the same way each time', async () => {
    const first = await run(apps.hoarding)
    expect(first).toMatchObject({ outcome: 'exit-nonzero', exitCode: 3 })
    expect((await run(apps.hoarding)).fuel).toBe(first.fuel)
  })

  it('calls a raised host-failure flag a failure of the host, whatever trapped', async () => {
    // As the rewriter marks a growth that only this machine refused.
    const flagged = buildModule({
      globals: [
        [0x7f, 1, ...i32(1), 0x0b],
        [0x7e, 1, 0x42, 0, 0x0b],
      ],
      functions: [{ exportAs: '_start', code: [0x00] }],
      exports: [
        [METER_ABI.hostFailureExport, 3, 0],
        [METER_ABI.fuelExport, 3, 1],
      ],
    })
    const module = new WebAssembly.Module(flagged)
    const ended = runUnit(unitOf(flagged), { module, onTick: () => undefined, onProgress: () => undefined })
    expect(ended.outcome).toBe('host-failure')
  })

  it('does not run a module that was not rewritten', () => {
    const module = new WebAssembly.Module(apps.printing('x'))
    const ended = runUnit(unitOf(apps.endless), {
      module,
      onTick: () => undefined,
      onProgress: () => undefined,
    })
    expect(ended.outcome).toBe('host-failure')
    expect(ended.stdout.length).toBe(0)
  })

  it('ends as its tick says', async () => {
    const module = await compiled(apps.endless)
    const ended = runUnit(unitOf(apps.endless), {
      module,
      quantum: 1_000n,
      onTick: () => {
        throw new UnitEnd('timeout', 'too long')
      },
      onProgress: () => undefined,
    })
    expect(ended).toMatchObject({ outcome: 'timeout', reason: 'too long' })
  })

  it('passes on what the app reports of its progress', async () => {
    const reports: number[] = []
    runUnit(unitOf(apps.reporting, { maxFuel: 1_000_000n }), {
      module: await compiled(apps.reporting),
      onTick: () => undefined,
      onProgress: (fraction) => reports.push(fraction),
    })
    expect(reports).toEqual([0.25])
  })

  it('uses the same fuel and ends in the same way whatever the quantum and wherever the limit', async () => {
    const units = [
      apps.counting(50_000n),
      apps.printing('some text'),
      apps.flooding,
      apps.hoarding,
      apps.copyingFiles(),
    ]
    const modules = await Promise.all(units.map(compiled))
    fc.assert(
      fc.property(
        fc.nat(units.length - 1),
        fc.bigInt({ min: 1n, max: 500_000n }),
        fc.bigInt({ min: 1n, max: 1_000_000n }),
        (index, maxFuel, quantum) => {
          const unit = unitOf(units[index]!, { maxFuel, maxOutputBytes: 20_000 })
          const silent = { module: modules[index]!, onTick: () => undefined, onProgress: () => undefined }
          expect(runUnit(unit, { ...silent, quantum })).toEqual(runUnit(unit, silent))
        },
      ),
      { seed: 7, numRuns: 150 },
    )
  })
})
