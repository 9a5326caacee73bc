import { hexToBytes, type Hex32, type ProjectKey } from '../../../domain/ids.ts'

/**
 * The relays that the links of the joined projects name. The swarm asks for one before it knows with whom it will
 * speak, so any of them may carry a connection of any project; a project's relay goes with the project.
 */
export class Relays {
  readonly #byProject = new Map<ProjectKey, Uint8Array>()

  /** `relay` — 32-byte public key of the relay; takes the place of an earlier one of this project. */
  add(projectKey: ProjectKey, relay: Hex32): void {
    this.#byProject.set(projectKey, hexToBytes(relay))
  }

  remove(projectKey: ProjectKey): void {
    this.#byProject.delete(projectKey)
  }

  /** What the swarm picks one of at random; null when there is none. */
  choice(): readonly Uint8Array[] | null {
    return this.#byProject.size === 0 ? null : [...this.#byProject.values()]
  }
}
