import { expect, it } from 'vitest'
import { Attempts } from '../../../../src-renderer/lib/state/attempts.svelte.ts'

it('is busy while an attempt runs', async () => {
  const attempts = new Attempts()
  let finish: () => void = () => undefined
  const attempt = attempts.run(() => new Promise<void>((resolve) => (finish = resolve)))
  expect(attempts.busy).toBe(true)
  finish()
  expect(await attempt).toBe(true)
  expect(attempts.busy).toBe(false)
})

it('keeps the message of a failure until the next attempt goes well', async () => {
  const attempts = new Attempts()
  expect(await attempts.run(() => Promise.reject(new Error('This is not a project link')))).toBe(false)
  expect(attempts.problem).toBe('This is not a project link')
  expect(await attempts.run(async () => undefined)).toBe(true)
  expect(attempts.problem).toBeUndefined()
})

it('forgets a failure when told', async () => {
  const attempts = new Attempts()
  await attempts.run(() => Promise.reject(new Error('no')))
  attempts.forget()
  expect(attempts.problem).toBeUndefined()
})
