import { describe, expect, it } from 'vitest'
import type { DonorState } from '../../src-main/contracts/donor-state.ts'
import type { EngineLife } from '../../src-main/main/engine-process/life.ts'
import type { EngineSupervisor } from '../../src-main/main/engine-process/supervisor.ts'
import { linkEngine } from '../../src-main/main/engine-link.ts'
import { ShellState } from '../../src-main/main/shell-state.ts'

/** A supervised engine that comes and goes as the test says. */
function supervised() {
  const asked: boolean[] = []
  let tell: (life: EngineLife) => void = () => undefined
  const supervisor = {
    engine: {
      on: () => () => undefined,
      state: () => Promise.resolve({} as DonorState),
      watch: ({ watching }: { watching: boolean }) => {
        asked.push(watching)
        return Promise.resolve()
      },
    },
    onLife: (listener: (life: EngineLife) => void) => {
      tell = listener
    },
  } as unknown as EngineSupervisor
  const state = new ShellState({ version: '1', runtime: 'test', presenceSource: 'test' })
  const link = linkEngine(supervisor, state, () => undefined)
  return { link, asked, run: () => tell({ kind: 'running' } as EngineLife) }
}

describe('the engine, while a window shows its state', () => {
  it('is told so, and told when the window is gone', () => {
    const { link, asked } = supervised()
    link.watch(true)
    link.watch(false)
    expect(asked).toEqual([true, false])
  })

  it('is told again when it was started anew', () => {
    const { link, asked, run } = supervised()
    run()
    expect(asked).toEqual([])
    link.watch(true)
    run()
    expect(asked).toEqual([true, true])
  })
})
