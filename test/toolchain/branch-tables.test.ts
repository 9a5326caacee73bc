import { describe, expect, it } from 'vitest'
import { prepareModule } from '../../src-main/toolchain/index.ts'
import { runMetered } from '../support/metered-run.ts'
import { buildModule, call, get, i32, I32, set } from '../support/wasm-builder.ts'
import {
  block,
  branch,
  branchIf,
  branchTable,
  DROP,
  END,
  loop,
  NO_RESULT,
  repeat,
} from '../support/wasm-code.ts'

/** Instructions of each arm, some of them long, some nothing. */
const ARMS = [3, 0, 41, 1, 12, 7, 200, 5]
const ENTRY = 1
const BRANCH_TABLE = 8
const CALL = 8

/** go(arm, rounds): a loop that goes through one arm of a branch table as often; each arm ends by going behind all. */
async function interpreter(body: readonly number[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const arms = ARMS.map((length, at) => [
    ...repeat(length, [...get(0), DROP]),
    ...body,
    ...branch(ARMS.length - 1 - at),
    END,
  ])
  const dispatch = [...get(0), ...branchTable(ARMS.map((_, at) => at))]
  const open = repeat(ARMS.length, [0x02, NO_RESULT])
  const table = block(open, dispatch, END, arms.slice(0, -1).flat(), (arms.at(-1) ?? []).slice(0, -1))
  const again = [...get(1), ...i32(1), 0x6b, ...set(1), ...get(1), ...branchIf(0)]
  const module = {
    functions: [
      { exportAs: '_start', code: [] },
      { exportAs: 'go', params: [I32, I32], code: loop(table, again) },
    ],
  }
  return (await prepareModule(buildModule(module), { rewriterVersion: 1, memoryLimitBytes: 65_536 })).bytes
}

/** What a round executes besides the arm itself: the index, the table, the branch out of the arm, six to go on. */
const ROUND = 1 + BRANCH_TABLE + 1 + 6

describe('a branch table in a loop', () => {
  it.each(ARMS.map((length, arm) => ({ arm, length })))(
    'pays $length for arm $arm, round by round',
    async ({ arm, length }) => {
      const bytes = await interpreter()
      for (const rounds of [1, 2, 9, 1000]) {
        const { fuel, trap } = runMetered(bytes, { entry: 'go', arguments: [arm, rounds] })
        expect(trap).toBeUndefined()
        expect(fuel).toBe(BigInt(ENTRY + rounds * (ROUND + length)))
      }
    },
  )

  it('pays for its last arm when the index is beyond all', async () => {
    const { fuel } = runMetered(await interpreter(), { entry: 'go', arguments: [-1, 10] })
    expect(fuel).toBe(BigInt(ENTRY + 10 * (ROUND + (ARMS.at(-1) ?? 0))))
  })

  it('pays the same when arms call something, and under every quantum', async () => {
    const bytes = await interpreter(call(0))
    for (const [arm, length] of ARMS.entries())
      for (const quantum of [0n, 1n, 7n, 500n, 1n << 40n]) {
        const run = runMetered(bytes, { entry: 'go', arguments: [arm, 30], quantum: () => quantum })
        expect(run.fuel).toBe(BigInt(ENTRY + 30 * (ROUND + length + CALL + ENTRY)))
      }
  })
})
