#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vm: --timeout=300
#
# Planes: every format, colour encoding, mirroring, cropping, blending, scaling
# and stacking, compared with a reference of kms-check's own.
#
# Copyright (C) 2026 vc-media project

. /vc/tests/guest/lib/tap.sh
. /vc/tests/guest/lib/kms.sh

load_vc4
dmesg_mark
run_kms_check planes
is "$(vcctl --json status display | jq .planes_left_out)" 0 'videocored left no plane out'
is "$(vc4_problems)" '' 'no warning and no error'
done_testing
