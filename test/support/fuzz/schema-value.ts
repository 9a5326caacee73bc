import type * as v from 'valibot'
import type { FuzzChoice } from './decoder.ts'

type AnySchema = v.GenericSchema
/** The parts of a valibot schema that say what it takes. */
interface Shape {
  readonly type: string
  readonly entries?: Readonly<Record<string, AnySchema>>
  readonly item?: AnySchema
  readonly wrapped?: AnySchema
  readonly options?: readonly unknown[]
  readonly literal?: unknown
  readonly pipe?: readonly unknown[]
  readonly getter?: () => AnySchema
}

/** A value that is near what a schema takes: its fields are there, their values often good. */
export function valueNear(schema: AnySchema, choice: FuzzChoice): unknown {
  const shape = schema as unknown as Shape
  switch (shape.type) {
    case 'object':
    case 'strict_object':
      return objectNear(shape.entries ?? {}, choice)
    case 'array':
      return Array.from({ length: choice.below(4) }, () => near(shape.item, choice))
    case 'variant':
    case 'union':
      return near(choice.pick((shape.options ?? []) as readonly AnySchema[]), choice)
    case 'picklist':
      return choice.pick(shape.options ?? [])
    case 'literal':
      return shape.literal
    case 'exact_optional':
    case 'optional':
      return near(shape.wrapped, choice)
    case 'lazy':
      return near(shape.getter?.(), choice)
    case 'number':
      return choice.pick([0, 1, 0.5, 65_536, 200])
    case 'bigint':
      return choice.pick([0n, 1n, 10n ** 12n])
    case 'string':
      return choice.pick(['', 'a', 'mersenne', 'f0'.repeat(32)])
    case 'boolean':
      return choice.chance(2)
    case 'void':
      return undefined
    default:
      return choice.pick([new Uint8Array(32), 'f0'.repeat(32), {}, 'idle', { kind: 'idle' }])
  }
}

function near(schema: AnySchema | undefined, choice: FuzzChoice): unknown {
  return schema === undefined ? undefined : valueNear(schema, choice)
}

function objectNear(entries: Readonly<Record<string, AnySchema>>, choice: FuzzChoice): object {
  const fields = Object.entries(entries)
    .filter(([, schema]) => !(schema as unknown as Shape).type.includes('optional') || choice.chance(2))
    .map(([name, schema]) => [name, valueNear(schema, choice)] as const)
  return Object.fromEntries(fields)
}
