/** The networks of containers that read a config.json: namespaces that the case makes, each with an interface at a bridge. */

/** The folder of ip-netns(8). */
export const NETWORKS = '/run/netns';

/** The interface in each of them; podman gives its own this name too. */
export const INTERFACE = 'eth0';

/** Shell command that succeeds where such networks can be made. */
export const TRY_NETWORK =
  'ip link add b0 type bridge && ip link add v0 type veth peer name v1 && ip link del v0 && ip link del b0';

/** Shell script that makes a network for each of these containers. */
export function makeNetworks(names: readonly string[]): string {
  const lines = names.map(
    (name, i) => `ip netns add ${name}
ip link add v-${name} type veth peer name ${INTERFACE} netns ${name}
ip link set v-${name} master bridge up
ip -n ${name} addr add 10.77.0.${i + 2}/24 dev ${INTERFACE}
ip -n ${name} link set ${INTERFACE} up`,
  );
  return ['ip link add bridge type bridge', 'ip link set bridge up', ...lines].join('\n');
}
