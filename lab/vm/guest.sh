#!/bin/bash
# Makes of the virtual machine what systemd makes of one: cgroup v2 only, with every controller. Then runs the command, and switches off.
here=${0%/*}
. "$here/environment"
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /dev/pts /dev/shm /dev/mqueue
mount -t devpts -o ptmxmode=666 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t mqueue mqueue /dev/mqueue
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control; done
mkdir -p /lib/modules
ln -sfn "$MODULES" /lib/modules/
# The kernel asks for its modules by this program.
echo "$here/modprobe" > /proc/sys/kernel/modprobe
for module in unix_diag tcp_diag udp_diag raw_diag netlink_diag af_packet_diag tun veth bridge; do
	"$here/modprobe" -q "$module"
done
"$BUSYBOX" ip link set lo up
# What it prints is no terminal's.
sh "$here/command" < /dev/null 2>&1 | cat > /dev/ttyS0
echo "the virtual machine ended with ${PIPESTATUS[0]}" > /dev/ttyS0
echo o > /proc/sysrq-trigger
sleep 60
