import type { FuzzChoice, Spoil } from './decoder.ts'

/** What texts from outside may hold: control characters, half characters, numbers of every kind, words with a meaning. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\t',
  '\x1b[2J',
  '\x7f',
  '\u0085',
  '\u2028',
  '\u202e',
  '\ufeff',
  '\ufffd',
  '\ud800',
  '\udc00\ud800',
  '🐝',
  'e\u0301'.repeat(40),
  '-',
  '--',
  '-0',
  '+1',
  '.5',
  '1.',
  '1e309',
  '1e-400',
  'NaN',
  'Infinity',
  '0x10',
  '9'.repeat(400),
  '0.' + '0'.repeat(400) + '1',
  String(2 ** 53),
  '18446744073709551616',
  '__proto__',
  'constructor',
  'toString',
  '%s%n%00',
  '../../etc/passwd',
  '\\',
  '"',
  "'",
  '{n}',
  '{name}',
  '${x}',
  '[[[[',
  '{"a":',
  '=',
  ':',
  ',',
  '..',
  '0..',
  '?',
  '&',
]
const MOST_CHANGES = 3
const MOST_REPEATS = 200_000

/** A text with pieces cut out, put in, doubled or taken from another; now and then a very long one. */
export const spoilText: Spoil<string> = (input, other, choice) => {
  if (choice.chance(12)) return randomText(choice)
  if (choice.chance(2000)) return input + nasty(choice).repeat(choice.below(MOST_REPEATS / 10))
  let text = input
  for (let changes = 1 + choice.below(MOST_CHANGES); changes > 0; changes--)
    text = changed(text, other, choice)
  return text
}

export function nasty(choice: FuzzChoice): string {
  return choice.pick(NASTY_TEXTS)
}

function changed(text: string, other: string, choice: FuzzChoice): string {
  const place = choice.below(text.length + 1)
  const before = text.slice(0, place)
  switch (choice.below(6)) {
    case 0:
      return before + nasty(choice) + text.slice(place)
    case 1:
      return before + String.fromCharCode(choice.below(0x180)) + text.slice(place + 1)
    case 2:
      return before + text.slice(place + 1 + choice.below(8))
    case 3:
      return before + text.slice(Math.max(0, place - choice.below(20)))
    case 4:
      return before + other.slice(choice.below(other.length + 1))
    default:
      return before + String.fromCharCode(choice.below(0x1_0000)) + text.slice(place)
  }
}

function randomText(choice: FuzzChoice): string {
  return Array.from({ length: choice.below(60) }, () =>
    choice.chance(6) ? nasty(choice) : String.fromCharCode(32 + choice.below(95)),
  ).join('')
}
