// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: round trips of messages and bulks, alone and with others before
 * them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define MAX_EXTRA	10u

/* How the end of a round is noticed. */
enum style {
	STYLE_DEQUEUE,
	STYLE_CALLBACK,
};

/**
 * struct ping - one line of the table, messages
 * @name: what it is called
 * @style: how the reply is received
 * @async: messages before it that are answered with an empty one
 * @oneway: messages before it that are not answered
 * @part: that part of the rounds is enough
 */
struct ping {
	const char *name;
	enum style style;
	uint32_t async;
	uint32_t oneway;
	uint32_t part;
};

static const struct ping pings[] = {
	{ "message and back, dequeued", STYLE_DEQUEUE, 0, 0, 1 },
	{ "message and back, callback", STYLE_CALLBACK, 0, 0, 1 },
	{ "1 answered before", STYLE_CALLBACK, 1, 0, 1 },
	{ "2 answered before", STYLE_CALLBACK, 2, 0, 1 },
	{ "10 answered before", STYLE_CALLBACK, 10, 0, 2 },
	{ "1 one way before", STYLE_CALLBACK, 0, 1, 1 },
	{ "2 one way before", STYLE_CALLBACK, 0, 2, 1 },
	{ "10 one way before", STYLE_CALLBACK, 0, 10, 2 },
	{ "10 answered, 10 one way before", STYLE_CALLBACK, 10, 10, 5 },
	{ "100 answered, 100 one way before", STYLE_CALLBACK, 100, 100, 10 },
	{ "1000 answered, 1000 one way before", STYLE_CALLBACK, 1000, 1000, 50 },
};

/**
 * struct bulk_ping - one line of the table, bulks
 * @name: what it is called
 * @mode: of the last pair of bulks
 * @extra: pairs before it
 * @part: that part of the rounds is enough
 */
struct bulk_ping {
	const char *name;
	enum vchiq_bulk_mode mode;
	uint32_t extra;
	uint32_t part;
};

static const struct bulk_ping bulk_pings[] = {
	{ "block and back, callback", VCHIQ_BULK_MODE_CALLBACK, 0, 1 },
	{ "block and back, blocking", VCHIQ_BULK_MODE_BLOCKING, 0, 1 },
	{ "1 more before", VCHIQ_BULK_MODE_BLOCKING, 1, 1 },
	{ "2 more before", VCHIQ_BULK_MODE_BLOCKING, 2, 1 },
	{ "10 more before", VCHIQ_BULK_MODE_BLOCKING, MAX_EXTRA, 2 },
};

/**
 * struct run - the test
 * @vt: device with a thread for events
 * @svc: service with callbacks
 * @plain: device without a thread, so that nothing is in the way of dequeueing
 * @dequeue: its service
 * @out: blocks and messages that are sent
 * @in: blocks and messages that come back
 */
struct run {
	struct vt *vt;
	struct vt_service svc;
	struct vcq *plain;
	struct vcq_service *dequeue;
	uint8_t *out[MAX_EXTRA + 1];
	uint8_t *in[MAX_EXTRA + 1];
};

/* -----------------------------------------------------------------------------
 * Messages
 */

static int send_many(struct vcq_service *svc, uint8_t *message, uint32_t size,
		     uint32_t command, uint32_t nr)
{
	int ret = 0;

	memcpy(message, &command, sizeof(command));
	for (uint32_t i = 0; i < nr && !ret; i++)
		ret = vcq_send(svc, message, size);
	return ret;
}

/* Length of the reply, which is in run->in[0]. */
static int reply_dequeue(struct run *run)
{
	int ret;

	do {
		ret = vcq_receive(run->dequeue, run->in[0], VCQ_MAX_MESSAGE, true);
	} while (!ret);
	return ret;
}

static int reply_callback(struct run *run)
{
	struct vt_event *event = vt_reply(run->vt);
	int ret;

	if (!event)
		return -ETIMEDOUT;
	ret = event->reason == VCHIQ_REASON_MESSAGE_AVAILABLE ? (int)event->len : -ECONNRESET;
	if (ret > 0)
		memcpy(run->in[0], event->data, event->len);
	free(event);
	return ret;
}

static int ping_round(struct run *run, const struct ping *ping, uint32_t size)
{
	struct vcq_service *svc = ping->style == STYLE_DEQUEUE ? run->dequeue : run->svc.svc;
	bool is_echo = !ping->async && !ping->oneway;
	int ret;

	ret = send_many(svc, run->out[0], size, ECHO_ASYNC, ping->async);
	if (!ret)
		ret = send_many(svc, run->out[0], size, ECHO_ONEWAY, ping->oneway);
	if (!ret)
		ret = send_many(svc, run->out[0], size, is_echo ? ECHO_ECHO : ECHO_SYNC, 1);
	if (!ret)
		ret = ping->style == STYLE_DEQUEUE ? reply_dequeue(run) : reply_callback(run);
	if (ret < 0)
		return ret;
	if (ret != (is_echo ? (int)size : 1))
		return -EPROTO;
	if (is_echo && run->vt->opt->verify && memcmp(run->in[0], run->out[0], size) != 0)
		return -EBADMSG;
	return 0;
}

static int ping_line(struct run *run, const struct ping *ping, uint32_t size)
{
	uint32_t rounds = run->vt->opt->iters / ping->part;
	uint64_t messages = 2 + 2ull * ping->async + ping->oneway;
	uint64_t bytes = (ping->async + ping->oneway + 1ull) * size;
	struct samples samples;
	struct figures figures;
	double start, begin;
	int ret = samples_init(&samples, rounds);

	/* Too few rounds to be worth a line. */
	if (!rounds || ret)
		goto out;
	start = now_us();
	for (uint32_t i = 0; i < rounds && !ret; i++) {
		vt_watch(run->vt);
		begin = now_us();
		ret = ping_round(run, ping, size);
		samples_add(&samples, now_us() - begin);
	}
	if (!ping->async && !ping->oneway)
		bytes *= 2;
	figures_set(&figures, &samples, (now_us() - start) / 1e6, messages * rounds,
		    bytes * rounds);
	if (!ret)
		vt_report_row(run->vt->report, ping->name, size, rounds, &figures);
out:
	samples_fini(&samples);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Bulks
 */

static int wait_for_bulks(struct vt *vt, uint32_t nr)
{
	int ret = 0;

	for (uint32_t i = 0; i < nr && !ret; i++) {
		struct vt_event *event = vt_next(vt);

		if (!event)
			return -ETIMEDOUT;
		if (event->reason != VCHIQ_REASON_BULK_TRANSMIT_DONE &&
		    event->reason != VCHIQ_REASON_BULK_RECEIVE_DONE)
			ret = -ECONNRESET;
		free(event);
	}
	return ret;
}

static int post_pair(struct run *run, uint32_t i, uint32_t size, enum vchiq_bulk_mode mode)
{
	int ret = vcq_bulk_transmit(run->svc.svc, run->out[i], size, mode, run->out[i]);

	return ret ? ret : vcq_bulk_receive(run->svc.svc, run->in[i], size, mode, run->in[i]);
}

static int bulk_round(struct run *run, const struct bulk_ping *ping, uint32_t size)
{
	int ret = 0;

	for (uint32_t i = 0; i < ping->extra && !ret; i++)
		ret = post_pair(run, i, size, VCHIQ_BULK_MODE_NOCALLBACK);
	if (!ret)
		ret = post_pair(run, ping->extra, size, ping->mode);
	if (!ret && ping->mode == VCHIQ_BULK_MODE_CALLBACK)
		ret = wait_for_bulks(run->vt, 2);
	return ret;
}

static int verify_blocks(struct run *run, const struct bulk_ping *ping, uint32_t size)
{
	for (uint32_t i = 0; run->vt->opt->verify && i <= ping->extra; i++) {
		if (!vt_pattern_is(run->in[i], size, i))
			return -EBADMSG;
		memset(run->in[i], 0, size);
	}
	return 0;
}

static int bulk_line(struct run *run, const struct bulk_ping *ping, uint32_t size)
{
	uint32_t rounds = run->vt->opt->iters / ping->part;
	uint64_t blocks = 2ull * (ping->extra + 1) * rounds;
	struct samples samples;
	struct figures figures;
	double total = 0, begin;
	int ret = samples_init(&samples, rounds);

	if (!rounds || ret)
		goto out;
	for (uint32_t i = 0; i <= ping->extra; i++)
		vt_pattern_fill(run->out[i], size, i);
	ret = vt_configure(&run->svc, size, rounds * (ping->extra + 1));
	for (uint32_t i = 0; i < rounds && !ret; i++) {
		vt_watch(run->vt);
		begin = now_us();
		ret = bulk_round(run, ping, size);
		samples_add(&samples, now_us() - begin);
		total += now_us() - begin;
		if (!ret)
			ret = verify_blocks(run, ping, size);
	}
	figures_set(&figures, &samples, total / 1e6, blocks, blocks * size);
	if (!ret)
		vt_report_row(run->vt->report, ping->name, size, rounds, &figures);
out:
	samples_fini(&samples);
	return ret;
}

/* -----------------------------------------------------------------------------
 * All of it
 */

static int all_lines(struct run *run)
{
	static const uint32_t sizes[] = { 4, 1024, 2048, VCQ_MAX_MESSAGE };
	static const uint32_t blocks[] = { 8, 1024, 2048, VCQ_MAX_MESSAGE };
	size_t nr_pings = sizeof(pings) / sizeof(pings[0]);
	size_t nr_bulks = sizeof(bulk_pings) / sizeof(bulk_pings[0]);
	int ret = 0;

	for (size_t i = 0; i < 4 * nr_pings && !ret; i++)
		ret = ping_line(run, &pings[i % nr_pings], sizes[i / nr_pings]);
	for (size_t i = 0; i < 4 * nr_bulks && !ret && run->vt->opt->echo; i++)
		ret = bulk_line(run, &bulk_pings[i % nr_bulks], blocks[i / nr_bulks]);
	return ret;
}

static int open_dequeue(struct run *run)
{
	const struct vcq_service_params params = {
		.fourcc = vcq_fourcc(run->vt->opt->service),
		.version = 3,
		.version_min = 3,
		.dequeue = true,
	};
	int ret = vcq_open(run->vt->opt->device, &run->plain);

	return ret ? ret : vcq_service_open(run->plain, &params, &run->dequeue);
}

static int alloc_blocks(struct run *run)
{
	const struct vt_options *opt = run->vt->opt;

	for (uint32_t i = 0; i <= MAX_EXTRA; i++) {
		run->out[i] = vt_block_alloc(VCQ_MAX_MESSAGE, opt->client_align);
		run->in[i] = vt_block_alloc(VCQ_MAX_MESSAGE, opt->client_align);
		if (!run->out[i] || !run->in[i])
			return -ENOMEM;
	}
	/* A message has its command in front. */
	vt_pattern_fill(run->out[0], VCQ_MAX_MESSAGE, 0);
	return 0;
}

int vt_ping(struct vt *vt)
{
	struct run run = { .vt = vt };
	int ret = alloc_blocks(&run);

	if (!ret)
		ret = open_dequeue(&run);
	if (!ret)
		ret = vt_open_echo(vt, &run.svc);
	if (!ret)
		ret = vt_configure(&run.svc, 0, 0);
	if (!ret)
		ret = all_lines(&run);
	if (run.svc.svc)
		vt_close(&run.svc);
	vcq_service_close(run.dequeue);
	vcq_close(run.plain);
	for (uint32_t i = 0; i <= MAX_EXTRA; i++) {
		vt_block_free(run.out[i]);
		vt_block_free(run.in[i]);
	}
	return ret;
}
