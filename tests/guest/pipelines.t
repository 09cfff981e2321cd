#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=420
# check: 6.12
#
# The pipelines with short and small inputs; "make pipelines" has longer ones, and
# other kernels. What a pipeline counted is told in a line that begins with
# "# pipelines".
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

export FRAMES=${VC_TEST_FRAMES:-12} WIDTH=320 HEIGHT=240

dmesg_mark
udevadm settle --timeout=30
for pipeline in /vc/pipelines/*.sh; do
	name=$(basename "$pipeline" .sh)
	[ "$name" != lib ] && [ "$name" != all ] || continue
	ok "$name" timeout 100 "$pipeline"
	[ ! -s "/tmp/pipelines/$name/row" ] || diag "pipelines $(cat "/tmp/pipelines/$name/row")"
done
is "$(vc4_problems | grep -v -e 'bytesused == 0' -e 'use the actual size instead')" '' \
	'the kernel has no complaint'
done_testing
