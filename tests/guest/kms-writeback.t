#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# check: 6.12
#
# The writeback connector: what is on the plane comes back in memory.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

load_vc4
dmesg_mark
before=$(vcctl --json status display | jq .written_back)
run_kms_check writeback
after=$(vcctl --json status display | jq .written_back)
is $((after - before)) 12 'the transposer ran once a job'
is "$(vc4_problems)" '' 'no warning and no error'
done_testing
