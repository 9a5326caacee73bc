import type { DonorNetwork, NetworkBytes } from '../../src-main/engine/ports.ts'

/** A network that passes what the test says, and tells what it was asked to do. */
export interface FakeDonorNetwork extends DonorNetwork {
  bytes: NetworkBytes
  /** `suspend`, `resume`, and `mesh on` or `mesh off` when that is news. */
  readonly asked: readonly string[]
}

export function fakeDonorNetwork(join: DonorNetwork['join']): FakeDonorNetwork {
  const asked: string[] = []
  let mesh = true
  const ask = (what: string): Promise<void> => {
    asked.push(what)
    return Promise.resolve()
  }
  return {
    bytes: { received: 0, sent: 0 },
    asked,
    join,
    receipt: (_projectKey, epoch, index) => Promise.resolve(Uint8Array.of(epoch, index)),
    setMesh: (on) => {
      if (on === mesh) return Promise.resolve()
      mesh = on
      return ask(on ? 'mesh on' : 'mesh off')
    },
    suspend: () => ask('suspend'),
    resume: () => ask('resume'),
    close: () => Promise.resolve(),
  }
}

/** The calendar of somebody in Greenwich. */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
