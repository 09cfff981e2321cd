// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of bulks from and to kernel buffers.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

#define GUARD		64
#define GUARD_BYTE	0xa5

/*
 * One block out and back. The link is closed on every failure, as the transfers
 * are on our stack.
 */
static int bulk_there_and_back(struct link *link, void *out, void *in, size_t len)
{
	struct transfer tx, rx;
	int ret;

	transfer_init(&tx, out, len, false);
	transfer_init(&rx, in, len, true);
	ret = vchiq_service_bulk(link->svc, &rx.bulk);
	if (!ret)
		ret = vchiq_service_bulk(link->svc, &tx.bulk);
	if (!ret)
		ret = transfer_await(&tx);
	if (!ret)
		ret = transfer_await(&rx);
	if (!ret && memcmp(out, in, len))
		ret = -EBADMSG;
	if (ret) {
		vchiq_service_close(link->svc);
		link->svc = NULL;
	}

	return ret;
}

int bulk_echo(struct selftest *st, u8 *out, u8 *in, size_t len)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	fill(out, len, len);
	memset(in, 0, len);
	ret = echo_config(link, len, 1);
	if (!ret)
		ret = bulk_there_and_back(link, out, in, len);
	link_close(link);
	return ret;
}

int test_bulk_sizes(struct selftest *st)
{
	static const size_t lens[] = {
		1, 63, 64, 65, 4095, 4096, 4097, 65536 + 13, 1000000, 3110400, 8294400,
	};
	const size_t max = 8294400;
	u8 *out = vmalloc(max);
	u8 *in = vmalloc(max);
	unsigned int i;
	int ret = out && in ? 0 : -ENOMEM;

	for (i = 0; !ret && i < ARRAY_SIZE(lens); i++)
		ret = bulk_echo(st, out, in, lens[i]);
	vfree(out);
	vfree(in);
	return ret;
}

/* Contiguous pages, and slab memory, which the transport copies. */
int test_bulk_memory(struct selftest *st)
{
	const size_t len = 100000;
	u8 *pages = alloc_pages_exact(len, GFP_KERNEL);
	u8 *big = kmalloc(len, GFP_KERNEL);
	u8 *out = kmalloc(777, GFP_KERNEL);
	u8 *in = kmalloc(777, GFP_KERNEL);
	int ret = -ENOMEM;

	if (pages && big && out && in)
		ret = bulk_echo(st, out, in, 777) ?: bulk_echo(st, pages, big, len);
	if (!ret)
		ret = bulk_echo(st, big, pages, len);
	kfree(in);
	kfree(out);
	kfree(big);
	if (pages)
		free_pages_exact(pages, len);
	return ret;
}

static int guard_check(const u8 *buf, size_t offset, size_t len)
{
	size_t i;

	for (i = 0; i < GUARD; i++) {
		if (buf[offset - GUARD + i] != GUARD_BYTE ||
		    buf[offset + len + i] != GUARD_BYTE)
			return -EOVERFLOW;
	}

	return 0;
}

/*
 * One aligned-so transfer. What lies around the buffer is written after posting,
 * as a neighbour may.
 */
static int fun2_once(struct link *link, u8 *out, u8 *in, size_t offset, size_t len)
{
	const struct vc_fun2_params params = {
		.len = cpu_to_le32(len),
		.server_align = cpu_to_le32(len % 40),
		.client_align = cpu_to_le32(offset % 64),
	};
	int ret;

	fill(out, len + 2 * PAGE_SIZE, len + offset);
	memset(in, GUARD_BYTE, offset + len + GUARD);
	ret = vchiq_service_send(link->svc, &params, sizeof(params));
	if (!ret)
		ret = bulk_there_and_back(link, out + offset, in + offset, len);

	return ret ?: guard_check(in, offset, len);
}

static int fun2_all(struct link *link, u8 *out, u8 *in)
{
	static const size_t big[] = { 64, 127, 1024, 4095, 4096, 4097, 8192 };
	static const size_t offsets[] = {
		0, 1, 2, 4, 8, 16, 31, 32, 33, 63, 4096 - 64, 4096 - 8, 4096 - 1,
	};
	unsigned int i, j;
	size_t len;
	int ret;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		for (len = 1; len < 64; len += 3) {
			ret = fun2_once(link, out, in, PAGE_SIZE + offsets[i], len);
			if (ret)
				return ret;
		}
		for (j = 0; j < ARRAY_SIZE(big); j++) {
			ret = fun2_once(link, out, in, PAGE_SIZE + offsets[i], big[j]);
			if (ret)
				return ret;
		}
	}

	return 0;
}

int test_bulk_alignment(struct selftest *st)
{
	struct link *link = link_open(st, FUN2_FOURCC, TEST_VERSION);
	u8 *out, *in;
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	out = vmalloc(8 * PAGE_SIZE);
	in = vmalloc(8 * PAGE_SIZE);
	ret = out && in ? fun2_all(link, out, in) : -ENOMEM;
	link_close(link);
	vfree(out);
	vfree(in);
	return ret;
}

/*
 * More than may be outstanding at once, in both directions. A receive is posted
 * before each transmit, so that the firmware always gets rid of what it has.
 */
static int queue_blocks(struct link *link, struct transfer *transfers, u8 *mem,
			unsigned int count, size_t len)
{
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		transfer_init(&transfers[2 * i], mem + 2 * i * len, len, true);
		transfer_init(&transfers[2 * i + 1], mem + (2 * i + 1) * len, len, false);
		fill(mem + (2 * i + 1) * len, len, i);
		ret = vchiq_service_bulk(link->svc, &transfers[2 * i].bulk);
		if (!ret)
			ret = vchiq_service_bulk(link->svc, &transfers[2 * i + 1].bulk);
		if (ret)
			return ret;
	}
	for (i = 0; i < 2 * count; i++) {
		ret = transfer_await(&transfers[i]);
		if (ret)
			return ret;
		if (i % 2 && memcmp(mem + i * len, mem + (i - 1) * len, len))
			return -EBADMSG;
	}

	return 0;
}

int test_bulk_queue(struct selftest *st)
{
	const unsigned int count = 100;
	const size_t len = 6000;
	struct transfer *transfers = kcalloc(2 * count, sizeof(*transfers), GFP_KERNEL);
	u8 *mem = vzalloc(2 * count * len);
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	int ret = -ENOMEM;

	if (IS_ERR(link)) {
		ret = PTR_ERR(link);
	} else {
		if (transfers && mem)
			ret = echo_config(link, len, count);
		if (!ret)
			ret = queue_blocks(link, transfers, mem, count, len);
		link_close(link);
	}
	vfree(mem);
	kfree(transfers);
	return ret;
}

/* Bulks that nobody matches end with the service. */
int test_bulk_abort(struct selftest *st)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	struct transfer transfers[2 * VCHIQ_NUM_SERVICE_BULKS];
	u8 *mem = vmalloc(ARRAY_SIZE(transfers) * 100);
	unsigned int i, posted = 0;
	int ret = mem ? 0 : -ENOMEM;

	if (IS_ERR(link)) {
		vfree(mem);
		return PTR_ERR(link);
	}

	for (i = 0; !ret && i < ARRAY_SIZE(transfers); i++) {
		transfer_init(&transfers[i], mem + i * 100, 100, i % 2);
		ret = vchiq_service_bulk(link->svc, &transfers[i].bulk);
		if (!ret)
			posted++;
	}
	link_close(link);
	for (i = 0; i < posted; i++) {
		if (!completion_done(&transfers[i].done) ||
		    transfers[i].bulk.status != -ECONNABORTED)
			ret = ret ?: -EBUSY;
	}
	vfree(mem);
	return ret;
}

int test_bulk_invalid(struct selftest *st)
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	struct transfer transfer;
	u8 byte = 0;
	int ret = 0;

	if (IS_ERR(link))
		return PTR_ERR(link);

	transfer_init(&transfer, &byte, 0, false);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EINVAL)
		ret = -ERANGE;
	transfer_init(&transfer, NULL, 1, true);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EINVAL)
		ret = -ERANGE;
	transfer_init(&transfer, &byte, (size_t)S32_MAX + 1, false);
	if (vchiq_service_bulk(link->svc, &transfer.bulk) != -EMSGSIZE)
		ret = -ERANGE;
	link_close(link);
	return ret;
}
