#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --videocores=2 --videocored-may-die --timeout=200 --append=modprobe.blacklist=vc4,bcm2835_camera,bcm2835_codec,vc_sm,vc_mmal
# check: 7.3
#
# Two VideoCores in one guest. Whatever happens to the second is nothing to the
# first: its firmware dies and comes back, then videocored is killed outright.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq

# The device of VideoCore $1.
device_of() {
	local dev

	for dev in "$driver"/*.mailbox; do
		[ "$(od -An -tu1 -j3 "$dev/of_node/../vc-media,instance")" -eq "$1" ] && basename "$dev"
	done
}

traffic() {
	echo "$2" >"/sys/kernel/debug/vchiq-selftest-$1/traffic"
}

udevadm settle
first=$(device_of 0)
second=$(device_of 1)
[ -n "$first" ] && [ -n "$second" ] || bail_out 'there are not two'
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
dmesg_mark
ok 'messages and bulks with the first' traffic "$first" 500
ok 'and with the second' traffic "$second" 500
like "$(vcctl status firmware)" 'state +connected' 'the first videocored is connected'
like "$(vcctl --instance=1 status firmware)" 'state +connected' 'the second one, too'

ok 'each has its file' test -c /dev/vchiq1
ok 'that of the first works' vcgencmd version
ok 'and that of the second' vcgencmd --device=/dev/vchiq1 version

traffic "$first" 8000 &
pid=$!
ok 'the firmware of the second is started anew' vcctl --instance=1 firmware restart 100
not_ok 'which it notices' traffic "$second" 20000
wait $pid
is $? 0 'the first does not'

traffic "$first" 8000 &
pid=$!
# No answer: the one who would give it is gone.
(echo '{"cmd":"crash"}' >/dev/virtio-ports/org.vc-media.control1) &
wait $pid
is $? 0 'the first goes on when the second is killed'
not_ok 'the second is gone' traffic "$second" 20000
ok 'the first still serves' traffic "$first" 500
like "$(vcctl status firmware)" 'state +connected' 'and is connected'
ok 'everything can be unloaded' unload vchiq vc_pci
unlike "$(dmesg_problems)" 'BUG|WARNING|Oops|blocked for more|Call trace' 'no crash, no hung task'
done_testing
