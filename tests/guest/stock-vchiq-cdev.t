#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --modules=stock --timeout=180
# kernels: 6.12
#
# The same program on the kernel's own driver, as far as the two agree: numbers,
# layouts, errors and modes are what programs know.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/cdev.sh

armhf=/vc/build/guest-armhf/tools/vchiq-cdev-check

modprobe vchiq
wait_for 10 test -c /dev/vchiq || bail_out 'no /dev/vchiq'
like "$(modinfo -n vchiq)" '/kernel/drivers/' 'the driver is the one of the kernel'
cdev_check '' vchiq-cdev-check --stock
if [ -x $armhf ]; then
	cdev_check '32-bit: ' $armhf --stock
else
	skip 'the same from a 32-bit program' 'there is none'
fi
done_testing
