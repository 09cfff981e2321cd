#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --videocored-may-die --append=modprobe.blacklist=vc4 --videocored-args=--source=pattern
# check: 6.12
#
# The firmware dies while it takes pictures: who waits for one gets an errno, what
# was handed out stays readable, everything can be closed and unloaded.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/death.sh

out=/run/until-error

dmesg_mark
udevadm settle --timeout=30
modprobe bcm2835-camera
wait_for 10 test -c /dev/video0 || bail_out 'no /dev/video0'

camera-check until-error >$out &
reader=$!
ok 'a program streams' wait_for 20 grep -q streaming $out
kill_firmware
start=$SECONDS
wait $reader
is $? 0 'its buffers stay readable'
at_least 20 $((SECONDS - start)) 'it ends within 20 s'
like "$(cat $out)" 'error (EIO|ENODEV)' 'its DQBUF has an errno that says so'
at_least 5000 "$(awk '/end_ms/ { print $2 }' $out)" 'stopping and closing take below 5 s'

start=$SECONDS
not_ok 'a new stream fails' timeout 30 camera-check expbuf NV12 640 480 1
at_least 15 $((SECONDS - start)) 'and does so soon'
start=$SECONDS
not_ok 'so does an import' timeout 30 vc_sm-check import
at_least 15 $((SECONDS - start)) 'and does so soon'
no_task_is_stuck 'no task is stuck'

all_is_given_up
done_testing
