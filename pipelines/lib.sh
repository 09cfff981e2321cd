# SPDX-License-Identifier: GPL-2.0
#
# What the pipelines share: a clip, a run that is watched, checks of what came of
# it, and the row of the report. A pipeline ends with that row and status 0, or with
# a line that says what is wrong and status 1.
#
# FRAMES (30), WIDTH (640) and HEIGHT (360) may be set from outside.
#
# Copyright (C) 2026 vc-media project

# shellcheck shell=bash

set -uo pipefail
shopt -s nullglob

frames=${FRAMES:-30}
width=${WIDTH:-640}
height=${HEIGHT:-360}
name=$(basename "$0" .sh)
work=/tmp/pipelines
run=$work/$name
clip=$work/clip-${width}x$height-$frames

# As large as they are, so that the screen can be compared with them.
sink=(kmssink driver-name=vc4 sync=false can-scale=false)

export GST_DEBUG_NO_COLOR=1
export GST_REGISTRY=$work/registry.bin

die() {
	printf '%s: %s\n' "$name" "$*" >&2
	[ ! -s "$run/log" ] || tail -n 15 "$run/log" | sed 's/^/# /' >&2
	exit 1
}

# Plugins that are not used here need not be looked into, which takes a minute on
# an emulated processor.
offer_plugins() {
	local plugin from

	[ ! -d $work/plugins ] || return 0
	from=$(echo /usr/lib/*/gstreamer-1.0)
	mkdir -p $work/plugins
	for plugin in coreelements video4linux2 kms videoparsersbad isomp4 jpegformat \
		rtp typefindfunctions udp; do
		[ ! -e "$from/libgst$plugin.so" ] || ln -s "$from/libgst$plugin.so" $work/plugins/
	done
}

load_modules() {
	modprobe -a vc4 vc_sm bcm2835-camera bcm2835-codec || die "modules are missing"
	udevadm settle --timeout=20
	[ -c /dev/video10 ] || die "there is no codec"
}

quiet_ffmpeg() {
	ffmpeg -nostdin -loglevel error -y "$@"
}

# $clip.mp4, $clip.h264, and $clip.yuv, which is what the software makes of them; those
# of the tests are there already (tests/clips). GStreamer takes no stream that names
# some of its colours and leaves out others.
make_clip() {
	local made=/vc/build/clips/${clip##*/}

	[ ! -s "$made.yuv" ] || clip=$made
	[ ! -s "$clip.yuv" ] || return 0
	quiet_ffmpeg -f lavfi -i "testsrc2=size=${width}x$height:rate=30" -frames:v "$frames" \
		-pix_fmt yuv420p -c:v libx264 -preset ultrafast -profile:v high -g 15 \
		-x264-params colorprim=bt709:transfer=bt709:colormatrix=bt709:fullrange=off "$clip.mp4" &&
		quiet_ffmpeg -i "$clip.mp4" -c copy "$clip.h264" -f rawvideo -pix_fmt yuv420p "$clip.yuv" ||
		die "no clip could be made"
}

# -----------------------------------------------------------------------------
# A run that is watched

status() {
	vcctl --json status | jq "$1"
}

# Clock ticks of this shell's children that have ended.
ticks() {
	awk '{ sub(/.*\) /, ""); print $14 + $15 }' /proc/$$/stat
}

# Exporters and who is attached, of what is shared just now, one line each. What
# firmware knows is not attached to, and listed elsewhere.
bufinfo() {
	awk '
		FILENAME ~ /imports$/ { if (FNR > 1) print "-", "firmware"; next }
		/^[0-9]/ { exporter = $5; print exporter, "-"; next }
		/Attached Devices:/ { inside = 1; next }
		inside && /^\t[^ ]/ { print exporter, $1; next }
		{ inside = 0 }' /sys/kernel/debug/dma_buf/bufinfo /sys/kernel/debug/vc_sm/imports
}

# Looks who shares buffers while the pipeline runs.
onlooker() {
	while kill -0 "$1" 2>/dev/null; do
		bufinfo >>"$run/shared"
		sleep 0.2
	done
}

# watch COMMAND...: what it prints is in $run/log. GStreamer tells of copies that
# elements make, as it thinks them a pity.
watch() {
	local before pid start

	rm -rf "$run"
	mkdir -p "$run"
	: >"$run/shared"
	vcctl provenance-reset >"$run/vcctl" || die "videocored does not answer"
	before=$(ticks)
	start=${EPOCHREALTIME/./}
	GST_DEBUG=${PIPELINE_DEBUG:-GST_PERFORMANCE:6,2} GST_PLUGIN_SYSTEM_PATH_1_0=$work/plugins GST_PLUGIN_PATH='' \
		timeout 60 "$@" >"$run/log" 2>&1 &
	pid=$!
	onlooker $pid &
	wait $pid || die "it failed"
	elapsed_us=$((${EPOCHREALTIME/./} - start))
	cpu_ticks=$(($(ticks) - before))
	vcctl --json status provenance >"$run/seen"
	jq -s 'map(.provenance? // .) | add' "$run/seen" >"$run/provenance"
	wait
}

# What it takes to start is not counted; GStreamer says how long it ran.
count_running() {
	local ran

	ran=$(sed -n 's/^Execution ended after 0:00:0*\([0-9]*\)\.\([0-9]\{6\}\).*/\1\2/p' \
		"$run/log" | head -n 1)
	[ -z "$ran" ] || elapsed_us=$((10#$ran))
}

gst() {
	watch gst-launch-1.0 -e "$@"
	count_running
}

seen() {
	jq "$1" "$run/provenance"
}

# -----------------------------------------------------------------------------
# Checks

at_least() {
	[ "${1:-0}" -ge "$2" ] 2>/dev/null || die "$3: ${1:-none}, not at least $2"
}

# Pictures that elements copied, as GStreamer told. Streams come out of files and
# parsers, into a decoder's input and out of an encoder's output.
copied() {
	grep -i -e 'frame copy' -e 'slow copy' -e 'copying' "$run/log" |
		grep -v -e 'dec[0-9]*:pool[0-9]*:sink' -e 'enc[0-9]*:pool[0-9]*:src'
}

copies() {
	copied | wc -l
}

# The display fetched from where firmware wrote, nothing else, and showed what is
# there. check_display LEAST_DB: of the worst picture. kmssink does not tell the display
# about colours, which takes pictures for BT.709 of limited range: 20 is another
# picture, and what the camera's look like is 25. Of the camera one in ten is looked at.
check_display() {
	at_least "$(seen .frames_scanned)" $((frames / 2)) 'pictures on the screen'
	[ "$(seen .same_pages)" = true ] || die "$(seen .frames_foreign) pictures came from elsewhere"
	worst_psnr=$(seen '.psnr_db.min // 99 | floor')
	at_least "$worst_psnr" "$1" 'dB between the screen and the pictures'
	[ "$worst_psnr" != 99 ] || worst_psnr=null
}

# Codecs read where firmware wrote. check_passed LEAST
check_passed() {
	at_least "$(seen .frames_read)" "$1" 'pictures read by codecs'
	[ "$(seen .frames_strange)" = 0 ] || die "$(seen .frames_strange) pictures were copied"
}

check_no_copy() {
	[ "$(copies)" = 0 ] || die "$(copies) copies: $(copied | head -n 1)"
}

# play FILE FRAMES ARGUMENT...: FFmpeg plays so many frames, and nothing in it is
# broken. It is started once, as that takes seconds on an emulated processor.
play() {
	local complaint

	ffmpeg -nostdin -hide_banner -loglevel level+info -i "$1" "${@:3}" -f null - >"$run/play" 2>&1
	complaint=$(grep -E '\[(warning|error|fatal)\]' "$run/play")
	[ -z "$complaint" ] || die "$1: $complaint"
	at_least "$(grep -o 'frame= *[0-9]*' "$run/play" | tail -n 1 | grep -o '[0-9]*')" "$2" \
		"frames of $1"
}

# check_file FILE FRAMES
check_file() {
	play "$1" "$2"
}

# check_same FILE FRAMES REFERENCE SIZE LEAST: the same, and dB of the worst frame;
# the first with the first and so on, sizes made equal.
check_same() {
	local psnr

	play "$1" "$2" -i "$3" -lavfi "[0:v]settb=1/1000,setpts=N*40,scale=$4,format=yuv420p[a];
		[1:v]settb=1/1000,setpts=N*40,scale=$4,format=yuv420p[b];[a][b]psnr"
	psnr=$(sed -n 's/.* min:\([0-9inf]*\).*/\1/p' "$run/play")
	[ "$psnr" != inf ] || psnr=99
	at_least "$psnr" "$5" "dB between $1 and its source"
	worst_psnr=$psnr
}

# -----------------------------------------------------------------------------
# The report

# finish IS_ZERO_COPY BYTES: ... that the processor copied, per frame, besides those
# that GStreamer told of.
finish() {
	local bytes=$2

	bytes=$((bytes + $(copies) * width * height * 3 / 2 / frames))
	sort -u "$run/shared" | jq -cRn --arg name "$name" --argjson frames "$frames" \
		--argjson zero "$1" --argjson bytes "$bytes" --argjson us "$elapsed_us" \
		--argjson ticks "$cpu_ticks" --argjson psnr "${worst_psnr:-null}" \
		--arg size "${width}x$height" --slurpfile seen "$run/provenance" '
		[inputs | split(" ")] as $shared | {
			name: $name, size: $size, frames: $frames, zero_copy: $zero,
			bytes_copied_per_frame: $bytes,
			exporters: ([$shared[][0]] - ["-"] | unique),
			importers: ([$shared[][1]] - ["-"] | unique),
			fps: ($frames * 1e7 / $us | round / 10),
			guest_cpu_ms_per_frame: ($ticks * 100 / $frames | round / 10),
			frames_scanned: $seen[0].frames_scanned, frames_read: $seen[0].frames_read,
			psnr_db: $psnr }' >"$run/row"
	cat "$run/row"
}

mkdir -p $work
offer_plugins
load_modules
