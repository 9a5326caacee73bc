import type { Port } from './rpc.ts'

/** Two ports joined in memory; messages arrive in order, one microtask later. Closing either end closes both. */
export function portPair(): { readonly a: Port; readonly b: Port; close(): void } {
  const a = end()
  const b = end()
  const close = (): void => {
    a.shut()
    b.shut()
  }
  a.send = b.deliver
  b.send = a.deliver
  return { a: a.port, b: b.port, close }
}

interface End {
  readonly port: Port
  send: (message: unknown) => void
  readonly deliver: (message: unknown) => void
  readonly shut: () => void
}

function end(): End {
  const listeners = new Set<(message: unknown) => void>()
  const closers = new Set<() => void>()
  let closed = false
  const self: End = {
    send: () => undefined,
    port: {
      post: (message) => {
        if (!closed) self.send(message)
      },
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      onClose: (listener) => {
        if (closed) listener()
        else closers.add(listener)
        return () => closers.delete(listener)
      },
    },
    deliver: (message) => {
      queueMicrotask(() => {
        if (!closed) for (const listener of listeners) listener(message)
      })
    },
    shut: () => {
      if (closed) return
      closed = true
      for (const closer of closers) closer()
    },
  }
  return self
}

/** Carries several schemas over one port: each side wraps what it sends with the channel's name. */
export function channel(port: Port, name: string): Port {
  return {
    post: (message) => {
      port.post({ channel: name, message })
    },
    subscribe: (listener) =>
      port.subscribe((envelope) => {
        if (typeof envelope !== 'object' || envelope === null) return
        if (!('channel' in envelope) || envelope.channel !== name || !('message' in envelope)) return
        listener(envelope.message)
      }),
    onClose: (listener) => port.onClose(listener),
  }
}
