import type { DonorState } from '../../../src-main/contracts/donor-state.ts'
import type { PublisherStatus } from '../../../src-main/contracts/publisher-state.ts'
import type { Running } from '../command-line.ts'
import type { CommandSwarm } from '../command-swarm.ts'

/** A publisher or donor that is killed, frozen and started again, and what it said of itself last. */
export class Player {
  readonly name: string
  /** Something is being done to it: nothing else may be. */
  busy = false
  /** Forgotten when the process ends. */
  private said: unknown
  private running: Running | undefined
  private readonly swarm: CommandSwarm

  constructor(swarm: CommandSwarm, name: string) {
    this.swarm = swarm
    this.name = name
  }

  get isPublisher(): boolean {
    return this.name === 'publisher'
  }
  get donorState(): DonorState | undefined {
    return this.said as DonorState | undefined
  }
  get publisherStatus(): PublisherStatus | undefined {
    return this.said as PublisherStatus | undefined
  }

  async start(): Promise<void> {
    const running = await (this.isPublisher ? this.swarm.serve() : this.swarm.donate(this.name))
    this.running = running
    const listening = running.line((line) => {
      if (this.running === running) this.said = line
      return false
    })
    // It ends with the process, which is what is meant to happen here.
    listening.catch(() => undefined)
  }

  /** Ends the process by this signal; resolves when it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.running = undefined
    this.said = undefined
    await this.swarm.kill(this.name, signal)
  }

  /** Sends a signal that the process survives. */
  signal(signal: NodeJS.Signals): void {
    this.running?.child.kill(signal)
  }
}

/** Nothing is left for this donor to compute, to send or to be granted. */
export function isIdle({ slots, credit, projects }: DonorState): boolean {
  const [project] = projects
  const connected = project?.connection === 'connected' && project.leased === 0
  return connected && slots.length === 0 && credit.unitsPending === 0
}
