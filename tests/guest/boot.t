#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The guest itself: it boots fast, has its devices, finds the modules it was
# promised, and can talk to videocored.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh

like "$(uname -r)" "^${VC_KERNEL//./\\.}\\..*-arm64\$" 'the kernel asked for runs'
is $(($(cat /proc/sys/kernel/tainted) & 0x280)) 0 'no oops, no warning so far'
is "$(nproc)" 2 'two processors'

cma=$(awk '/^CmaTotal/ { print $2 }' /proc/meminfo)
is "$cma" $((256 * 1024)) 'CMA of 256 MiB for the display'
heap=$(od -An -tx4 --endian=big /proc/device-tree/reserved-memory/vc-heap/reg | tr -s ' \n' ' ')
is "$heap" ' 00000000 7b000000 00000000 04000000 ' 'the heap of the VideoCore is the top 64 MiB'
not_ok 'the heap is not memory of the kernel' grep -qi '7[b-e]......-.*System RAM' /proc/iomem

ok 'udev is settled' udevadm settle --timeout=0
ok 'the checkout is there' test -f /vc/testbed/guest/init
not_ok 'the checkout cannot be written' touch /vc/testbed/written
ok 'the build directory can be written' touch /vc/build/.written
rm -f /vc/build/.written

bus=/proc/device-tree/videocore
is "$(tr '\0' ' ' <$bus/compatible)" 'vc-media,virtual-videocore ' 'the bus of the VideoCore is described'
ok 'its registers are on PCI' grep -qx 0x2835 /sys/bus/pci/devices/*/device
ok 'the control port is there' test -c /dev/virtio-ports/org.vc-media.control

if [ "$VC_MODULES" = ours ]; then
	like "$(modinfo -n vc_pci 2>&1)" '/updates/vc_pci.ko$' 'our modules are found'
	ok 'vc_pci is loaded by its alias' grep -q '^vc_pci ' /proc/modules
fi
ok 'a module of Debian loads with all it needs' modprobe vc4

read -r up _ </proc/uptime
diag "up after $up s"
done_testing
