#!/bin/busybox sh
# The first process of the virtual machine: its root is that of this machine, read only, below what it writes itself.
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in /modules/*; do $b insmod "$module" || exit 1; done
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro machine /machine || exit 1
$b mount -t tmpfs -o size=60% written /written
$b mkdir /written/upper /written/work
$b mount -t overlay -o lowerdir=/machine,upperdir=/written/upper,workdir=/written/work overlay /root || exit 1
for mount in proc sys dev; do $b mount --move /$mount /root/$mount; done
exec $b switch_root /root "$($b sed -n 's/.*guest=\([^ ]*\).*/\1/p' /root/proc/cmdline)"
