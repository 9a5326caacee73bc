import { connect, type Client, type Port, type Schema } from '../../contracts/rpc.ts'
import { PowerswarmError } from '../../domain/errors.ts'

/** A client for a server that comes and goes: listeners stay, calls go to whichever server is there. */
export interface LastingClient<S> {
  /** Calls reject with `peer-gone` while no port is attached. `close` ends it for good. */
  readonly client: Client<S>
  /** Uses this port from now on; the one before, if any, is let go. */
  attach(port: Port): void
  /** Lets go of the port; what is pending on it rejects with `peer-gone`. */
  detach(): void
}

type Listener = (value: unknown) => void
type LooseCall = (argument: unknown) => Promise<unknown>
type LooseClient = Readonly<Record<string, LooseCall>> & {
  on(name: string, listener: Listener): () => void
  close(): void
}

export function lastingClient<S extends object>(schema: S): LastingClient<S> {
  const listeners = new Map<string, Set<Listener>>()
  let current: LooseClient | undefined

  const detach = (): void => {
    current?.close()
    current = undefined
  }
  const names = (kind: 'call' | 'notice'): string[] =>
    Object.entries(schema as Schema)
      .filter(([, spec]) => spec.kind === kind)
      .map(([name]) => name)
  const calls = names('call').map((name): [string, LooseCall] => [
    name,
    (argument) => {
      const send = current?.[name]
      return send === undefined ? Promise.reject(absent()) : send(argument)
    },
  ])
  const listening = {
    on: (name: string, listener: Listener) => {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set.add(listener))
      return () => set.delete(listener)
    },
    close: () => {
      detach()
      listeners.clear()
    },
  }
  return {
    // Built from the schema's own names, so it has what Client<S> asks for.
    client: { ...Object.fromEntries(calls), ...listening } as unknown as Client<S>,
    attach(port) {
      detach()
      const next = connect(schema, port) as unknown as LooseClient
      for (const name of names('notice'))
        next.on(name, (value) => listeners.get(name)?.forEach((listener) => listener(value)))
      current = next
    },
    detach,
  }
}

function absent(): PowerswarmError {
  return new PowerswarmError('peer-gone', 'The engine is not running')
}
