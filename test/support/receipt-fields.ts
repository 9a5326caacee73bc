import type { BlockProof, TreeNode } from '../../src-main/contracts/wire/core-proof.ts'
import { parseReceipt } from '../../src-main/contracts/wire/receipt.ts'

/** A stretch of a receipt's bytes that holds one kind of thing. `to` is behind its last byte. */
export interface ReceiptField {
  readonly name: string
  readonly from: number
  readonly to: number
}

const HEADER = 'powerswarm proof\n'
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64

/** Every byte of a receipt belongs to one field: as contracts/wire/README.md lays them out. */
export function receiptFields(file: Uint8Array): readonly ReceiptField[] {
  const { announcement, grant } = parseReceipt(file)
  const fields: ReceiptField[] = []
  const add = (name: string, bytes: number): void => {
    const from = fields.at(-1)?.to ?? 0
    if (bytes > 0) fields.push({ name, from, to: from + bytes })
  }
  const nodes = (name: string, list: readonly TreeNode[]): void => {
    add(`${name}: how many`, uintBytes(list.length))
    for (const { size } of list) {
      add(`${name}: size`, uintBytes(size))
      add(`${name}: hash`, KEY_BYTES)
    }
  }
  const proof = (name: string, { length, index, block, path, roots }: BlockProof): void => {
    add(`${name}: length`, uintBytes(length))
    add(`${name}: index`, uintBytes(index))
    add(`${name}: bytes of the block`, uintBytes(block.byteLength))
    add(`${name}: block`, block.byteLength)
    nodes(`${name}: path`, path)
    nodes(`${name}: roots`, roots)
    add(`${name}: signature`, SIGNATURE_BYTES)
  }
  add('header', HEADER.length)
  add('version', 1)
  add('kind', 1)
  add('project key', KEY_BYTES)
  proof('announcement', announcement)
  add('ledger signer', KEY_BYTES)
  proof('grant', grant)
  return fields
}

function uintBytes(value: number): number {
  if (value <= 252) return 1
  if (value <= 0xffff) return 3
  return value <= 0xffff_ffff ? 5 : 9
}
