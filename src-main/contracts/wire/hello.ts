import { hexToBytes } from '../../domain/ids.ts'
import { LIMITS } from '../../domain/limits.ts'
import { checksOf, NUMBER_MAX } from './checks.ts'
import { WIRE_VERSION, wireCodec } from './codec.ts'
import type { Hello, HelloAnswer } from './messages.ts'

const maxBytes = LIMITS.messageBytes

const helloCheck = checksOf('hello')
const hello = wireCodec<'@wire/hello', Hello>({
  what: 'hello',
  layout: '@wire/hello',
  maxBytes,
  toLayout: ({ donorKey, signature }) => ({ donorKey: hexToBytes(donorKey), signature }),
  fromLayout: (layout) => ({
    version: layout.version,
    donorKey: helloCheck.key('a donor key', layout.donorKey),
    signature: layout.signature,
  }),
})

const answerCheck = checksOf('hello answer')
const answer = wireCodec<'@wire/hello-answer', HelloAnswer>({
  what: 'hello answer',
  layout: '@wire/hello-answer',
  maxBytes,
  toLayout: ({ version: _, ...plain }) => plain,
  fromLayout: (layout) => ({
    version: WIRE_VERSION,
    serverTime: answerCheck.time('a time', layout.serverTime),
    projectLength: answerCheck.whole('a project length', layout.projectLength, 0, NUMBER_MAX),
    leaseUnits: answerCheck.whole('a lease size', layout.leaseUnits, 0, LIMITS.leaseUnits),
    submitResults: answerCheck.whole('a submit size', layout.submitResults, 1, LIMITS.submitResults),
  }),
})

/** `hello.version` is not written: the bytes always carry this program's version. */
export const encodeHello: (value: Hello) => Uint8Array = hello.encode
export const parseHello: (bytes: Uint8Array) => Hello = hello.parse
export const encodeHelloAnswer: (value: HelloAnswer) => Uint8Array = answer.encode
export const parseHelloAnswer: (bytes: Uint8Array) => HelloAnswer = answer.parse
