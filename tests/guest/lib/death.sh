# SPDX-License-Identifier: GPL-2.0
#
# What the suites share in which the firmware dies. Source after tap.sh and tasks.sh,
# and after modules.sh for all_is_given_up.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

# No answer to this: the one who would give it is gone.
kill_firmware() {
	(echo '{"cmd":"quit"}' >/dev/virtio-ports/org.vc-media.control) &
}

no_devices() {
	! ls -d /sys/bus/vchiq/devices/* >/dev/null 2>&1
}

# The VideoCore has gone: so have its functions, and what it had been given.
all_is_given_up() {
	local start

	ok 'its devices leave the bus' wait_for 20 no_devices
	start=$SECONDS
	ok 'everything can be unloaded' unload vchiq
	at_least 60 $((SECONDS - start)) 'within a minute'
	no_task_is_stuck 'no task is stuck'
	unlike "$(dmesg_problems)" 'WARNING|BUG|Oops|blocked for more|Call trace' 'and nothing broke'
}
