# SPDX-License-Identifier: GPL-2.0
#
# Tasks that wait and cannot be interrupted. Each passes through that state for
# moments: stuck is who does not leave it.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

# Lines of number and name.
sleeping_deep() {
	ps -eo state=,pid=,comm= | awk '$1 == "D" { print $2, $3 }' | sort
}

# Those of the first look that have been seen at each look since.
still_sleeping_deep() {
	stuck=$(comm -12 <(printf '%s\n' "$stuck") <(sleeping_deep))
	[ -z "$stuck" ]
}

# no_task_is_stuck NAME
no_task_is_stuck() {
	local stuck pid comm

	stuck=$(sleeping_deep)
	wait_for 10 still_sleeping_deep && pass "$1" && return
	fail "$1" "$stuck"
	while read -r pid comm; do
		diag "$comm:"
		diag "$(cat "/proc/$pid/stack" 2>&1)"
	done <<<"$stuck"
}
