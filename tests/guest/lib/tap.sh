# SPDX-License-Identifier: GPL-2.0
#
# What a suite in shell needs to print TAP. A suite is a bash script:
#
#	#!/bin/bash
#	# vm: --timeout=60			options of testbed/vm, if any
#	# kernels: 6.12				when it is not for all of them
#	. /vc/tests/guest/lib/tap.sh
#	ok 'there is a card' test -e /dev/dri/card0
#	is "$(nproc)" 2 'two processors'
#	done_testing
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

tap_n=0
tap_failed=0

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# result STATUS NAME: one line of TAP.
result() {
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$tap_n" "$2"
	else
		tap_failed=$((tap_failed + 1))
		printf 'not ok %d - %s\n' "$tap_n" "$2"
	fi
	return "$1"
}

pass() {
	result 0 "$1"
}

# fail NAME [WHY...]
fail() {
	result 1 "$1"
	shift
	[ $# = 0 ] || diag "$*"
	return 1
}

# ok NAME CMD...: the command succeeds; what it printed is shown if not.
ok() {
	local name=$1 out status

	shift
	out=$("$@" 2>&1)
	status=$?
	result "$status" "$name" || diag "$* -> $status${out:+$'\n'$out}"
	return "$status"
}

# not_ok NAME CMD...: the command fails, but is not killed by a signal.
not_ok() {
	local name=$1 out status

	shift
	out=$("$@" 2>&1)
	status=$?
	if [ "$status" -gt 0 ] && [ "$status" -lt 124 ]; then
		pass "$name"
	else
		fail "$name" "$* -> $status${out:+$'\n'$out}"
	fi
}

# is GOT EXPECTED NAME
is() {
	[ "$1" = "$2" ] && pass "$3" || fail "$3" "got: $1"$'\n'"expected: $2"
}

# like GOT REGEX NAME
like() {
	[[ $1 =~ $2 ]] && pass "$3" || fail "$3" "got: $1"$'\n'"expected a match of: $2"
}

# unlike GOT REGEX NAME
unlike() {
	[[ $1 =~ $2 ]] && fail "$3" "got: $1"$'\n'"expected no match of: $2" || pass "$3"
}

# at_least GOT LIMIT NAME: whole numbers.
at_least() {
	[ "$1" -ge "$2" ] 2>/dev/null && pass "$3" || fail "$3" "got: $1"$'\n'"expected at least: $2"
}

skip() {
	tap_n=$((tap_n + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_n" "$1" "${2:-}"
}

skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 0
}

bail_out() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

# A kernel that watches (testbed/kernel) has a word at the end of each suite.
# What nobody points to is reported once it is five seconds old and a second scan
# has found it unchanged.
sanitizers_agree() {
	local leaks=/sys/kernel/debug/kmemleak

	[ -f $leaks ] || return 0
	sleep 6
	echo scan >$leaks
	echo scan >$leaks
	is "$(cat $leaks)" '' 'no memory is leaked'
	is "$(dmesg | grep -E 'KASAN:|UBSAN:|BUG:|ODEBUG|INFO: (task|trying)|WARNING: ')" '' \
		'the sanitizers have no complaint'
}

done_testing() {
	sanitizers_agree
	printf '1..%d\n' "$tap_n"
	[ "$tap_failed" = 0 ]
	exit
}

# wait_for SECONDS CMD...: until the command succeeds; no longer than that.
wait_for() {
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.1
	done
}

# Kernel messages of level warning and worse since the start or the last
# dmesg_mark, less what is no fault of anybody's.
dmesg_mark() {
	printf 'vc-test-mark %s\n' "$RANDOM$RANDOM" | tee /dev/kmsg >/run/dmesg-mark
}

dmesg_since_mark() {
	if [ -s /run/dmesg-mark ]; then
		dmesg -r | sed "1,/$(cat /run/dmesg-mark)/d"
	else
		dmesg -r
	fi
}

dmesg_problems() {
	dmesg_since_mark | sed -n 's/^<[0-4]>//p' |
		grep -v -e 'KASLR disabled due to lack of seed' \
			-e 'loading out-of-tree module taints kernel' \
			-e 'module verification failed' \
			-e 'module is from the staging directory' \
			-e 'hrtimer: interrupt took' \
			-e 'sched: DL replenish lagged too much' \
			-e "vc4_hdmi .* 'interrupts' DT property is missing, no CEC" \
			-e "vc4_hdmi .* 'dmas' DT property is missing or empty, no HDMI audio"
}
