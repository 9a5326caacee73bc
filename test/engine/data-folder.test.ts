import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  defaultHomeDir,
  makeDirs,
  makePrivateDir,
  projectFolderName,
  projectFolders,
} from '../../src-main/engine/data-folder.ts'

describe('home folder', () => {
  it.each([
    ['linux', { POWERSWARM_HOME: '/data', XDG_CONFIG_HOME: '/x', HOME: '/home/a' }, '/data'],
    ['linux', { XDG_CONFIG_HOME: '/x', HOME: '/home/a' }, '/x/Powerswarm'],
    ['linux', { XDG_CONFIG_HOME: '', HOME: '/home/a' }, '/home/a/.config/Powerswarm'],
    ['darwin', { HOME: '/Users/a' }, '/Users/a/Library/Application Support/Powerswarm'],
  ] as const)('on %s with %j is %s', (platform, env, home) => {
    expect(defaultHomeDir({ platform, env })).toBe(home)
  })
})

describe('project folder name', () => {
  it.each([
    ['Mersenne primes', 'mersenne-primes'],
    ['  M_1/2..  ', 'm-1-2'],
    ['Zahlen für Ärzte', 'zahlen-für-ärzte'],
    ['素数', '素数'],
    ['NUL', 'nul-project'],
  ])('of %j is %j', (name, folder) => {
    expect(projectFolderName(name)).toBe(folder)
  })

  it.each(['', '..', '/', '—'])('refuses %j', (name) => {
    expect(() => projectFolderName(name)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  })

  it('never leaves its parent folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (name) => {
        let folder: string
        try {
          folder = projectFolderName(name)
        } catch {
          return
        }
        expect(folder).not.toMatch(/[/\\.\0]/)
        expect(projectFolderName(folder)).toBe(folder)
      }),
      { seed: 7 },
    )
  })
})

describe('project folders', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'data-folder-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it('are none before the first project', () => {
    expect(projectFolders(dir)).toEqual([])
  })

  it('leave out files and folders that are being built', () => {
    for (const name of ['b', 'a', '.new-c']) mkdirSync(join(dir, 'publisher', name), { recursive: true })
    writeFileSync(join(dir, 'publisher', 'file'), '')
    expect(projectFolders(dir)).toEqual(['a', 'b'])
  })

  it.skipIf(process.platform === 'win32')('are made for this user alone', () => {
    makePrivateDir(join(dir, 'x', 'y'))
    expect(statSync(join(dir, 'x')).mode & 0o777).toBe(0o700)
    expect(statSync(join(dir, 'x', 'y')).mode & 0o777).toBe(0o700)
  })

  it('say what is in the way', () => {
    writeFileSync(join(dir, 'x'), '')
    expect(() => makePrivateDir(join(dir, 'x', 'y'))).toThrow(
      expect.objectContaining({ code: 'file-unreadable' }),
    )
  })
})

describe('makeDirs', () => {
  it.skipIf(process.platform !== 'linux')('fails at once where the system makes no folders', () => {
    expect(() => makeDirs('/proc/powerswarm/deep', 0o700)).toThrow()
  })

  it('fails on a file in the way, and makes every missing parent else', () => {
    const base = mkdtempSync(join(tmpdir(), 'powerswarm-dirs-'))
    try {
      writeFileSync(join(base, 'file'), '')
      expect(() => makeDirs(join(base, 'file'), 0o700)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
      makeDirs(join(base, 'a/b/c'), 0o700)
      makeDirs(join(base, 'a/b/c'), 0o700)
      expect(statSync(join(base, 'a/b')).mode & 0o777).toBe(0o700)
    } finally {
      rmSync(base, { recursive: true })
    }
  })
})
