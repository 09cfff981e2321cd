#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=240 --append=modprobe.blacklist=vc4
#
# The front door: the platform devices appear with their registers, interrupts
# and DMA, and go and come with the module. On 6.12 that is done without vc4,
# which does not survive being unbound there, from whatever device.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh

pci=$(dirname "$(grep -lx 0x2835 /sys/bus/pci/devices/*/device)")
node=/proc/device-tree/videocore

bound() {
	local link

	for link in "$pci"/*."$1"/driver; do
		[ -L "$link" ] && return
	done
	return 1
}

everything_bound() {
	bound mailbox && [ -L "$pci/videocore:firmware/driver" ] && bound i2c
}

platform_devices() {
	find "$pci"/*/ -maxdepth 1 -name of_node | wc -l
}

lines_in_use() {
	grep -c ' VideoCore ' /proc/interrupts
}

reload_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		unload vc_pci || return
		[ ! -e $node/ranges ] && [ "$(lines_in_use)" = 0 ] || return
		modprobe vc_pci && wait_for 10 everything_bound || return
	done
}

# Unbinding the function while the camera's and everybody's drivers are bound.
unbind_ten_times() {
	local i

	for i in 1 2 3 4 5 6 7 8 9 10; do
		udevadm settle
		echo "${pci##*/}" >/sys/bus/pci/drivers/vc_pci/unbind || return
		[ "$(platform_devices)" = 0 ] || return
		echo "${pci##*/}" >/sys/bus/pci/drivers/vc_pci/bind || return
		wait_for 10 everything_bound || return
	done
}

[ "$VC_KERNEL" = 6.12 ] || modprobe -q vc4
udevadm settle
ok 'the module is loaded by its alias' loaded vc_pci
ok 'mailbox, firmware and I2C are bound' wait_for 10 everything_bound
like "$(cat /proc/iomem)" '10[0-9a-f]+-.*mailbox' 'registers are in the window of the function'
ranges=$(od -An -tx4 --endian=big $node/ranges | tr -d '\n')
like "$ranges" '^ 7e000000 [0-9a-f]{8} [0-9a-f]{8} 01000000$' 'the node has its ranges'
like "$(cat /proc/interrupts)" 'VideoCore +0 .*mailbox' 'interrupts have the numbers of the lines'
devices=$(platform_devices)

dmesg_mark
ok 'unload and load ten times' reload_ten_times
ok 'unbind and bind ten times' unbind_ten_times
udevadm settle
is "$(platform_devices)" "$devices" 'all devices are back'
is "$(od -An -tx4 --endian=big $node/ranges | tr -d '\n')" "$ranges" 'the ranges too'
is "$(find $node -name ranges | wc -l)" 1 'once'
# The firmware's clocks are marked critical, and the clock core mourns them.
is "$(dmesg_problems | grep -v 'clk_unregister: unregistering prepared clock: fw-clk')" '' \
	'no warning in the kernel log'
done_testing
