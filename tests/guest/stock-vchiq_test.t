#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --modules=stock --timeout=300 --append=modprobe.blacklist=vc4,bcm2835_v4l2,snd_bcm2835
# kernels: 6.12
#
# Our vchiq_test and vcgencmd on the kernel's own vchiq.ko: what passes there is
# what the rest of the world expects of the interface.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/vchiq_test.sh

dmesg_mark
ok 'vchiq loads' modprobe vchiq
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
like "$(modinfo -n vchiq)" '/kernel/drivers/' 'it is the one of the kernel'

functional 64-bit vchiq_test
figures 64-bit vchiq_test
fatal_signal 64-bit vchiq_test TERM
# Its wait for a bulk is killable, so a handled signal has to wait for the bulk.
skip 'a handled signal interrupts the wait' 'only a fatal signal does in this driver'
ok 'and the next client is served' vchiq_test -c 4 10

like "$(vcgencmd measure_temp)" "^temp=[0-9.]+'C$" 'vcgencmd works on it'

# Two files of one process collide in debugfs, which is only said aloud there.
is "$(dmesg_problems | grep -v "debugfs: Directory .* with parent 'clients' already present")" '' \
	'the kernel says nothing else'
done_testing
