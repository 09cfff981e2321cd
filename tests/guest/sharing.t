#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=150 --videocored-args=--source=pattern
#
# Memory of every allocator with every importer: it works and both ends see the
# same pages, or it fails with the errno that is documented.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

udevadm settle --timeout=30
load_vc4
modprobe bcm2835-camera
wait_for 10 test -c /dev/video0 || bail_out 'no camera'
wait_for 10 test -c /dev/vc_sm || bail_out 'no /dev/vc_sm'
modprobe -q udmabuf
dmesg_mark

for allocator in vc_sm vc_heap dumb expbuf udmabuf; do
	for importer in vpu camera plane process; do
		ok "memory of $allocator, importer $importer" sharing-check "$importer" "$allocator"
	done
done

# refused IMPORTER ERRNO: scattered pages have no one address.
refused() {
	local out

	out=$(sharing-check "$1" scattered 2>&1) && fail "scattered pages, importer $1" 'was accepted' && return
	like "$out" "\\(errno $2,"  "scattered pages, importer $1: errno $2"
}
refused vpu 22
refused camera 22
refused plane 22
ok 'scattered pages, importer process' sharing-check process scattered

no_records() {
	[ "$(tail -n +2 /sys/kernel/debug/vc_sm/imports | wc -l)" = 0 ]
}
ok 'no record is left' wait_for 5 no_records
is "$(dmesg_problems)" '' 'the kernel has no complaint'
done_testing
