#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=180 --videocored-may-die --append=modprobe.blacklist=vc4
# check: 7.3
#
# The firmware dies while programs have files, services and bulks: files are
# closed in a second, programs can be killed, the driver can be unbound.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/modules.sh
. /vc/tests/guest/lib/tasks.sh
. /vc/tests/guest/lib/cdev.sh

udevadm settle
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
cdev_check '' vchiq-cdev-check --dead
no_task_is_stuck 'no task is stuck'
start=$SECONDS
ok 'the transport can be unloaded' unload vchiq
at_least 60 $((SECONDS - start)) 'within a minute'
unlike "$(dmesg_problems)" 'BUG|WARNING|Oops|blocked for more' 'no crash, no hung task'
done_testing
