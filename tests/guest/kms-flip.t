#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Page flips on vertical blanking: each completes, sequence numbers and time
# stamps grow, and the period is that of the mode.
#
# alone: measures time
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

load_vc4
dmesg_mark
before=$(vcctl --json status display | jq .flips)
run_kms_check flips 100
after=$(vcctl --json status display | jq .flips)
at_least "$after" $((before + 100)) 'videocored saw as many lists'
is "$(vc4_problems)" '' 'no warning and no error'
done_testing
