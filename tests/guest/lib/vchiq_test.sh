# SPDX-License-Identifier: GPL-2.0
#
# What the suites about vchiq_test share. Source after tap.sh.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

# Each step of a functional test becomes a result of this suite.
# functional NAME PROGRAM
functional() {
	local verdict rest

	"$2" -f >/run/functional 2>/run/functional.err
	is $? 0 "$1: the functional test ends well"
	diag "$(cat /run/functional.err)"
	while IFS= read -r rest; do
		verdict=${rest%% *}
		case $verdict in
		pass)
			pass "$1: $(sed 's/^pass *//; s/   .*//' <<<"$rest")"
			;;
		FAIL)
			fail "$1: $(sed 's/^FAIL *//; s/   .*//' <<<"$rest")" "$rest"
			;;
		esac
	done </run/functional
	is "$(sed -n '$s/ of .*//p' /run/functional)" 27 "$1: it had all its steps"
}

# A table is shown and has that many lines.
# rows NAME LINES COMMAND...
rows() {
	local name=$1 lines=$2 out status

	shift 2
	out=$("$@" 2>&1)
	status=$?
	diag "$out"
	[ "$status" = 0 ] && [ "$(wc -l <<<"$out")" = $((lines + 1)) ]
	result $? "$name" || diag "$* -> $status, $lines lines were to come"
}

# figures NAME PROGRAM: all but the functional test. No time is judged.
figures() {
	rows "$1: round trips" 64 "$2" -p 50
	rows "$1: blocks and back" 1 "$2" -b 64 50
	rows "$1: blocks one way, unaligned" 1 "$2" -e -A 1 31 -b 256 20
	rows "$1: blocks and back, unaligned" 1 "$2" -a 3 5 -b 1 50
	rows "$1: short messages" 2 "$2" -c 4 2000
	rows "$1: the longest messages" 2 "$2" -c 4088 500
	rows "$1: messages with a quota" 2 "$2" -m 100 -M 100 -c 100 500
}

is_waiting() {
	grep -q 'waits for what will not come' /run/signal
}

has_handled() {
	grep -q 'signal handled' /run/signal
}

gone() {
	! kill -0 "$1"
}

# A fatal signal ends a wait for a bulk that never comes; the service goes.
# fatal_signal NAME PROGRAM SIGNAL
fatal_signal() {
	local pid status

	"$2" -i 2>/run/signal &
	pid=$!
	wait_for 20 is_waiting
	kill -"$3" $pid
	wait_for 20 gone $pid
	ok "$1: $3 ends it" gone $pid || kill -KILL $pid
	wait $pid
	status=$?
	is $((status > 128)) 1 "$1: by the signal"
}
