#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=200 --videocored-may-die --append=drm_kms_helper.fbdev_emulation=0 --videocored-args=--source=pattern
# kernels: 6.12
#
# The VideoCore dies under a preview: the program says so and ends. Only without
# the console on vc4 and before 7.3, where vc4 turning itself off asks the
# firmware nothing: the kernel's own mailbox client waits an hour for a mailbox
# that never empties (Documentation/architecture.rst, "A dead VideoCore"). The
# worker that looks for a monitor now and then is caught by that here too.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/camera.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/death.sh

preview=/vc/build/guest/tools/vcpreview/vcpreview
out=/run/preview.out

dmesg_mark
udevadm settle --timeout=30
modprobe vc4
modprobe bcm2835-camera
wait_for 20 test -e /sys/class/drm/card0-HDMI-A-1 || bail_out 'no display'
wait_for 10 test -c /dev/video0 || bail_out 'no camera'

$preview --path=vc_sm --seconds=100 >$out 2>&1 &
program=$!
ok 'a preview runs' wait_for 20 is_streaming
kill_firmware
ok 'it ends when the VideoCore dies' wait_for 90 sh -c "! kill -0 $program"
wait $program
not_ok 'and does not call that success' test $? = 0
like "$(cat $out)" 'vcpreview: .*' 'it says why'
diag "$(tail -n 3 $out)"
no_task_is_stuck 'no program is stuck'
unlike "$(dmesg_problems)" 'BUG|Oops|blocked for more' 'the kernel lives on'
done_testing
