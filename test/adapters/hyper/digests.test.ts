import { describe, expect, it } from 'vitest'
import { bytesToHex, hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { createDigests } from '../../../src-main/engine/adapters/hyper/digests.ts'

const digests = createDigests()
const projectKey = hex32<ProjectKey>('0123456789abcdef'.repeat(4))
const otherProject = hex32<ProjectKey>('ab'.repeat(32))

// The expected values were computed by another implementation of Blake2b from the description in the wire README.
describe('digests', () => {
  it('hash parts with their lengths, so that parts cannot be shifted', () => {
    expect(digests.hash([Uint8Array.of(1, 2), new Uint8Array()])).toBe(
      '4ab3b5a7eb43b47ec714325cc3074800119b4bd9e7848e66cfd9c473cc5b05c1',
    )
    expect(digests.hash([Uint8Array.of(1), Uint8Array.of(2)])).not.toBe(digests.hash([Uint8Array.of(1, 2)]))
  })

  it('have the described root over units, in whatever order they come', () => {
    expect(digests.unitsRoot([{ batch: 0, index: 5 }])).toBe(
      'f40b08510003f41366b4175d5a84c357ed63571379717a19a180ba652562a716',
    )
    const units = [
      { batch: 1, index: 0 },
      { batch: 0, index: 7 },
      { batch: 0, index: 5 },
    ]
    const root = 'b331a4beffd4092a26bfd7dcfedd1a1e2663b095fb4b8a31fb46300c0d7b7fdd'
    expect(digests.unitsRoot(units)).toBe(root)
    expect(digests.unitsRoot([...units].reverse())).toBe(root)
  })

  it('refuse a unit that is there twice', () => {
    const unit = { batch: 0, index: 5 }
    expect(() => digests.unitsRoot([unit, { ...unit }])).toThrow(RangeError)
  })

  it('seed each unit of each project by itself', () => {
    const seed = bytesToHex(digests.unitSeed(projectKey, { batch: 1, index: 2 }))
    expect(seed).toBe('b1179b73f3bc1bd17f482f6a812d45454f65a1c8ecd55516a21ed14c89e03a8f')
    expect(bytesToHex(digests.unitSeed(projectKey, { batch: 2, index: 1 }))).not.toBe(seed)
    expect(bytesToHex(digests.unitSeed(otherProject, { batch: 1, index: 2 }))).not.toBe(seed)
  })

  it('give a donor one key in each project, always the same', () => {
    const masterKey = new Uint8Array(32)
    const key = (project: ProjectKey): string =>
      bytesToHex(digests.donorKeyPair(masterKey, project).publicKey)
    expect(key(projectKey)).toBe(key(projectKey))
    expect(key(projectKey)).not.toBe(key(otherProject))
  })
})
