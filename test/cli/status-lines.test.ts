import { describe, expect, it } from 'vitest'
import { permissionLines, servingLine, statusLines } from '../../src-main/cli/status-lines.ts'
import type { BatchStatus, PublisherStatus } from '../../src-main/contracts/publisher-state.ts'

const batch = (part: Partial<BatchStatus>): BatchStatus => ({
  batch: 0,
  app: 0,
  units: 1000,
  unsent: 0,
  leased: 0,
  pending: 0,
  verified: 0,
  acceptedOnTrust: 0,
  inconclusive: 0,
  suspended: 0,
  cancelledUnits: 0,
  priority: 0,
  cancelled: false,
  ...part,
})
const status = (...batches: readonly BatchStatus[]): PublisherStatus => ({
  projectKey: 'k',
  name: 'primes',
  purpose: 'Find primes',
  link: 'powerswarm://x',
  serving: true,
  closed: false,
  donorsConnected: 2,
  donorsGranted: 1,
  apps: [
    { app: 0, name: 'mersenne', moduleHash: 'h', checkpoint: false, memoryLimitBytes: 65_536 },
    { app: 1, name: 'fold', moduleHash: 'i', checkpoint: true, memoryLimitBytes: 65_536 },
  ],
  batches,
  ledger: { records: 3, fuel: 2_500_000_000_000n, grants: 1234 },
})
const still = { perSecond: 0, remainingMs: undefined }

describe('status', () => {
  it('names what is there and leaves out what is not', () => {
    const lines = statusLines(status(batch({ verified: 400, unsent: 590, suspended: 10 })))
    expect(lines).toContain('  serving  yes, 2 donors connected')
    expect(lines).toContain('  ledger   2.5 credits to 1 donor in 1,234 grants')
    expect(lines).toContain(
      '  batch 0 (mersenne): 400 of 1,000 units verified, 590 unsent, 10 suspended (donors’ machines failed)',
    )
  })

  it('says how many units are kept for donors while the publisher is away', () => {
    const [line] = statusLines(status(batch({ unsent: 1000, reserve: 62 }))).slice(-1)
    expect(line).toBe(
      '  batch 0 (mersenne): 0 of 1,000 units verified, 1,000 unsent, 62 of them for while you are away',
    )
  })

  it('labels what is accepted on trust, and says how wrong it may be', () => {
    const lines = statusLines(status(batch({ verified: 990, acceptedOnTrust: 10, maxError: 0.001 })))
    expect(lines).toContain(
      '  batch 0 (mersenne, at most 0.001 wrong): 990 of 1,000 units verified, 10 accepted on trust',
    )
  })

  it('says which units can be saved half-way', () => {
    const lines = statusLines(status(batch({ app: 1, unsent: 1000 })))
    expect(lines).toContain('  batch 0 (fold, with checkpoints): 0 of 1,000 units verified, 1,000 unsent')
  })

  it('counts what was taken back by itself', () => {
    const some = batch({ verified: 400, unsent: 590, cancelledUnits: 10 })
    const all = batch({ batch: 1, verified: 3, cancelledUnits: 997, cancelled: true })
    const late = batch({ batch: 2, verified: 1000, cancelled: true })
    expect(statusLines(status(some, all, late)).slice(-3)).toEqual([
      '  batch 0 (mersenne): 400 of 1,000 units verified, 590 unsent, 10 cancelled',
      '  batch 1 (mersenne): 3 of 1,000 units verified, 997 cancelled',
      '  batch 2 (mersenne): 1,000 of 1,000 units verified, cancelled',
    ])
  })

  it('says what to do before the first batch', () => {
    expect(statusLines(status()).at(-1)).toMatch(/powerswarm batch add/)
  })
})

describe('serving line', () => {
  it('counts all batches and tells the pace', () => {
    const line = servingLine(status(batch({ verified: 400 }), batch({ batch: 1, units: 1 })), {
      perSecond: 3.21,
      remainingMs: 187_000,
    })
    expect(line).toBe('400/1,001 units verified (39%) · 2 donors · 3.2 units/s · about 3 min left')
  })

  it('promises nothing while nothing moves', () => {
    expect(servingLine(status(batch({})), still)).toBe('0/1,000 units verified (0%) · 2 donors')
    expect(servingLine(status(), still)).toBe('no units yet · 2 donors')
  })

  it('leaves out what was cancelled, and says why nothing is left', () => {
    const some = batch({ verified: 990, cancelledUnits: 10 })
    expect(servingLine(status(some), still)).toBe('990/990 units verified (100%) · 2 donors · all done')
    const all = batch({ cancelledUnits: 1000, cancelled: true })
    expect(servingLine(status(all), still)).toBe('all units are cancelled · 2 donors')
    expect(servingLine({ ...status(all), closed: true }, still)).toBe(
      'closed for good: no work is handed out · 2 donors',
    )
  })

  it('says 100% only at the end, and is done when nothing more can change', () => {
    expect(servingLine(status(batch({ verified: 999 })), still)).toContain('(99%)')
    expect(servingLine(status(batch({ verified: 999, inconclusive: 1 })), still)).toMatch(
      /\(99%\).*all done$/,
    )
    expect(servingLine(status(batch({ verified: 1000 })), still)).toContain('(100%)')
  })
})

it('shows what an app may do', () => {
  const lines = permissionLines({
    imports: [],
    files: false,
    network: false,
    clock: 'virtual',
    random: 'seeded',
    memoryLimitBytes: 1 << 20,
    functions: 1,
    sizeBytes: 100,
  })
  expect(lines.join('\n')).toMatch(
    /files +none\n.*network +none\n.*virtual.*\n.*seeded.*\n.*at most 1 MiB\n.*imports +none/,
  )
})
