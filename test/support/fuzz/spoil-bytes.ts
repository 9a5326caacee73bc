import type { FuzzChoice, Spoil } from './decoder.ts'

/** First bytes of long numbers, borders of signs and of one-byte numbers. */
const TELLING_BYTES = [0, 1, 2, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff]
/** What a length or a count may be blown up to: compact-encoding's forms, and plain little and big endian. */
const HUGE_NUMBERS: readonly (readonly number[])[] = [
  [0xfd, 0xff, 0xff],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xfe, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x7f, 0xff, 0xff, 0xff],
  [0, 0, 0, 0x80],
]
const MOST_CHANGES = 4
const MOST_RANDOM_BYTES = 400
const MOST_HUGE_BYTES = 1_200_000

/** Random bytes, the beginning of a record, or a record with some changes; now and then a huge one. */
export const spoilBytes: Spoil<Uint8Array> = (input, other, choice) => {
  if (choice.chance(10)) return moved(randomBytes(choice), choice)
  if (choice.chance(10)) return moved(input.subarray(0, choice.below(input.byteLength + 1)), choice)
  if (choice.chance(2000)) return huge(input, choice)
  let bytes = Array.from(input)
  for (let changes = 1 + choice.below(MOST_CHANGES); changes > 0; changes--)
    bytes = changed(bytes, other, choice)
  return moved(Uint8Array.from(bytes), choice)
}

function changed(bytes: number[], other: Uint8Array, choice: FuzzChoice): number[] {
  const place = choice.below(bytes.length + 1)
  const before = bytes.slice(0, place)
  const byte = bytes[place] ?? 0
  switch (choice.below(8)) {
    case 0:
      return [...before, byte ^ (1 << choice.below(8)), ...bytes.slice(place + 1)]
    case 1:
      return [...before, choice.pick(TELLING_BYTES), ...bytes.slice(place + 1)]
    case 2:
      return [...before, choice.below(256), ...bytes.slice(place)]
    case 3:
      return [...before, ...bytes.slice(place + 1 + choice.below(16))]
    case 4:
      return [...before, ...bytes.slice(Math.max(0, place - choice.below(40)))]
    case 5:
      return [...before, ...choice.pick(HUGE_NUMBERS), ...bytes.slice(place + 1)]
    case 6: {
      const number = choice.pick(HUGE_NUMBERS)
      return [...before, ...number, ...bytes.slice(place + number.length)]
    }
    default:
      return [...before, ...other.subarray(choice.below(other.byteLength + 1))]
  }
}

function randomBytes(choice: FuzzChoice): Uint8Array {
  const bytes = Uint8Array.from({ length: choice.below(MOST_RANDOM_BYTES) }, () => choice.below(256))
  // Most readers look at nothing behind a wrong version.
  if (choice.chance(2)) bytes.set([1].slice(0, bytes.byteLength))
  return bytes
}

function huge(input: Uint8Array, choice: FuzzChoice): Uint8Array {
  const bytes = new Uint8Array(choice.below(MOST_HUGE_BYTES)).fill(choice.pick(TELLING_BYTES))
  bytes.set(input.subarray(0, Math.min(choice.below(input.byteLength + 1), bytes.byteLength)))
  return bytes
}

/** Records come as views into larger messages. */
function moved(bytes: Uint8Array, choice: FuzzChoice): Uint8Array {
  if (!choice.chance(4)) return bytes
  const offset = 1 + choice.below(7)
  const message = new Uint8Array(bytes.byteLength + offset + choice.below(8)).fill(0xa5)
  message.set(bytes, offset)
  return message.subarray(offset, offset + bytes.byteLength)
}
