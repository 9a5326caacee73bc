import { unitText, type DonorKey, type UnitId } from '../../../domain/ids.ts'
import { isLotDrawn } from '../../../domain/reserve.ts'
import type { PublisherComponents } from './components.ts'

const SECRET_WORDS = 8

/**
 * Who goes before others in computing a unit of the reserve that somebody took by himself. Each donor has one lot for each
 * unit: it depends on nothing that a donor can repeat or choose, and nobody can foresee it.
 */
export class Lots {
  private readonly parts: Pick<PublisherComponents, 'digests' | 'randomWord'>
  /** Of this process: a restart draws all lots anew, and no donor can restart a publisher. */
  private secret: Uint8Array | undefined

  constructor(parts: Pick<PublisherComponents, 'digests' | 'randomWord'>) {
    this.parts = parts
  }

  /** `donors`: how many are connected, of whom about one is to have the lot. */
  has(donorKey: DonorKey, unit: UnitId, donors: number): boolean {
    const { digests, randomWord } = this.parts
    this.secret ??= new Uint8Array(Uint32Array.from({ length: SECRET_WORDS }, () => randomWord()).buffer)
    const text = new TextEncoder()
    const hash = digests.hash([this.secret, text.encode(unitText(unit)), text.encode(donorKey)])
    return isLotDrawn(hash, donors)
  }
}
