// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: the data test, blocks of all lengths and alignments to the service
 * "fun2" and back. Bytes beside a block are changed while it is under way, as
 * they may share a cache line with it, and must stay as they are then.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define FUN2		VCQ_FOURCC('f', 'u', 'n', '2')
#define PAGE		4096u
#define GUARD		32u
#define GUARD_BYTE	0xa5
#define MAX_SMALL	63u
#define MAX_LARGE	8192u
/* A page in front, the block from anywhere in a page on, a page behind. */
#define AREA		(4 * PAGE + MAX_LARGE)

/**
 * struct align - the test
 * @svc: the service
 * @out: area of blocks that are sent
 * @in: area of blocks that come back
 * @nr: blocks so far, of all groups
 * @nr_run: of this group that were not left out
 * @nr_right: of those that were as they should be
 */
struct align {
	struct vt_service svc;
	uint8_t *out;
	uint8_t *in;
	uint32_t nr;
	uint32_t nr_run;
	uint32_t nr_right;
};

static void set_guards(uint8_t *block, uint32_t len, uint8_t byte)
{
	memset(block - GUARD, byte, GUARD);
	memset(block + len, byte, GUARD);
}

static bool has_guards(const uint8_t *block, uint32_t len)
{
	for (uint32_t i = 0; i < GUARD; i++) {
		if (block[(int)i - (int)GUARD] != GUARD_BYTE || block[len + i] != GUARD_BYTE)
			return false;
	}
	return true;
}

/* Both bulks are over, well or not. */
static const char *wait_for_both(struct vt *vt)
{
	const char *problem = NULL;

	for (int i = 0; i < 2; i++) {
		struct vt_event *event = vt_next(vt);

		if (!event)
			return "nothing happened";
		if (event->reason != VCHIQ_REASON_BULK_TRANSMIT_DONE &&
		    event->reason != VCHIQ_REASON_BULK_RECEIVE_DONE)
			problem = vcq_reason_name(event->reason);
		free(event);
	}
	return problem;
}

/* NULL, or what is wrong. */
static const char *there_and_back(struct align *align, uint32_t len, uint32_t server_align,
				  uint32_t client_align)
{
	const uint32_t params[4] = { len, server_align, client_align, align->nr };
	struct vcq_service *svc = align->svc.svc;
	uint8_t *out = align->out + PAGE + client_align, *in = align->in + PAGE + client_align;
	const char *problem;

	for (uint32_t i = 0; i < len; i++)
		out[i] = (uint8_t)(i * 7 + align->nr);
	memset(in, ~GUARD_BYTE, len);
	set_guards(out, len, GUARD_BYTE);
	set_guards(in, len, 0);
	if (vcq_send(svc, params, sizeof(params)) ||
	    vcq_bulk_receive(svc, in, len, VCHIQ_BULK_MODE_CALLBACK, in))
		return "the receive was refused";
	set_guards(in, len, GUARD_BYTE);
	if (vcq_bulk_transmit(svc, out, len, VCHIQ_BULK_MODE_CALLBACK, out))
		return "the transmit was refused";
	problem = wait_for_both(align->svc.vt);
	if (problem)
		return problem;
	if (memcmp(in, out, len) != 0)
		return "it came back changed";
	return has_guards(in, len) && has_guards(out, len) ? NULL : "bytes beside it changed";
}

static bool run_block(struct align *align, uint32_t len, uint32_t server_align,
		      uint32_t client_align)
{
	const struct vt_options *opt = align->svc.vt->opt;
	uint32_t nr = align->nr++;
	const char *problem;

	if (nr < opt->first || nr > opt->last)
		return true;
	vt_watch(align->svc.vt);
	problem = there_and_back(align, len, server_align, client_align);
	align->nr_run++;
	align->nr_right += !problem;
	if (!problem)
		return true;
	fprintf(stderr, "vchiq_test: data test %u: %u bytes at %u, peer's at %u: %s\n", nr, len,
		client_align, server_align, problem);
	return false;
}

static bool run_small(struct align *align)
{
	static const uint32_t aligns[] = { 0, 1, 2, 4, 8, 16 };

	for (uint32_t len = 1; len <= MAX_SMALL; len++) {
		for (size_t i = 0; i < sizeof(aligns) / sizeof(aligns[0]); i++) {
			if (!run_block(align, len, align->nr % 40, aligns[i]) ||
			    !run_block(align, len, align->nr % 40, PAGE - len - aligns[i]))
				return false;
		}
	}
	return true;
}

static bool run_large(struct align *align)
{
	static const uint32_t lens[] = {
		64, 65, 95, 127, 128, 200, 511, 512, 1000, 2048, 4064, 4095, 4096, 4097, 6000, 8191,
		8192,
	};
	static const uint32_t aligns[] = { 0, 1, 31 };

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		for (int n = 0; n < 9; n++) {
			if (!run_block(align, lens[i], aligns[n % 3], aligns[n / 3]))
				return false;
		}
	}
	return true;
}

static void run_group(struct align *align, const char *what, bool (*run)(struct align *align))
{
	char expected[40], got[40];

	align->nr_run = 0;
	align->nr_right = 0;
	run(align);
	snprintf(expected, sizeof(expected), "%u blocks right", align->nr_run);
	snprintf(got, sizeof(got), "%u blocks right", align->nr_right);
	vt_report_step(align->svc.vt->report, what, expected, got);
}

int vt_align(struct vt *vt)
{
	struct align align = {
		.out = aligned_alloc(PAGE, AREA),
		.in = aligned_alloc(PAGE, AREA),
	};
	int ret = align.out && align.in ? vt_open(vt, &align.svc, 3, FUN2, 3) : -ENOMEM;

	if (!ret) {
		run_group(&align, "blocks of 1 to 63 bytes, also at a page's end", run_small);
		run_group(&align, "blocks of 64 to 8192 bytes", run_large);
		vt_close(&align.svc);
	}
	free(align.out);
	free(align.in);
	return ret;
}
