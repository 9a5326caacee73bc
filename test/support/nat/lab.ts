import { execFileSync } from 'node:child_process'

/**
 * An internet of three namespaces in a row on each side, made with ip and iptables:
 *
 *   host a ── nat a ──┐                      ┌── nat b ── host b
 *  192.168.1.10   55.0.0.101 ── internet ── 55.0.0.102   192.168.2.10
 *                              55.0.0.1 … .6
 *
 * Nothing in it reaches the real internet.
 */
export interface NatLab {
  /** `cone`: one port outside for each inside, whoever is spoken to. `random`: another port for each destination. */
  setNat(side: Side, kind: NatKind): void
  /** Cuts a side off, or joins it again; its own addresses stay. */
  setLink(side: Side, up: boolean): void
  /** Gives a side another address on the internet, as a provider does at night. */
  moveNat(side: Side): void
  /** What to put before a command so that it runs there. */
  inside(place: Place): readonly string[]
  close(): void
}

export type Side = 'a' | 'b'
export type NatKind = 'cone' | 'random'
export type Place = 'internet' | Side

const NET = 'pslab-net'
const nat = (side: Side): string => `pslab-nat-${side}`
const host = (side: Side): string => `pslab-host-${side}`
const outer = { a: 101, b: 102 } as const
const inner = { a: 1, b: 2 } as const

export const INTERNET_HOSTS = [1, 2, 3, 4, 5, 6].map((last) => `55.0.0.${String(last)}`)

/** Why there can be no lab here; undefined when there can. */
export function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  try {
    execFileSync('sh', ['-c', 'command -v ip && command -v iptables && command -v conntrack'], {
      stdio: 'ignore',
    })
  } catch {
    return 'iproute2, iptables and conntrack are not installed (apt-get install iproute2 iptables conntrack)'
  }
  try {
    execFileSync('ip', ['netns', 'add', 'pslab-try'], { stdio: 'ignore' })
    execFileSync('ip', ['netns', 'del', 'pslab-try'], { stdio: 'ignore' })
  } catch {
    return 'this machine does not let us make network namespaces'
  }
  return undefined
}

export function openNatLab(): NatLab {
  removeAll()
  run(`ip netns add ${NET}`)
  run(`ip -n ${NET} link set lo up`)
  run(`ip -n ${NET} link add br0 type bridge`)
  run(`ip -n ${NET} link set br0 up`)
  for (const address of INTERNET_HOSTS) run(`ip -n ${NET} addr add ${address}/24 dev br0`)
  for (const side of ['a', 'b'] as const) addSide(side)
  const moves = { a: 0, b: 0 }
  const address = (side: Side): string => `55.0.0.${String(outer[side] + 10 * moves[side])}/24`
  return {
    setNat(side, kind) {
      const random = kind === 'random' ? ' --random-fully' : ''
      run(`ip netns exec ${nat(side)} iptables -t nat -F`)
      run(`ip netns exec ${nat(side)} iptables -t nat -A POSTROUTING -o wan -j MASQUERADE${random}`)
      forgetConnections(side)
    },
    setLink(side, up) {
      run(`ip -n ${nat(side)} link set wan ${up ? 'up' : 'down'}`)
    },
    moveNat(side) {
      run(`ip -n ${nat(side)} addr del ${address(side)} dev wan`)
      moves[side] = 1 - moves[side]
      run(`ip -n ${nat(side)} addr add ${address(side)} dev wan`)
      forgetConnections(side)
    },
    inside: (place) => ['ip', 'netns', 'exec', place === 'internet' ? NET : host(place)],
    close: removeAll,
  }
}

function addSide(side: Side): void {
  const lan = `192.168.${String(inner[side])}`
  for (const name of [nat(side), host(side)]) {
    run(`ip netns add ${name}`)
    run(`ip -n ${name} link set lo up`)
  }
  run(`ip -n ${nat(side)} link add wan type veth peer name to-${side} netns ${NET}`)
  run(`ip -n ${NET} link set to-${side} master br0 up`)
  run(`ip -n ${nat(side)} addr add 55.0.0.${String(outer[side])}/24 dev wan`)
  run(`ip -n ${nat(side)} link set wan up`)
  run(`ip -n ${nat(side)} link add lan type veth peer name eth0 netns ${host(side)}`)
  run(`ip -n ${nat(side)} addr add ${lan}.1/24 dev lan`)
  run(`ip -n ${nat(side)} link set lan up`)
  run(`ip -n ${host(side)} addr add ${lan}.10/24 dev eth0`)
  run(`ip -n ${host(side)} link set eth0 up`)
  run(`ip -n ${host(side)} route add default via ${lan}.1`)
  const gate = `ip netns exec ${nat(side)}`
  run(`${gate} sysctl -qw net.ipv4.ip_forward=1`)
  run(`${gate} iptables -P FORWARD DROP`)
  // As routers do; else a packet that comes too early takes the port that the answer to it would need.
  run(`${gate} iptables -A INPUT -i wan -j DROP`)
  run(`${gate} iptables -A FORWARD -i lan -o wan -j ACCEPT`)
  run(`${gate} iptables -A FORWARD -i wan -o lan -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`)
}

function forgetConnections(side: Side): void {
  run(`ip netns exec ${nat(side)} conntrack -F`)
}

function removeAll(): void {
  const present = new Set(
    execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split(' ')[0]),
  )
  for (const name of [NET, nat('a'), nat('b'), host('a'), host('b')])
    if (present.has(name)) run(`ip netns del ${name}`)
}

function run(command: string): void {
  const [file = '', ...args] = command.split(' ')
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
