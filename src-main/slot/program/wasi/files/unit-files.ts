import { compareNames, isFilePath, type UnitFile } from '../../../../domain/unit-file.ts'
import { UnitEnd } from '../../unit-end.ts'
import type { DirectoryNode } from './node.ts'
import type { Volume } from './volume.ts'

/**
 * Fills an empty volume, folders as needed, in order of the paths: equal sets of files get equal inodes. In a volume
 * that is not writable the bytes are not copied.
 */
export function fillVolume(volume: Volume, files: readonly UnitFile[]): void {
  for (const { path, bytes } of [...files].sort((a, b) => compareNames(a.path, b.path))) {
    const names = path.split('/')
    const name = names.pop() ?? ''
    const parent = names.reduce((directory, folder) => subdirectory(volume, directory, folder), volume.root)
    volume.createFile({ parent, name }, volume.isWritable ? new Uint8Array(bytes) : bytes)
  }
}

/**
 * Every regular file of a volume under each of its names, sorted by path. Empty folders and symbolic links are left
 * out. Ends the unit with `output-too-large` when a path is longer than others can take. The bytes are shared with
 * the volume.
 */
export function filesOf(volume: Volume): UnitFile[] {
  const files: UnitFile[] = []
  const todo: { readonly prefix: string; readonly directory: DirectoryNode }[] = [
    { prefix: '', directory: volume.root },
  ]
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    for (const [name, node] of next.directory.entries) {
      if (node.type === 'symlink') continue
      const path = next.prefix + name
      if (!isFilePath(path)) throw new UnitEnd('output-too-large', 'a path in /out is too long')
      if (node.type === 'directory') todo.push({ prefix: `${path}/`, directory: node })
      else files.push({ path, bytes: node.content.view(0, node.content.size) })
    }
  }
  return files.sort((a, b) => compareNames(a.path, b.path))
}

function subdirectory(volume: Volume, parent: DirectoryNode, name: string): DirectoryNode {
  const there = parent.entries.get(name)
  return there?.type === 'directory' ? there : volume.createDirectory({ parent, name })
}
