// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of messages.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bits.h>
#include <linux/slab.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

static int sizes(struct link *link, u8 *buf)
{
	size_t len;
	int ret;

	for (len = 4; len <= VCHIQ_MAX_MSG_SIZE; len += len < 80 ? 1 : 61) {
		ret = echo_once(link, buf, len);
		if (ret)
			return ret;
	}

	return echo_once(link, buf, VCHIQ_MAX_MSG_SIZE) ?: echo_once(link, buf, 4080);
}

int test_sizes(struct selftest *st)
{
	return with_echo(st, sizes);
}

static int limits(struct link *link, u8 *buf)
{
	if (vchiq_service_send(link->svc, buf, 0) != -EINVAL)
		return -ERANGE;
	if (vchiq_service_send(link->svc, buf, VCHIQ_MAX_MSG_SIZE + 1) != -EMSGSIZE)
		return -ERANGE;

	return link_sync(link);
}

int test_limits(struct selftest *st)
{
	return with_echo(st, limits);
}

/* Numbered messages of changing size, far more than the slots hold. */
static int burst(struct link *link, u8 *buf)
{
	const u32 count = 3000;
	__le32 *words = (__le32 *)buf;
	u32 i;
	int ret;

	fill(buf, VCHIQ_MAX_MSG_SIZE, 1);
	for (i = 0; i < count; i++) {
		words[0] = cpu_to_le32(VC_ECHO_ECHO);
		words[1] = cpu_to_le32(i);
		ret = vchiq_service_send(link->svc, buf, 8 + (i * 37) % 1500);
		if (ret)
			return ret;
	}

	ret = link_await(link, count);
	if (ret)
		return ret;

	return link->in_order == count ? 0 : -EILSEQ;
}

int test_burst(struct selftest *st)
{
	return with_echo(st, burst);
}

/* Messages without an answer, then with empty ones. */
static int oneway(struct link *link, u8 *buf)
{
	__le32 command = cpu_to_le32(VC_ECHO_ONEWAY);
	u32 i;
	int ret;

	for (i = 0; i < 4000; i++) {
		if (i == 2000)
			command = cpu_to_le32(VC_ECHO_ASYNC);
		ret = vchiq_service_send(link->svc, &command, sizeof(command));
		if (ret)
			return ret;
	}

	return link_await(link, 2000) ?: link_sync(link);
}

int test_oneway(struct selftest *st)
{
	return with_echo(st, oneway);
}

/* Small messages without waiting, until there is no room. Return: how many. */
static int send_until_full(struct link *link, u32 max)
{
	const __le32 command = cpu_to_le32(VC_ECHO_ECHO);
	u32 i;
	int ret;

	for (i = 0; i < max; i++) {
		ret = vchiq_service_send_nowait(link->svc, &command, sizeof(command));
		if (ret == -EAGAIN)
			break;
		if (ret)
			return ret;
	}

	return i;
}

/*
 * What earlier users of the port have in slots that did not come back counts too:
 * thousands, if the firmware keeps many. The greatest quota that is refused tells
 * how much it is; ours is a little more.
 */
static int set_small_quota(struct link *link)
{
	int used = 0, bit, ret;

	for (bit = BIT(15); bit; bit >>= 1) {
		ret = vchiq_service_set_option(link->svc, VCHIQ_OPTION_MESSAGE_QUOTA, used + bit);
		if (ret == -EINVAL)
			used += bit;
		else if (ret)
			return ret;
	}

	return vchiq_service_set_option(link->svc, VCHIQ_OPTION_MESSAGE_QUOTA, used + 10);
}

/*
 * Without waiting: nothing is lost, and what finds no room says so. A slot that is
 * not full does not come back, so with a small quota there must be an end.
 */
static int nowait(struct link *link, u8 *buf)
{
	int sent, more, ret;

	ret = set_small_quota(link);
	if (ret)
		return ret;
	/* Slots may come back meanwhile, but not so many. */
	sent = send_until_full(link, 9000);
	if (sent < 1 || sent == 9000)
		return sent < 0 ? sent : -ERANGE;
	if (vchiq_service_set_option(link->svc, VCHIQ_OPTION_MESSAGE_QUOTA, 1) != -EINVAL)
		return -EDOM;

	ret = vchiq_service_set_option(link->svc, VCHIQ_OPTION_MESSAGE_QUOTA, 0);
	if (ret)
		return ret;
	more = send_until_full(link, 100);
	if (more < 100)
		return more < 0 ? more : -ENOSPC;

	return link_await(link, sent + more);
}

int test_nowait(struct selftest *st)
{
	return with_echo(st, nowait);
}

/* As "echo", but past everything that is queued. */
int test_sync(struct selftest *st)
{
	struct link *link = link_open(st, VC_TEST_SYNC_FOURCC, VC_TEST_VERSION);
	u8 *buf = kmalloc(VCHIQ_MAX_MSG_SIZE, GFP_KERNEL);
	int ret = buf ? 0 : -ENOMEM;
	size_t len;

	if (IS_ERR(link)) {
		kfree(buf);
		return PTR_ERR(link);
	}

	for (len = 4; !ret && len <= VCHIQ_MAX_MSG_SIZE; len += len < 40 ? 1 : 253)
		ret = echo_once(link, buf, len);
	link_close(link);
	kfree(buf);
	return ret;
}
