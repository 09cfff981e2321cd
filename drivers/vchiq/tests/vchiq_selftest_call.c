// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what the firmware begins: it opens services of ours, pauses and uses us.
 * They need "call", which only videocored has.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/vmalloc.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

#define OURS_FOURCC		VCHIQ_FOURCC('o', 'u', 'r', 's')
#define OURS_VERSION		5
#define KEEP_FOURCC		VCHIQ_FOURCC('K', 'E', 'E', 'P')

static int call(struct link *link, const void *msg, size_t len)
{
	int ret;

	ret = link_command(link, msg, len, 1);
	if (ret)
		return ret;
	if (link->len != sizeof(struct vc_call_answer))
		return -EBADMSG;

	return (int)get_unaligned_le32(link->data + 4);
}

static int call_plain(struct link *link, enum vc_call_cmd cmd)
{
	const __le32 msg = cpu_to_le32(cmd);

	return call(link, &msg, sizeof(msg));
}

static int call_arg(struct link *link, enum vc_call_cmd cmd, u32 arg)
{
	const struct vc_call_arg msg = {
		.cmd = cpu_to_le32(cmd),
		.arg = cpu_to_le32(arg),
	};

	return call(link, &msg, sizeof(msg));
}

static int call_open_name(struct link *link, u32 fourcc, s16 version)
{
	const struct vc_call_open msg = {
		.cmd = cpu_to_le32(VC_CALL_OPEN),
		.fourcc = cpu_to_le32(fourcc),
		.version = cpu_to_le32(version),
	};

	return call(link, &msg, sizeof(msg));
}

static int call_open(struct link *link)
{
	return call_open_name(link, OURS_FOURCC, OURS_VERSION);
}

/* With a "call" client, and a service of ours if @flags are not negative. */
static int with_call(struct selftest *st, int flags,
		     int (*test)(struct selftest *st, struct link *caller, struct link *ours))
{
	struct link *caller = link_open(st, VC_TEST_CALL_FOURCC, VC_TEST_CALL_VERSION);
	struct link *ours = NULL;
	int ret;

	if (IS_ERR(caller))
		return PTR_ERR(caller);

	if (flags >= 0)
		ours = link_listen(st, OURS_FOURCC, OURS_VERSION, flags);
	ret = PTR_ERR_OR_ZERO(ours);
	if (!ret)
		ret = test(st, caller, ours);
	if (!IS_ERR_OR_NULL(ours))
		link_close(ours);
	link_close(caller);
	return ret;
}

static bool link_was(struct link *link, u32 opened, u32 closed)
{
	guard(spinlock)(&link->lock);

	return link->opened == opened && link->closed == closed;
}

static int link_await_was(struct link *link, u32 opened, u32 closed)
{
	return wait_event_timeout(link->wait, link_was(link, opened, closed),
				  msecs_to_jiffies(TEST_TIMEOUT_MS)) ? 0 : -ETIMEDOUT;
}

/* The firmware sends back what comes. */
static int ours_echo(struct link *ours, size_t len)
{
	u8 *buf = kmalloc(len, GFP_KERNEL);
	int ret;

	if (!buf)
		return -ENOMEM;

	fill(buf, len, 3);
	ret = link_command(ours, buf, len, 1);
	if (!ret && (ours->len != len || memcmp(ours->data, buf, len)))
		ret = -EBADMSG;
	kfree(buf);
	return ret;
}

static int ours_receive(struct link *caller, struct link *ours, u32 len)
{
	u32 received = link_received(ours);
	u32 i;
	int ret;

	ret = call_arg(caller, VC_CALL_SEND, len);
	if (!ret)
		ret = link_await(ours, received + 1);
	if (ret)
		return ret;
	if (ours->len != len)
		return -EBADMSG;

	for (i = 0; i < len; i++) {
		if (ours->data[i] != vc_call_pattern(i))
			return -EBADMSG;
	}

	return 0;
}

static int listen_once_through(struct selftest *st, struct link *caller, struct link *ours)
{
	int ret;

	ret = call_open(caller);
	if (!ret)
		ret = link_await_was(ours, 1, 0);
	if (!ret && vchiq_service_peer_version(ours->svc) != OURS_VERSION)
		ret = -EPROTO;
	if (!ret)
		ret = ours_echo(ours, 1) ?: ours_echo(ours, VCHIQ_MAX_MSG_SIZE);
	if (!ret)
		ret = ours_receive(caller, ours, 0) ?: ours_receive(caller, ours, 4088);
	if (!ret)
		ret = call_plain(caller, VC_CALL_CLOSE);

	return ret ?: link_await_was(ours, 1, 1);
}

int test_listen(struct selftest *st)
{
	return with_call(st, 0, listen_once_through);
}

/* A second client finds nothing to open while the first has it. */
static int expect_busy(struct selftest *st, struct link *caller, struct link *ours)
{
	return call_open(caller) == -ECONNREFUSED ? 0 : -EEXIST;
}

static int listen_again(struct selftest *st, struct link *caller, struct link *ours)
{
	u32 i;
	int ret;

	ret = call_open(caller) ?: with_call(st, -1, expect_busy);
	for (i = 1; !ret && i <= 10; i++) {
		ret = link_await_was(ours, i, 0);
		if (!ret)
			ret = vchiq_service_relisten(ours->svc);
		if (!ret && vchiq_service_relisten(ours->svc) != -EBUSY)
			ret = -EALREADY;
		if (!ret)
			ret = call_open(caller);
	}
	if (!ret)
		ret = link_await_was(ours, 11, 0);
	if (!ret)
		ret = call_plain(caller, VC_CALL_CLOSE);

	return ret ?: link_await_was(ours, 11, 1);
}

int test_listen_again(struct selftest *st)
{
	return with_call(st, 0, listen_again);
}

static int listen_once(struct selftest *st, struct link *caller, struct link *ours)
{
	int ret;

	ret = call_open(caller) ?: call_plain(caller, VC_CALL_CLOSE);
	if (!ret)
		ret = link_await_was(ours, 1, 1);
	if (!ret)
		ret = expect_busy(st, caller, ours);
	if (!ret)
		ret = vchiq_service_relisten(ours->svc);

	return ret ?: call_open(caller);
}

int test_listen_once(struct selftest *st)
{
	return with_call(st, VCHIQ_SERVICE_ONCE, listen_once);
}

/* The bus device stands for the client: with the same, there may be two. */
int test_listen_clash(struct selftest *st)
{
	struct link *first = link_listen(st, OURS_FOURCC, OURS_VERSION, 0);
	struct link *second;
	int ret;

	if (IS_ERR(first))
		return PTR_ERR(first);

	second = link_listen(st, OURS_FOURCC, OURS_VERSION, 0);
	ret = PTR_ERR_OR_ZERO(second);
	if (!ret)
		link_close(second);
	link_close(first);
	if (ret)
		return ret;

	first = link_listen(st, 0, OURS_VERSION, 0);
	if (IS_ERR(first))
		return PTR_ERR(first) == -EINVAL ? 0 : PTR_ERR(first);
	link_close(first);
	return -EEXIST;
}

int test_listen_sync(struct selftest *st)
{
	return with_call(st, VCHIQ_SERVICE_SYNC, listen_once_through);
}

/*
 * The firmware sends on a service that we have closed meanwhile: nobody takes the
 * message, and the slot it is in has to be released all the same.
 */
static int sync_undelivered(struct selftest *st, struct link *caller, struct link *ours)
{
	const struct vc_call_arg msg = {
		.cmd = cpu_to_le32(VC_CALL_SEND),
		.arg = cpu_to_le32(100),
	};
	u32 i;
	int ret;

	ret = call_open(caller);
	for (i = 0; !ret && i < 20; i++) {
		ret = link_await_was(ours, i + 1, 0);
		if (!ret)
			ret = vchiq_service_send(caller->svc, &msg, sizeof(msg));
		if (!ret)
			ret = vchiq_service_relisten(ours->svc);
		if (!ret)
			ret = link_await(caller, 2 * (i + 1)) ?: call_open(caller);
	}

	return ret ?: test_sync(st);
}

int test_sync_undelivered(struct selftest *st)
{
	return with_call(st, VCHIQ_SERVICE_SYNC, sync_undelivered);
}

static int echo_burst(struct selftest *st, u32 count)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	__le32 words[2] = { cpu_to_le32(VC_ECHO_ECHO) };
	int ret = 0;
	u32 i;

	if (IS_ERR(link))
		return PTR_ERR(link);

	for (i = 0; !ret && i < count; i++) {
		words[1] = cpu_to_le32(i);
		ret = vchiq_service_send(link->svc, words, sizeof(words));
	}
	if (!ret)
		ret = link_await(link, count);
	if (!ret && link->in_order != count)
		ret = -EILSEQ;
	link_close(link);
	return ret;
}

static int pause(struct selftest *st, struct link *caller, struct link *ours)
{
	const struct vc_call_arg msg = {
		.cmd = cpu_to_le32(VC_CALL_PAUSE),
		.arg = cpu_to_le32(50),
	};
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < 5; i++) {
		ret = vchiq_service_send(caller->svc, &msg, sizeof(msg));
		if (!ret)
			ret = echo_burst(st, 500);
		if (!ret)
			ret = link_await(caller, i + 1);
		if (!ret)
			ret = (int)get_unaligned_le32(caller->data + 4);
	}

	return ret;
}

int test_pause(struct selftest *st)
{
	return with_call(st, -1, pause);
}

static int remote_use(struct selftest *st, struct link *caller, struct link *ours)
{
	u32 i;
	int ret = 0;

	for (i = 0; !ret && i < 20; i++)
		ret = call_plain(caller, VC_CALL_USE) ?: call_plain(caller, VC_CALL_RELEASE);

	return ret;
}

int test_remote_use(struct selftest *st)
{
	return with_call(st, -1, remote_use);
}

/* What the transport itself offers: what comes on it is nothing to anybody. */
static int keep(struct selftest *st, struct link *caller, struct link *ours)
{
	u32 i;
	int ret = call_open_name(caller, KEEP_FOURCC, 2) == -ECONNREFUSED ? 0 : -EEXIST;

	for (i = 0; !ret && i < 3; i++) {
		ret = call_open_name(caller, KEEP_FOURCC, 1);
		if (!ret)
			ret = call_arg(caller, VC_CALL_SEND, 100);
		if (!ret)
			ret = call_plain(caller, VC_CALL_CLOSE);
	}

	return ret;
}

int test_keep(struct selftest *st)
{
	return with_call(st, -1, keep);
}

/* -----------------------------------------------------------------------------
 * Bulks of which less comes than was asked for
 */

#define SHORT_LEN	8192
#define SHORT_GUARD	0xa5

static int short_content(const u8 *buf, u32 moved)
{
	u32 i;

	for (i = 0; i < SHORT_LEN; i++) {
		if (buf[i] != (i < moved ? vc_call_pattern(i) : SHORT_GUARD))
			return -EBADMSG;
	}
	return 0;
}

static int short_once(struct link *caller, u8 *buf, u32 moved)
{
	const struct vc_call_bulk msg = {
		.cmd = cpu_to_le32(VC_CALL_BULK),
		.len = cpu_to_le32(SHORT_LEN),
		.moved = cpu_to_le32(moved),
	};
	struct transfer rx;
	int ret;

	memset(buf, SHORT_GUARD, SHORT_LEN);
	transfer_init(&rx, buf, SHORT_LEN, true);
	ret = vchiq_service_bulk(caller->svc, &rx.bulk);
	if (ret)
		return ret;
	ret = call(caller, &msg, sizeof(msg));
	if (ret) {
		vchiq_service_close(caller->svc);
		caller->svc = NULL;
		return ret;
	}
	wait_for_completion(&rx.done);
	if (rx.bulk.status || rx.bulk.actual != moved)
		return -EMSGSIZE;
	return short_content(buf, moved);
}

/* Aligned and not: then the ends come in fragments. */
static int short_bulks(struct selftest *st, struct link *caller, struct link *ours)
{
	static const u32 moved[] = { 0, 1, 20, 64, 100, 4096, 4099, SHORT_LEN - 1, SHORT_LEN };
	u8 *mem = vmalloc(SHORT_LEN + 64);
	unsigned int i;
	int ret = mem ? 0 : -ENOMEM;

	for (i = 0; !ret && i < 2 * ARRAY_SIZE(moved); i++)
		ret = short_once(caller, mem + (i % 2) * 13, moved[i / 2]);
	vfree(mem);
	return ret;
}

int test_bulk_short(struct selftest *st)
{
	return with_call(st, -1, short_bulks);
}
