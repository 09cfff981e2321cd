#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=420 --append=modprobe.blacklist=vc4
#
# /dev/vchiq: every ioctl with right and wrong input, from a 64-bit and a 32-bit
# program, and that nothing is left of either.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/cdev.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq
armhf=/vc/build/guest-armhf/tools/vchiq-cdev-check

counter() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/vchiq-"$device"/counters
}

clients() {
	cat "/sys/kernel/debug/vchiq-$device/clients"
}

no_clients() {
	[ -z "$(clients)" ]
}

# Services of the test's; the drivers have theirs.
services() {
	grep -cE '"(echo|func|fun2|call|mine)"' "/sys/kernel/debug/vchiq-$device/state"
}

no_services() {
	[ "$(services)" = 0 ]
}

# Pages that are pinned for somebody.
pinned() {
	awk '/^nr_foll_pin_acquired/ { a = $2 } /^nr_foll_pin_released/ { r = $2 }
		END { print a - r }' /proc/vmstat
}

nothing_pinned() {
	[ "$(pinned)" = 0 ]
}

nothing_left() {
	ok "$1: no client is left" wait_for 10 no_clients || diag "$(clients)"
	ok "$1: no service is left" wait_for 10 no_services
	ok "$1: no page is pinned" wait_for 10 nothing_pinned || diag "$(pinned) pages"
	is "$(counter bulks_parked)" 0 "$1: no bulk is left with the firmware"
	is "$(counter violations)" 0 "$1: no violation of the protocol"
}

# Does anything that is shown look like an address of the kernel?
shows_address() {
	cat /sys/kernel/debug/vchiq-"$device"/{clients,state} /run/cdev-check | grep -iE '(0x)?ffff[0-9a-f]{12}'
}

udevadm settle
modprobe vc_sm
modprobe -q udmabuf
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
device=$(basename $driver/*.mailbox)
dmesg_mark
is "$(stat -c '%a %G' /dev/vchiq)" '660 video' 'the node is for the group video'
ok 'it is of its own class' test -d /sys/class/vchiq/vchiq
is "$(clients)" '' 'nobody has it open'

cdev_check '' vchiq-cdev-check
nothing_left 'after the 64-bit program'
if [ -x $armhf ]; then
	cdev_check '32-bit: ' $armhf
	nothing_left 'after the 32-bit program'
else
	skip 'the same from a 32-bit program' 'there is none'
fi

exec 9<>/dev/vchiq
like "$(clients)" 'pid [0-9]+ "vchiq-cdev.t"' 'an open file is shown with its program'
not_ok 'the module stays while a file is open' unload vchiq
exec 9>&-
ok 'it goes when the file is closed' unload vchiq
modprobe vchiq
ok 'and comes back' wait_for 10 test -c /dev/vchiq
ok 'the device works' vchiq-cdev-check --only=DEQUEUE_MESSAGE
not_ok 'no address of the kernel is shown' shows_address
is "$(dmesg_problems | grep -v 'hrtimer: interrupt took')" '' 'the kernel has no complaint'
done_testing
