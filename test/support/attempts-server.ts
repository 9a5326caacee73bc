import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on this machine that notes who reached it, be it by a request, a web socket, a bare connection or UDP. */
export interface AttemptsServer {
  /** `http://127.0.0.1:PORT`; an attempt asks for `/NAME`. */
  readonly origin: string
  readonly port: number
  /** Names of the attempts that arrived, `tcp` and `udp` for what is no request; sorted, each once. */
  arrived(): string[]
  forget(): void
  close(): Promise<void>
}

/** Answers that every policy of the asking page would accept: what keeps a page from coming here is not the answer. */
const WELCOME = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-type': 'text/javascript',
}

export async function attemptsServer(): Promise<AttemptsServer> {
  const seen = new Set<string>()
  const note = (url: string | undefined): void => void seen.add((url ?? '').split(/[/?]/)[1] ?? '')
  const http = createServer((request, response) => {
    note(request.url)
    response.writeHead(200, request.url === '/' ? { 'content-type': 'text/html' } : WELCOME).end('')
  })
  http.on('upgrade', (request, socket) => {
    note(request.url)
    socket.destroy()
  })
  // What does not speak HTTP, such as a relay for calls.
  http.on('clientError', (_error, socket) => {
    seen.add('tcp')
    socket.destroy()
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', () => void seen.add('udp'))
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    port,
    arrived: () => [...seen].sort(),
    forget: () => seen.clear(),
    close: async () => {
      udp.close()
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}
