import { expect, it } from 'vitest'
import { bytesToHex, hex32, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { Relays } from '../../../src-main/engine/adapters/hyper/relays.ts'

const [one, other] = [hex32<ProjectKey>('01'.repeat(32)), hex32<ProjectKey>('02'.repeat(32))]
const relay = (byte: string) => hex32(byte.repeat(32))
const chosenFrom = (relays: Relays) => relays.choice()?.map(bytesToHex)

it('offers the relays of the projects that are joined, and none without one', () => {
  const relays = new Relays()
  expect(relays.choice()).toBeNull()
  relays.add(one, relay('aa'))
  relays.add(other, relay('bb'))
  expect(chosenFrom(relays)).toEqual([relay('aa'), relay('bb')])
  relays.add(one, relay('cc'))
  expect(chosenFrom(relays)).toEqual([relay('cc'), relay('bb')])
})

it('forgets a relay with its project, and no other', () => {
  const relays = new Relays()
  relays.add(one, relay('aa'))
  relays.add(other, relay('bb'))
  relays.remove(other)
  expect(chosenFrom(relays)).toEqual([relay('aa')])
  relays.remove(one)
  expect(relays.choice()).toBeNull()
})
