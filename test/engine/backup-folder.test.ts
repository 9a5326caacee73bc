import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  backupFiles,
  backupName,
  newestBackup,
  readNote,
  unfinishedBackups,
} from '../../src-main/engine/backup-folder.ts'
import { tempDir } from '../support/temp-dir.ts'

const NOTE = '{"format":1,"project":"p","kind":"moment","at":1}'

function backup(dir: string, note = NOTE): string {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'backup.json'), note)
  return dir
}

describe('the newest backup', () => {
  it('is found from the backup folder, the project’s and its own', () => {
    const dir = tempDir()
    backup(join(dir, 'p', backupName(1000)))
    const newest = backup(join(dir, 'p', backupName(2000)))
    mkdirSync(join(dir, 'p', backupName(3000)))
    for (const from of [dir, join(dir, 'p'), newest]) expect(newestBackup(from, undefined).dir).toBe(newest)
  })

  it('has to be chosen among several projects', () => {
    const dir = tempDir()
    const p = backup(join(dir, 'p', backupName(1)))
    backup(join(dir, 'q', backupName(1)))
    expect(() => newestBackup(dir, undefined)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
    expect(newestBackup(dir, 'p').dir).toBe(p)
    expect(() => newestBackup(dir, 'r')).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('is not there where nothing is', () => {
    for (const dir of [tempDir(), '/nowhere/at/all'])
      expect(() => newestBackup(dir, undefined)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })
})

it('finds what was begun and not finished, and nothing of somebody else', () => {
  const dir = tempDir()
  backup(join(dir, backupName(1)))
  for (const name of [backupName(2), 'holiday pictures']) mkdirSync(join(dir, name))
  expect(unfinishedBackups(dir)).toEqual([join(dir, backupName(2))])
})

const REFUSED = [
  '{}',
  'text',
  '{"format":2}',
  'null',
  '{"format":1,"project":"../elsewhere","kind":"moment","at":1}',
  '{"format":1,"project":"","kind":"moment","at":1}',
  '{"format":1,"project":"p","kind":"moment","at":1e300}',
]
it.each(REFUSED)('the note %j is refused', (note) => {
  const files = backupFiles(backup(join(tempDir(), 'b'), note))
  expect(() => readNote(files)).toThrow(expect.objectContaining({ code: 'file-unreadable' }))
})

it('names sort by time', () => {
  expect(backupName(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03-04-05-006Z')
})
