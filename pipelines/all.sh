#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All pipelines; their rows go to build/report/pipelines.json. Status 1 if one fails.
#
# Copyright (C) 2026 vc-media project

set -uo pipefail

failed=0
rows=/tmp/pipelines-rows
: >$rows
for pipeline in "$(dirname "$0")"/*.sh; do
	case ${pipeline##*/} in
	all.sh | lib.sh) ;;
	*) "$pipeline" | tee -a $rows || failed=1 ;;
	esac
done
mkdir -p /vc/build/report
jq -s --arg kernel "$(uname -r)" '{ rows: map(. + { kernel: $kernel }) }' $rows \
	>/vc/build/report/pipelines.json
exit $failed
