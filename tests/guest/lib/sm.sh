# SPDX-License-Identifier: GPL-2.0
#
# What the suites of vc_sm share. Source after tap.sh.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

driver=/sys/bus/vchiq/drivers/vc_sm
debug=/sys/kernel/debug/vc_sm

sm_records() {
	tail -qn +2 /sys/kernel/debug/vc_sm*/imports | wc -l
}

sm_no_records() {
	[ "$(sm_records)" = 0 ] && [ "$(tail -qn +2 /sys/kernel/debug/vc_sm*/buffers | wc -l)" = 0 ]
}

sm_no_blocks() {
	[ "$(vcctl --json smem list | jq .nr_blocks)" = 0 ]
}

sm_counter() {
	awk -v name="$1" '$1 == name { print $2 }' "$debug/stats"
}

# Name of the first VideoCore's device.
sm_device() {
	basename "$(compgen -G "$driver/*:vc-sm" | sort | head -n 1)"
}

# sm_setup [PARAMETER...]: parameters want modules.sh, for udev was quicker.
sm_setup() {
	udevadm settle --timeout=30
	[ $# = 0 ] || unload vc_sm
	modprobe vc_sm "$@"
	wait_for 10 test -c /dev/vc_sm || bail_out 'no /dev/vc_sm'
}

# How long the driver waits for the firmware, in ms; nothing: as usual.
sm_timeout() {
	echo "${1:-5000}" >/sys/module/vc_sm/parameters/timeout_ms
}

# Seconds that a case may take.
sm_limit=60

# sm_check PROGRAM CASE [ARGUMENT...]: the case passes, nothing is left of it.
sm_check() {
	local what="$2${3:+ $3}"

	ok "$what" timeout $sm_limit "$@"
	ok "$what: nothing is left" wait_for 15 sm_no_records ||
		diag "$(cat /sys/kernel/debug/vc_sm*/{imports,buffers})"
}

# What has a fault in the firmware: that goes away, whatever the case makes of it.
# sm_check_fault SPEC PROGRAM CASE [ARGUMENT...]
sm_check_fault() {
	local spec=$1

	shift
	vcctl smem fault "$spec" >/dev/null || bail_out "vcctl smem fault $spec"
	ok "$3${4:+ $4} with $spec" timeout $((sm_limit + 30)) "$@"
	vcctl smem fault off >/dev/null
	ok "$3 with $spec: nothing is left" wait_for 20 sm_no_records ||
		diag "$(cat $debug/imports)"
}

vivid_device() {
	local name

	for name in /sys/class/video4linux/video*; do
		! grep -q vivid "$name/name" || { echo "/dev/${name##*/}"; return; }
	done
}
