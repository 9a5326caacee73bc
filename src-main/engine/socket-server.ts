import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { createServer, connect as connectSocket, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect, serve, type Client, type Handlers, type Server as RpcServer } from '../contracts/rpc.ts'
import { PowerswarmError } from '../domain/errors.ts'
import { makePrivateDir } from './data-folder.ts'
import { socketPort } from './socket-port.ts'

/** A socket address holds 108 bytes on Linux and 104 on macOS, its last one zero. */
const SOCKET_PATH_BYTES_MAX = 100
const GOODBYE_MS = 1_000

/**
 * Where the engine of this folder listens: in the folder itself, in a private folder under the temporary one when that
 * path is too long for a socket, by a named pipe on Windows. Same folder, same path.
 */
export function socketPathFor(engineDir: string, platform: NodeJS.Platform = process.platform): string {
  const name = createHash('sha256').update(engineDir).digest('hex').slice(0, 24)
  if (platform === 'win32') return `\\\\.\\pipe\\powerswarm-${name}`
  const path = join(engineDir, 'engine.sock')
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return path
  return join(tmpdir(), `powerswarm-${String(process.getuid?.() ?? 0)}`, name)
}

/** A schema served to any number of local clients. */
export interface SocketServer<S> {
  readonly path: string
  /** How many are connected. */
  readonly clients: number
  /** Tells every client. */
  notify: RpcServer<S>['notify']
  /** Ends every connection and removes the socket. */
  close(): Promise<void>
}

/**
 * Listens at this path, mode 0600. Only the holder of the engine's lock may call it: a socket that is found there is
 * left over from a process that was killed. Throws `internal` when the system refuses the address.
 */
export async function serveOnSocket<S extends object>(
  schema: S,
  path: string,
  handlers: Handlers<S>,
): Promise<SocketServer<S>> {
  const clients = new Map<Socket, RpcServer<S>>()
  const server = createServer((socket) => {
    clients.set(socket, serve(schema, socketPort(socket), handlers))
    socket.on('close', () => clients.delete(socket))
  })
  await listen(server, path)
  return {
    path,
    get clients() {
      return clients.size
    },
    notify: (name, value) => {
      for (const client of clients.values()) client.notify(name, value)
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const [socket, client] of clients) {
          client.close()
          // What is posted but not written yet, an answer to `shutdown` for instance, still goes out.
          socket.end(() => socket.destroy())
          // A client that does not read must not keep the engine.
          setTimeout(() => socket.destroy(), GOODBYE_MS).unref()
        }
      }),
  }
}

/** A client and the connection below it. */
export interface SocketClient<S> {
  readonly client: Client<S>
  readonly onClose: (listener: () => void) => () => void
  readonly close: () => void
}

/** Connects to an engine. Throws `peer-gone` when nobody listens there. */
export async function connectToSocket<S extends object>(schema: S, path: string): Promise<SocketClient<S>> {
  const socket = connectSocket(path)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) => {
      reject(new PowerswarmError('peer-gone', `No engine answers at ${path}`, { cause }))
    })
  })
  const port = socketPort(socket)
  const client = connect(schema, port)
  return {
    client,
    onClose: (listener) => port.onClose(listener),
    close: () => {
      client.close()
      port.close()
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  if (process.platform !== 'win32') {
    makePrivateDir(dirname(path))
    refuseForeignDir(dirname(path))
    rmSync(path, { force: true })
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new PowerswarmError('internal', `Cannot listen at ${path}: ${cause.message}`, { cause }))
    })
    server.listen(path, resolve)
  })
  if (process.platform !== 'win32') chmodSync(path, 0o600)
}

/** The temporary folder belongs to everybody: somebody else may have made ours first. */
function refuseForeignDir(dir: string): void {
  const found = lstatSync(dir)
  const ours = process.getuid === undefined || found.uid === process.getuid()
  if (!found.isDirectory() || !ours)
    throw new PowerswarmError('file-unreadable', `${dir} belongs to another user`)
}
