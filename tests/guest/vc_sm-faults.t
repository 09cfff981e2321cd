#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=400 --append=modprobe.blacklist=vc4
# check: 6.12
#
# vc_sm among exporters and a firmware that fail: each call returns, says why it
# failed, leaves nothing behind, and the next one works. Documentation/driver-api/
# vc_sm-defects.rst says which mistake each test is about.
#
# VC_TEST_SM_SECONDS (1) is for how long eight threads are at it each time, VC_TEST_SM_CYCLES
# (300) how often something is imported and freed. The long run has its time limit on the
# command line:
#	VC_TEST_SM_SECONDS=60 VC_TEST_SM_CYCLES=100000 testbed/vm tap --timeout=2400 ...
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/memory.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/sm.sh

seconds=${VC_TEST_SM_SECONDS:-1}
cycles=${VC_TEST_SM_CYCLES:-300}
# A cycle takes a few milliseconds.
sm_limit=$((60 + seconds + cycles / 50))
fault=vc_sm-fault-check
driver=/sys/bus/vchiq/drivers/vc_sm
debug=/sys/kernel/debug/vc_sm
failslab=/sys/kernel/debug/failslab

smem() {
	vcctl --json smem list | jq "$1"
}

# By another process: who waits for a lock that was left held is not to be killed.
rebind() {
	{ sm_device >$driver/unbind; echo "$1" >$driver/bind; } >/dev/null 2>&1 &
	wait_for 20 test ! -e /proc/$! && wait_for 10 test -c /dev/vc_sm
}

# Something that holds buffers until it is killed.
hold() {
	rm -f /run/hold
	vc_sm-check hold >/run/hold &
	holder=$!
	wait_for 10 grep -q holding /run/hold
}

let_go() {
	kill -9 $holder
	wait $holder 2>/dev/null
}

has_violations() {
	[ "$(sm_counter violations)" -ge "$1" ]
}

dmesg_mark
sm_setup first_id=65400
is "$(cat /sys/module/vc_sm/parameters/first_id)" 65400 'numbers begin shortly below 16 bits'
modprobe vc_sm_faulty
wait_for 10 test -c /dev/vc_sm_faulty || bail_out 'no /dev/vc_sm_faulty'
name=$(sm_device)

# ---- Exporters

for case in exporters reach one-record kept fence fence-signal; do
	sm_check $fault $case
done
ok 'no lock is left behind: the device can be unbound' rebind "$name"
sm_check $fault unbind "$name"
sm_timeout 300
sm_check $fault fence-bound
sm_timeout
case $VC_KERNEL in
*-sanitize) skip fence-file 'this kernel has no sync files' ;;
*) sm_check $fault fence-file ;;
esac

# ---- Numbers

sm_check vc_sm-check many 300
at_least "$(sm_counter imports)" 300 'numbers go on beyond 16 bits'
sm_check $fault storm "$seconds"
sm_check $fault killed 15
ok 'and the firmware has nothing left either' wait_for 10 sm_no_blocks ||
	diag "$(vcctl --json smem list)"
is "$(sm_counter violations)" 0 'nobody broke the protocol'

# ---- Replies

sm_check_fault reply=refuse $fault fails 5
sm_check_fault reply=refuse $fault heap-fails 12
sm_check_fault reply=delay,ms=300 $fault survives 3
late=$(sm_counter late_replies)
sm_check_fault reply=twice $fault survives 20
at_least $(($(sm_counter late_replies) - late)) 20 'second replies find nobody'
sm_check_fault reply=swap,ms=100 $fault storm "$seconds"
sm_check_fault reply=delay,ms=50,every=5 $fault storm "$seconds"
sm_check_fault reply=refuse,every=7 $fault storm "$seconds" may-fail
sm_timeout 500
sm_check_fault reply=lose $fault fails 110
sm_check_fault reply=delay,ms=1500 $fault fails 110
sm_check_fault reply=lose,every=50 $fault storm "$seconds" may-fail
ok 'what was lost is undone' wait_for 15 sm_no_blocks || diag "$(vcctl --json smem list)"
sm_timeout

# ---- Signals

cleans=$(smem .cleans)
sm_check_fault reply=delay,ms=1500 $fault interrupted
is $(($(smem .cleans) - cleans)) 3 'the firmware was told to undo what was interrupted'
ok 'and has nothing left' wait_for 10 sm_no_blocks || diag "$(vcctl --json smem list)"
sm_check_fault reply=delay,ms=50,every=3 $fault killed 15
ok 'killed meanwhile: the firmware has nothing left' wait_for 15 sm_no_blocks ||
	diag "$(vcctl --json smem list)"
# A firmware that does not know ACTION_CLEAN of imports gets FREE.
sm_check_fault reply=delay,ms=300,strange vc_sm-fault-check interrupted

# ---- RELEASED

sm_check_fault released=delay,ms=500 $fault survives 10
sm_check_fault released=twice $fault survives 10
sm_check_fault released=wrong $fault survives 10
at_least "$(sm_counter violations)" 10 'wrong ones were seen'
sm_check_fault released=early $fault fails 5

vcctl smem fault released=lose >/dev/null
hold
let_go
ok 'what is not released is kept' grep -q ' freeing ' $debug/imports
vcctl smem fault off >/dev/null
ok 'the device is bound again' rebind "$name"
ok 'and then it is not' wait_for 10 sm_no_records

seen=$(sm_counter violations)
vcctl smem fault released=astray >/dev/null
hold
let_go
ok 'what another address is released for was told of' \
	wait_for 10 has_violations $((seen + 2))
ok 'and is kept' grep -q ' freeing ' $debug/imports
vcctl smem fault off >/dev/null
rebind "$name"
ok 'until the firmware has forgotten all' wait_for 10 sm_no_records

# ---- Memory that the firmware asks for

answers=$(smem .answers)
drop_caches
contiguous=$(cma_used)
vcctl smem request 200000 4096 200 >/dev/null
ok 'every request is answered' wait_for 15 sh -c \
	"[ \$(vcctl --json smem list | jq .answers) = $((answers + 200)) ]" ||
	diag "$(smem .answers)"
at_least "$(sm_records)" 16 'some got memory'
ok 'it is in the table' grep -q ' videocore ' $debug/imports
vcctl smem drop >/dev/null
ok 'given back it is gone' wait_for 10 sm_no_records || diag "$(cat $debug/imports)"
contiguous_back_to "$contiguous" 1024 'and so is the memory'
for request in '5000 1048576' '100000 3' '0 4096' '0x40000000 4096' '0xffffffff 0x80000000' '4096 0'; do
	answers=$(smem .answers)
	vcctl smem request $request >/dev/null
	ok "$request: an answer" wait_for 10 sh -c \
		"[ \$(vcctl --json smem list | jq .answers) = $((answers + 1)) ]"
done
is "$(vcctl --json smem list | jq '[.blocks[] | select(.size == 5000)][0].bus | ltrimstr("0x") | .[-5:]')" \
	'"00000"' 'it is aligned as was asked for'
vcctl smem drop >/dev/null
ok 'nothing is left of it' wait_for 10 sm_no_records || diag "$(cat $debug/imports)"

# ---- A firmware that reports nothing

vcctl smem fault mute >/dev/null
ok 'bound to an old firmware' rebind "$name"
is "$(sm_counter reports_release)" 0 'it does not report what it releases'
sm_check vc_sm-check import
sm_check $fault exporters
vcctl smem fault off >/dev/null
rebind "$name"

# ---- The end

hold
is "$(vcctl --json smem list | jq -r '.blocks[].name' | LC_ALL=C sort | tr '\n' /)" \
	"the longest label of the heap's/the longest label there can be./vc_sm-check/x/" \
	'the firmware has the labels, whole'
is "$(smem '[.blocks[].is_padded] | all')" true 'and nothing else'
vcctl smem close >/dev/null
ok 'the firmware closes the service: all handles are gone' wait_for 10 sh -c \
	"[ \$(tail -n +2 $debug/imports | wc -l) = 0 ]"
ok 'who has buffers keeps them' kill -0 $holder
not_ok 'there are no others' vc_sm-check alloc
let_go
ok 'bound again, it works again' rebind "$name"
sm_check vc_sm-check alloc

# The service is dead, not the firmware: found out by asking it.
sm_timeout 500
hold
vcctl smem fault released=lose,mute >/dev/null
let_go
ok 'a dead service: memory is taken back' wait_for 20 sm_no_records || diag "$(cat $debug/imports)"
vcctl smem fault off >/dev/null
rebind "$name"
sm_timeout

hold
vcctl firmware hang >/dev/null
let_go
ok 'a dead firmware: memory is taken back' wait_for 30 sm_no_records || diag "$(cat $debug/imports)"
vcctl firmware start >/dev/null
ok 'a new one comes' wait_for 30 vc_sm-check alloc

# ---- Numbers, again: to the end and on

ok 'the module goes' unload vc_sm
sm_setup first_id=0x7fffff80
is "$(cat /sys/module/vc_sm/parameters/first_id)" $((0x7fffff80)) 'numbers begin shortly below 31 bits'
sm_check vc_sm-check many 300
memory=$(kernel_memory) contiguous=$(cma_used) handles=$(smem .imports)
sm_check vc_sm-check many "$cycles" 4
is $(($(smem .imports) - handles)) "$cycles" 'as many handles were made'
ok 'the firmware has none of them' sm_no_blocks || diag "$(vcctl --json smem list)"
# The slack is what the kernel holds for itself, not a few bytes for each of many cycles.
memory_back_to "$memory" 1024 'the kernel holds as much memory as before'
contiguous_back_to "$contiguous" 256 'and as much contiguous memory'
sm_check $fault storm 1
is "$(sm_counter imports)" "$(sm_counter released)" 'what was imported has been released'
is "$(dmesg_problems | grep -v -e 'bad message' -e RELEASED -e 'closed the service' \
	-e 'does not answer' -e 'no answer for' -e 'callbacks suppressed' -e vchiq)" '' \
	'the kernel has no complaint'

# ---- Memory of the kernel

# Last, for the kernel complains of what it could not have itself.
if [ -d $failslab ]; then
	for setting in ignore-gfp-wait=N verbose=0 task-filter=Y probability=100 times=-1; do
		echo "${setting#*=}" >"$failslab/${setting%=*}"
	done
	sm_check $fault nth
	sm_check $fault budget
else
	skip nth 'this kernel lets no allocation fail'
fi
done_testing
