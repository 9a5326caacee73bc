import fc from 'fast-check'
import {
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compareNames } from '../../../../src-main/domain/unit-file.ts'
import { doInGuest, fileWork, type FileWork } from './file-work.ts'
import { guest } from './guest.ts'

/** Does the same in a folder of the system that the test runs on. */
function doHere(dir: string, work: FileWork): string {
  // Not `join`, which would take slashes and dots away.
  const at = (path: string): string => `${dir}/${path}`
  const target = at(work.path)
  try {
    switch (work.do) {
      case 'mkdir':
        mkdirSync(target)
        return 'success'
      case 'rmdir':
        rmdirSync(target)
        return 'success'
      case 'unlink':
        unlinkSync(target)
        return 'success'
      case 'readlink':
        return `to ${readlinkSync(target)}`
      case 'list':
        return `has ${readdirSync(target).sort(compareNames).join()}`
      case 'rename':
        renameSync(target, at(work.other))
        return 'success'
      case 'link':
        linkSync(target, at(work.other))
        return 'success'
      case 'symlink':
        symlinkSync(work.other, target)
        return 'success'
      case 'stat': {
        const stats = (work.follow ? statSync : lstatSync)(target)
        if (stats.isDirectory()) return 'folder'
        return `${stats.isSymbolicLink() ? 'link' : 'file'} ${String(stats.nlink)} ${String(stats.size)}`
      }
      case 'read': {
        const fd = openSync(target, constants.O_RDONLY | (work.follow ? 0 : constants.O_NOFOLLOW))
        try {
          return `read ${readFileSync(fd, 'utf8')}`
        } finally {
          closeSync(fd)
        }
      }
      case 'write': {
        const fd = openSync(
          target,
          constants.O_RDWR |
            (work.follow ? 0 : constants.O_NOFOLLOW) |
            (work.create ? constants.O_CREAT : 0) |
            (work.create && work.exclusive ? constants.O_EXCL : 0) |
            (work.truncate ? constants.O_TRUNC : 0),
        )
        try {
          writeSync(fd, work.text)
        } finally {
          closeSync(fd)
        }
        return 'success'
      }
    }
  } catch (error) {
    return ((error as NodeJS.ErrnoException).code ?? String(error)).slice(1).toLowerCase()
  }
}

function filesHere(dir: string): Record<string, string> {
  const entries = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
  return Object.fromEntries(
    paths.sort(compareNames).map((path) => [path, readFileSync(join(dir, path), 'utf8')]),
  )
}

// Other systems answer with other numbers where POSIX leaves the choice.
describe.skipIf(process.platform !== 'linux')('the files of a unit and those of Linux', () => {
  it('answer any work with paths alike', () => {
    fc.assert(
      fc.property(fc.array(fileWork, { minLength: 1, maxLength: 40 }), (works) => {
        const dir = mkdtempSync(join(tmpdir(), 'unit-files-'))
        try {
          const unit = guest()
          for (const work of works) expect([work, doInGuest(unit, work)]).toEqual([work, doHere(dir, work)])
          expect(unit.files()).toEqual(filesHere(dir))
        } finally {
          rmSync(dir, { recursive: true })
        }
      }),
      { seed: 77, numRuns: 400 },
    )
  })
})
