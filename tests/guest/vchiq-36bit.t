#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=120 --chip=bcm2711 --append=modprobe.blacklist=vc4,bcm2835_camera,vc_sm,vc_mmal
# check: 7.3
#
# The transport of a BCM2711: page lists of 36-bit addresses, and the data of bulks
# mapped for the DMA controller that reaches them.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh

driver=/sys/bus/platform/drivers/vc-media-vchiq

selftests_pass() {
	cat /sys/kernel/debug/vchiq-selftest-*/results >/run/selftest &&
		! grep -A1 '^not ok' /run/selftest && grep -q '^ok' /run/selftest
}

udevadm settle
device=$(basename $driver/*.mailbox)
like "$(tr '\0' ' ' <"$driver/$device/of_node/compatible")" 'bcm2711-vchiq' 'the chip is a BCM2711'
dmesg_mark
modprobe vchiq_selftest || bail_out 'no vchiq_selftest'
ok 'all bulks arrive where they should, with all else' selftests_pass
at_least "$(grep -c '^ok.*bulk' /run/selftest)" 8 'bulks of all kinds'
is "$(grep '^violations' "/sys/kernel/debug/vchiq-$device/counters")" 'violations 0' \
	'no violation of the protocol'
is "$(dmesg_problems)" '' 'no warning in the kernel log'
done_testing
