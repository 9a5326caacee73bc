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

test.each<[string, Partial<RuntimeFacts>, RegExp]>([
  ['without Chromium’s sandbox', { sandboxOff: true }, /sandbox is off/],
  ['on the fallback runtime, sandbox or not', { official: false }, /old Electron/],
  ['as root', { isRoot: true, sandboxOff: true }, /as root/],
])('warns where the override lets strangers’ work run %s', (_where, lacks, cause) => {
  const overridden = shellView({ ...facts, ...lacks, allowUnsandboxed: true }, 'X11').warning
  expect(overridden).toMatch(cause)
  expect(overridden).toContain('POWERSWARM_ALLOW_UNSANDBOXED')
  expect(shellView({ ...facts, ...lacks }, 'X11').warning).toBeUndefined()
})

test('does not warn where nothing is missing, override or not', () => {
  expect(shellView(facts, 'X11').warning).toBeUndefined()
  expect(shellView({ ...facts, allowUnsandboxed: true }, 'X11').warning).toBeUndefined()
})

test('says plainly when the fallback runs', () => {
  expect(shellView(facts, 'X11').runtime).toBe('Electron 45.4.1')
  expect(shellView({ ...facts, official: false }, 'X11').runtime).toMatch(/fallback/)
})
