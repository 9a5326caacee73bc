import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { packAsar } from '../../scripts/setup/asar.mjs'
import { setFuses } from '../../scripts/setup/fuses.mjs'
import { tarMember } from '../../scripts/setup/tar.mjs'
import { zipEntries } from '../../scripts/setup/zip.mjs'

function tarOf(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).map(([name, content]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512)
    body.write(content)
    return Buffer.concat([header, body])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

describe('tarMember', () => {
  const archive = tarOf({ 'package/a.txt': 'x'.repeat(700), 'package/b.zip': 'wanted' })

  it('finds a member behind one that fills several blocks', () => {
    expect(tarMember(archive, (name) => name.endsWith('.zip')).toString()).toBe('wanted')
  })

  it('refuses an archive without the member, and one cut short', () => {
    expect(() => tarMember(archive, (name) => name === 'c')).toThrow('no such member')
    expect(() => tarMember(archive.subarray(0, 600), (name) => name.endsWith('a.txt'))).toThrow('cut short')
  })
})

interface Packed {
  readonly name: string
  readonly content: string
  readonly deflate: boolean
  readonly mode: number
}

function zipOf(files: Packed[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, content, deflate, mode } of files) {
    const packed = deflate ? deflateRawSync(content) : Buffer.from(content)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(deflate ? 8 : 0, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE((mode << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    bodies.push(local, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  const index = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(index.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, index, end])
}

describe('zipEntries', () => {
  it('reads stored and deflated members with their names and execute bits', () => {
    const zip = zipOf([
      { name: 'bin/run', content: 'program '.repeat(50), deflate: true, mode: 0o100755 },
      { name: 'note.txt', content: 'text', deflate: false, mode: 0o100644 },
    ])
    const read = [...zipEntries(zip)].map((entry) => [entry.name, entry.executable, entry.read().toString()])
    expect(read).toEqual([
      ['bin/run', true, 'program '.repeat(50)],
      ['note.txt', false, 'text'],
    ])
  })

  it('refuses what is not a zip', () => {
    expect(() => [...zipEntries(Buffer.alloc(100))]).toThrow('no end of central directory')
  })
})

describe('packAsar', () => {
  it('writes an index whose offsets point at the content', () => {
    const asar = packAsar({ 'package.json': '{}', 'main.js': 'start()' })
    const headerBytes = asar.readUInt32LE(4)
    const jsonBytes = asar.readUInt32LE(12)
    const { files } = JSON.parse(asar.toString('utf8', 16, 16 + jsonBytes)) as {
      files: Record<string, { size: number; offset: string }>
    }
    const entry = files['main.js']
    const start = 8 + headerBytes + Number(entry?.offset)
    expect(asar.toString('utf8', start, start + (entry?.size ?? 0))).toBe('start()')
  })
})

describe('setFuses', () => {
  const binary = (wire: string): Buffer =>
    Buffer.concat([
      Buffer.from('....dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
      Buffer.from([1, wire.length]),
      Buffer.from(wire),
      Buffer.from('....'),
    ])

  it('sets what exists and leaves removed and missing fuses alone', () => {
    const changed = binary('10r1')
    expect(setFuses(changed, { 0: false, 1: true, 2: true, 9: true })).toBe('01r1')
    expect(changed.toString('latin1', 38, 42)).toBe('01r1')
  })

  it('refuses a binary without a wire, or with two', () => {
    expect(() => setFuses(Buffer.from('nothing'), {})).toThrow('no fuse wire')
    expect(() => setFuses(Buffer.concat([binary('1'), binary('1')]), {})).toThrow('more than one')
  })
})
