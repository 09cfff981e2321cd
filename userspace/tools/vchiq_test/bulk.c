// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: blocks to the firmware and back, two of them under way.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define NR_BLOCKS	2u

/**
 * struct block - memory of one block
 * @out: what is sent
 * @in: what comes back
 * @start: when it was posted
 * @pending: bulks that are not done
 */
struct block {
	uint8_t *out;
	uint8_t *in;
	double start;
	unsigned int pending;
};

/**
 * struct bulk_test - the test
 * @vt: the device
 * @svc: the service
 * @blocks: blocks under way
 * @samples: how long each took
 * @posted: rounds begun
 * @done: rounds over
 */
struct bulk_test {
	struct vt *vt;
	struct vt_service svc;
	struct block blocks[NR_BLOCKS];
	struct samples samples;
	uint32_t posted;
	uint32_t done;
};

static int post(struct bulk_test *test, struct block *block)
{
	const struct vt_options *opt = test->vt->opt;
	int ret;

	if (test->posted == opt->iters)
		return 0;
	test->posted++;
	block->start = now_us();
	block->pending = opt->echo ? 2 : 1;
	ret = vcq_bulk_transmit(test->svc.svc, block->out, opt->size,
				VCHIQ_BULK_MODE_CALLBACK, block);
	if (ret || !opt->echo)
		return ret;
	return vcq_bulk_receive(test->svc.svc, block->in, opt->size, VCHIQ_BULK_MODE_CALLBACK,
				block);
}

static int block_done(struct bulk_test *test, struct block *block)
{
	const struct vt_options *opt = test->vt->opt;

	if (--block->pending)
		return 0;
	samples_add(&test->samples, now_us() - block->start);
	test->done++;
	if (opt->echo && opt->verify) {
		if (!vt_pattern_is(block->in, opt->size, (unsigned int)(block - test->blocks)))
			return -EBADMSG;
		memset(block->in, 0, opt->size);
	}
	return post(test, block);
}

static int next_event(struct bulk_test *test)
{
	struct vt_event *event;
	int ret = -ECONNRESET;

	vt_watch(test->vt);
	event = vt_next(test->vt);
	if (!event)
		return -ETIMEDOUT;
	if (event->reason == VCHIQ_REASON_BULK_TRANSMIT_DONE ||
	    event->reason == VCHIQ_REASON_BULK_RECEIVE_DONE)
		ret = block_done(test, event->bulk);
	free(event);
	return ret;
}

static int run(struct bulk_test *test)
{
	const struct vt_options *opt = test->vt->opt;
	uint64_t blocks = (opt->echo ? 2ull : 1ull) * opt->iters;
	struct figures figures;
	double start;
	int ret = vt_configure(&test->svc, opt->size, opt->iters);

	start = now_us();
	for (unsigned int i = 0; i < NR_BLOCKS && !ret; i++)
		ret = post(test, &test->blocks[i]);
	while (!ret && test->done < opt->iters)
		ret = next_event(test);
	if (ret)
		return ret;
	figures_set(&figures, &test->samples, (now_us() - start) / 1e6, blocks,
		    blocks * opt->size);
	vt_report_row(test->vt->report, opt->echo ? "block and back, two under way" :
		      "block one way, two under way", opt->size, opt->iters, &figures);
	return 0;
}

static int alloc_blocks(struct bulk_test *test)
{
	const struct vt_options *opt = test->vt->opt;

	for (unsigned int i = 0; i < NR_BLOCKS; i++) {
		struct block *block = &test->blocks[i];

		block->out = vt_block_alloc(opt->size, opt->client_align);
		block->in = vt_block_alloc(opt->size, opt->client_align);
		if (!block->out || !block->in)
			return -ENOMEM;
		vt_pattern_fill(block->out, opt->size, i);
	}
	return samples_init(&test->samples, opt->iters);
}

int vt_bulk(struct vt *vt)
{
	struct bulk_test test = { .vt = vt };
	int ret = alloc_blocks(&test);

	if (!ret)
		ret = vt_open_echo(vt, &test.svc);
	if (!ret)
		ret = run(&test);
	if (test.svc.svc)
		vt_close(&test.svc);
	for (unsigned int i = 0; i < NR_BLOCKS; i++) {
		vt_block_free(test.blocks[i].out);
		vt_block_free(test.blocks[i].in);
	}
	samples_fini(&test.samples);
	return ret;
}
