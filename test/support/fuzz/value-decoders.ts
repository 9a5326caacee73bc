import fc from 'fast-check'
import { donorEngineSchema, publisherEngineSchema } from '../../../src-main/contracts/engine.ts'
import { channel } from '../../../src-main/contracts/ports.ts'
import { connect, serve, type Call, type Notice, type Port } from '../../../src-main/contracts/rpc.ts'
import { slotHostSchema } from '../../../src-main/contracts/slot-host.ts'
import { slotRunnerSchema } from '../../../src-main/contracts/slot-runner.ts'
import { slotSchema } from '../../../src-main/contracts/slot.ts'
import { screensaverSchema, trayWindowSchema } from '../../../src-main/contracts/ui.ts'
import { parsePreferences } from '../../../src-main/domain/preferences.ts'
import { Choice } from '../random-module/choice.ts'
import { decoder, type Decoder, type Spoil } from './decoder.ts'
import { valueNear } from './schema-value.ts'
import { nested, spoilValue } from './spoil-value.ts'

type AnySchema = Readonly<Record<string, Call<unknown, unknown> | Notice<unknown>>>

/** Every schema of src-main/contracts, by its export. */
const SCHEMAS: readonly (readonly [place: string, schema: AnySchema])[] = [
  ['engine.ts#donorEngineSchema', donorEngineSchema],
  ['engine.ts#publisherEngineSchema', publisherEngineSchema],
  ['slot.ts#slotSchema', slotSchema],
  ['slot-host.ts#slotHostSchema', slotHostSchema],
  ['slot-runner.ts#slotRunnerSchema', slotRunnerSchema],
  ['ui.ts#trayWindowSchema', trayWindowSchema],
  ['ui.ts#screensaverSchema', screensaverSchema],
]

/** A port whose other end is the test. */
function looseEnd(): { readonly port: Port; readonly posted: unknown[]; receive(message: unknown): void } {
  const posted: unknown[] = []
  let listener: (message: unknown) => void = () => undefined
  const port: Port = {
    post: (message) => posted.push(message),
    subscribe: (given) => {
      listener = given
      return () => undefined
    },
    onClose: () => () => undefined,
  }
  return { port, posted, receive: (message) => listener(message) }
}

/** Reads of the engine's own fields alone are strangers to the table of answers that a caller may get. */
const REFUSALS: readonly unknown[] = ['bad-argument', 'unknown-call', 'bad-record']

/** A frame is dropped, answered, or refused by name; the serving side lives on. */
async function served(schema: AnySchema, message: unknown): Promise<unknown> {
  const { port, posted, receive } = looseEnd()
  const calls = Object.entries(schema).filter(([, { kind }]) => kind === 'call')
  const handlers = Object.fromEntries(calls.map(([name]) => [name, () => null]))
  const server = serve(schema, channel(port, 'x'), handlers)
  receive({ channel: 'x', message })
  receive(message)
  await settled()
  server.close()
  for (const reply of posted) {
    const { t, error } = (reply as { message: { t: string; error?: { code: unknown } } }).message
    if (t !== 'ok' && !REFUSALS.includes(error?.code)) throw new Error(`answered ${JSON.stringify(error)}`)
  }
  return posted.length
}

/** Whatever the other side answers or tells, the caller gets a value, an error with a code, or nothing. */
async function called(schema: AnySchema, message: unknown): Promise<unknown> {
  const { port, posted, receive } = looseEnd()
  const client = connect<AnySchema>(schema, port) as unknown as Record<
    string,
    (value: unknown) => Promise<unknown>
  > & { on(name: string, listener: (value: unknown) => void): void; close(): void }
  let told = 0
  for (const [name, { kind }] of Object.entries(schema))
    if (kind === 'notice')
      client.on(name, () => {
        told++
      })
  const pending = Object.entries(schema)
    .filter(([, { kind }]) => kind === 'call')
    .map(([name]) => (client[name]?.(undefined) ?? Promise.resolve()).then(() => 'ok', codeOf))
  receive(message)
  client.close()
  const answers = await Promise.all(pending)
  return { told, posted: posted.length, answers: answers.length }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') throw error
  return code
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}

const frameOf = (schema: AnySchema, towards: 'server' | 'client'): fc.Arbitrary<unknown> =>
  fc.nat().map((seed) => {
    const choice = new Choice(seed)
    const name = choice.pick(Object.keys(schema))
    const spec = schema[name]
    const id = 1 + choice.below(Object.keys(schema).length)
    if (towards === 'server')
      return { t: 'call', id, name, value: spec?.kind === 'call' ? valueNear(spec.argument, choice) : {} }
    if (spec?.kind === 'notice') return { t: 'notice', name, value: valueNear(spec.value, choice) }
    if (choice.chance(3))
      return {
        t: 'error',
        id,
        error: { code: 'not-found', message: 'x', cause: { code: 'x', message: 'y' } },
      }
    return { t: 'ok', id, value: spec?.answer === undefined ? {} : valueNear(spec.answer, choice) }
  })

/** Errors name their causes, and these theirs: there is no end to it. */
const spoilFrame: Spoil<unknown> = (input, other, choice) => {
  if (!choice.chance(50)) return spoilValue(input, other, choice)
  const id = 1 + choice.below(20)
  return { t: 'error', id, error: nested('cause', choice.pick([9, 100, 3_000, 20_000])) }
}

const frames = SCHEMAS.flatMap(([place, schema]) => {
  const covers = [`contracts/${place}`, 'contracts/rpc.ts#serve', 'contracts/rpc.ts#connect']
  const base = { covers, codes: [], spoil: spoilFrame }
  return [
    decoder<unknown>({
      ...base,
      name: `${place} served`,
      samples: frameOf(schema, 'server'),
      decode: (message) => served(schema, message),
    }),
    decoder<unknown>({
      ...base,
      name: `${place} called`,
      samples: frameOf(schema, 'client'),
      decode: (message) => called(schema, message),
    }),
  ]
})

/** Values that cross boundaries inside the app, and preferences from wherever they come. */
export const VALUE_DECODERS: readonly Decoder[] = [
  ...frames,
  decoder<unknown>({
    name: 'preferences',
    covers: ['domain/preferences.ts#parsePreferences'],
    codes: ['bad-preference'],
    samples: fc.record(
      {
        runWhen: fc.constantFrom('idle', 'always', 'never'),
        idleSeconds: fc.integer({ min: 1, max: 86_400 }),
        cores: fc.nat(1024),
        screensaver: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    spoil: spoilValue,
    decode: parsePreferences,
  }),
]
