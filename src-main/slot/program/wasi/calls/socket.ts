import { ERRNO } from '../errno.ts'
import type { WasiCalls, WasiSystem } from '../system.ts'

/** A unit has no network: whatever is open is no socket. */
export function socketCalls({ table }: WasiSystem): WasiCalls {
  const noSocket = (fd: number): number => {
    table.get(fd)
    return ERRNO.notsock
  }
  return { sock_accept: noSocket, sock_recv: noSocket, sock_send: noSocket, sock_shutdown: noSocket }
}
