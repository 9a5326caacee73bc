// mersenne CHUNK SIZE: tests every prime exponent p in CHUNK * SIZE .. CHUNK * SIZE + SIZE - 1 and prints, for each,
// "M<p> prime" or "M<p> composite <low 64 bits of the last Lucas-Lehmer term, 16 hexadecimal digits>".

import { isMersennePrime, residue } from './lucas-lehmer'
import { EXPONENT_MAX, isPrime, parseNumber } from './range'

@external('powerswarm', 'progress')
declare function progress(done: f64): void

const HEXADECIMAL = '0123456789abcdef'
const BAD_ARGUMENTS = 2

/** Work is about p * p * log p; the share of exponent p in all of it is close enough with p * p. */
let workDone: f64 = 0
let workCurrent: f64 = 0
let workTotal: f64 = 0
let reported: f64 = 0

function report(share: f64): void {
  const done = (workDone + workCurrent * share) / workTotal
  // A test that is repeated with more digits must not move the bar backwards.
  if (done <= reported) return
  reported = done
  progress(done)
}

function hex(value: u64): string {
  let text = ''
  for (let shift = 60; shift >= 0; shift -= 4) text += HEXADECIMAL.charAt(<i32>((value >> shift) & 15))
  return text
}

function testRange(first: i32, last: i32): void {
  for (let p = first; p <= last; p++) if (isPrime(p)) workTotal += <f64>p * p
  for (let p = first; p <= last; p++) {
    if (!isPrime(p)) continue
    workCurrent = <f64>p * p
    const verdict = isMersennePrime(p, report) ? 'prime' : 'composite ' + hex(residue)
    process.stdout.write('M' + p.toString() + ' ' + verdict + '\n')
    workDone += workCurrent
  }
  if (reported < 1) progress(1)
}

const chunk = process.argv.length == 3 ? parseNumber(process.argv[1]) : -1
const size = process.argv.length == 3 ? parseNumber(process.argv[2]) : -1
if (chunk < 0 || size < 1 || (<i64>chunk + 1) * size - 1 > EXPONENT_MAX) {
  process.stderr.write(
    'usage: mersenne CHUNK SIZE  (whole numbers, SIZE at least 1, exponents up to ' + EXPONENT_MAX.toString() + ')\n',
  )
  process.exit(BAD_ARGUMENTS)
}
testRange(chunk * size, chunk * size + size - 1)
