import { expect, it } from 'vitest'
import { LIMITS } from '../../../src-main/domain/limits.ts'
import { Shunned } from '../../../src-main/engine/adapters/hyper/shunned.ts'

function shunned() {
  let now = 0
  const list = new Shunned(() => now)
  return { list, pass: (ms: number) => (now += ms) }
}

it('shuns a key until its term is over, and one that lied for good', () => {
  const { list, pass } = shunned()
  list.add('slow', 1000)
  list.add('liar', Infinity)
  expect([list.has('slow'), list.has('liar'), list.has('other')]).toEqual([true, true, false])
  pass(1000)
  expect([list.has('slow'), list.has('liar')]).toEqual([false, true])
})

it('keeps the longer of two terms', () => {
  const { list, pass } = shunned()
  list.add('key', Infinity)
  list.add('key', 1)
  pass(1000)
  expect(list.has('key')).toBe(true)
})

it('forgets the oldest when strangers with ever new keys would fill it', () => {
  const { list } = shunned()
  for (let i = 0; i <= LIMITS.shunnedPeers; i++) list.add(String(i), Infinity)
  expect([list.has('0'), list.has('1'), list.has(String(LIMITS.shunnedPeers))]).toEqual([false, true, true])
})
