import { expect, it } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { callTimeoutMs } from '../../../src-main/engine/adapters/hyper/rpc.ts'

it('gives a call the usual time plus what its request needs on a slow uplink', () => {
  expect(callTimeoutMs(0)).toBe(LIMITS.rpcTimeoutMs)
  expect(callTimeoutMs(LIMITS.uplinkBytesPerSecond)).toBe(LIMITS.rpcTimeoutMs + 1000)
  expect(callTimeoutMs(1)).toBe(LIMITS.rpcTimeoutMs + 1)
})

it('lets the largest submit through within half a minute, and room for one result with all its output', () => {
  expect(callTimeoutMs(LIMITS.submitBytes)).toBe(30_000)
  expect(LIMITS.submitBytes - LIMITS.outputBytes - LIMITS.submitFilesBytes).toBe(16 * 1024)
})
