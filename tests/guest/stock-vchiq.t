#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --modules=stock --timeout=180
#
# The kernel's own vchiq.ko, which nobody here wrote, on videocored: the wire
# format is right only if the two understand each other.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh

dmesg_mark
ok 'vchiq loads' modprobe vchiq
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
like "$(modinfo -n vchiq)" '/kernel/drivers/' 'it is the one of the kernel'

is "$(vchiq-smoke config)" \
	'max_msg_size=4088 bulk_threshold=4088 max_outstanding_bulks=4 max_services=4096 version=8 version_min=3' \
	'the driver has the limits we know'
like "$(vchiq-smoke gencmd version)" 'version [^ ]+ \(clean\)' 'GCMD tells its version'
like "$(vchiq-smoke gencmd measure_temp)" "^temp=[0-9.]+'C$" 'GCMD tells the temperature'
like "$(vchiq-smoke gencmd no_such_command)" '^error=1 error_msg="Command not registered"$' \
	'GCMD refuses what it does not know'
ok 'messages of all sizes are echoed' vchiq-smoke echo
ok 'more messages than slots hold' vchiq-smoke flood
ok 'services are closed and opened again' vchiq-smoke reopen
ok 'blocks up to a video frame are echoed' vchiq-smoke bulk
ok 'blocks at all alignments touch nothing else' vchiq-smoke align
ok 'versions are refused, bulks aborted' vchiq-smoke func
diag "round trip: $(vchiq-smoke ping 200)"

state=$(cat /sys/kernel/debug/vchiq/state)
like "$state" 'error_count=0' 'the driver counted no error'

# A client that is killed in the middle of everything.
vchiq-smoke ping 1000000 &
pid=$!
wait_for 10 grep -q "'ohce" /sys/kernel/debug/vchiq/state
kill -KILL $pid
wait $pid 2>/dev/null
not_ok 'a killed client leaves no service behind' grep -q "'ohce" /sys/kernel/debug/vchiq/state
ok 'and the next one is served' vchiq-smoke echo

state=$(cat /sys/kernel/debug/vchiq/state)
like "$state" 'State 0: CONNECTED' 'the connection lives'
like "$(vcctl --json status firmware)" '"errors": *0' 'the firmware counted no error'

is "$(dmesg_problems)" '' 'the kernel says nothing'
done_testing
