import { expect, test } from 'vitest'
import { engineOptions, shellView, type RuntimeFacts } from '../../src-main/main/runtime-facts.ts'

const facts: RuntimeFacts = {
  appVersion: '1.2.3',
  electronVersion: '45.4.1',
  official: true,
  sandboxOff: false,
  isRoot: false,
  allowUnsandboxed: false,
}

test('tells the engine whether slots are sandboxed and which runtime runs', () => {
  expect(engineOptions(facts, '/home', '/demo')).toMatchObject({ sandboxed: true, runtime: 'official' })
  const worst = { ...facts, official: false, sandboxOff: true, isRoot: true }
  expect(engineOptions(worst, '/home', '/demo')).toMatchObject({
    sandboxed: false,
    runtime: 'fallback',
    isRoot: true,
  })
})

test('warns only where units run unsandboxed by the override', () => {
  expect(shellView(facts, 'X11').warning).toBeUndefined()
  expect(shellView({ ...facts, sandboxOff: true }, 'X11').warning).toBeUndefined()
  expect(shellView({ ...facts, sandboxOff: true, allowUnsandboxed: true }, 'X11').warning).toMatch(/sandbox/)
})

test('says plainly when the fallback runs', () => {
  expect(shellView(facts, 'X11').runtime).toBe('Electron 45.4.1')
  expect(shellView({ ...facts, official: false }, 'X11').runtime).toMatch(/fallback/)
})
