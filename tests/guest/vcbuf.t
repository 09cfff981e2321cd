#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=120 --videocored-args=--source=pattern
# check: 7.3
#
# vcbuf: while a preview runs it tells what fills its buffers, what shows them,
# and who else has them; and it leaves nothing behind.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

out=$(vcbuf --root /var/empty 2>&1; echo "status $?")
like "$out" 'vc_sm: not there; load vc_sm, mount debugfs'$'\n''status 3' 'it says what to do without vc_sm'

load_vc4
modprobe bcm2835-camera
wait_for 10 test -c /dev/vc_sm || bail_out 'no /dev/vc_sm'
wait_for 10 test -e /dev/video0 || bail_out 'no camera'

like "$(vcbuf)" '(^|'$'\n'')0 buffers, 0 KiB' 'there are no buffers when nobody has any'

vcpreview --path=vc_sm --size=640x480 --seconds=60 >/tmp/preview.log 2>&1 &
preview=$!
showing() {
	grep -q '^HVS chan 1:' /sys/kernel/debug/dri/0/hvs_dlists && [ "$(grep -c imported /sys/kernel/debug/vc_sm/imports)" -ge 3 ]
}
wait_for 20 showing || diag "$(cat /tmp/preview.log)"

table=$(vcbuf --seconds=2)
like "$table" 'port ril.camera out:[0-9], [0-9]+ frames' 'frames come from the camera of the firmware'
like "$table" 'plane HVS channel [0-9], [0-9]+ frames' 'the display shows them'
like "$table" "process vcpreview \\($preview\\)" 'the program has descriptors'
like "$table" 'device [^ ]*:gpu' 'the display is attached'
like "$table" 'exporter vc_sm' 'vc_sm has allocated them'
is "$(grep -c 'port ril.camera' <<<"$table")" "$(grep -c ' imported ' <<<"$table")" 'the camera fills each of them'

json=$(vcbuf --json)
like "$json" '"state":"imported"' 'the same in JSON'
graph=$(vcbuf --seconds=1 --dot)
like "$graph" '"port ril.camera [^"]*" -> b0 \[label="[0-9]+ frames"' 'the same as a graph: from the camera to a buffer'
like "$graph" 'b0 -> "plane HVS channel [0-9]" \[label="[0-9]+ frames"' 'and from there to the display'
timeout --preserve-status --signal=INT 4 vcbuf --watch >/tmp/watch
result $? '--watch goes on until it is interrupted'
at_least "$(grep -c '^ *INODE' /tmp/watch)" 2 'and tells again and again'
at_least "$(grep -c 'plane HVS channel [0-9], [0-9]* frames' /tmp/watch)" 2 'what passes through meanwhile'
not_ok 'a wrong option is refused' vcbuf --no-such
not_ok 'no time at all is refused' vcbuf --seconds=0
not_ok 'a picture cannot be written where nothing can' vcbuf --svg /proc/none

kill "$preview"
wait "$preview"
like "$(vcbuf)" '(^|'$'\n'')0 buffers, 0 KiB' 'they are gone with the program'
is "$(ls /sys/kernel/tracing/instances)" '' 'no instance of the tracer is left'

done_testing
