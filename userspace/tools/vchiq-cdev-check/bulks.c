// SPDX-License-Identifier: GPL-2.0
/*
 * Bulk transfers in all modes, of memory and of dma-bufs.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <linux/dma-buf.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cases.h"
#include "sm-client.h"

#define BLOCK		8192u
#define MIB		(1u << 20)

struct client {
	int fd;
	uint32_t handle;
};

static struct client open_echo(void *cookie)
{
	struct client c = { .fd = open_client() };

	c.handle = create(c.fd, ECHO, true, cookie);
	return c;
}

static int transmit(const struct client *c, void *data, uint32_t size, int mode)
{
	return bulk(c->fd, c->handle, false, data, size, &mode, data);
}

static int receive(const struct client *c, void *data, uint32_t size, int mode)
{
	return bulk(c->fd, c->handle, true, data, size, &mode, data);
}

/* One block there and back. */
static void check_bulks(const struct client *c)
{
	static uint8_t sent[BLOCK], got[BLOCK];

	for (uint32_t i = 0; i < BLOCK; i++)
		sent[i] = (uint8_t)(i * 7 + 1);
	configure(c->fd, c->handle, BLOCK, 1);
	CHECK(!transmit(c, sent, BLOCK, VCHIQ_BULK_MODE_BLOCKING), "transmit");
	CHECK(!receive(c, got, BLOCK, VCHIQ_BULK_MODE_BLOCKING), "receive");
	CHECK(!memcmp(sent, got, BLOCK), "other bytes came back");
}

/* -----------------------------------------------------------------------------
 * Errors
 */

static void case_bad_bulk(void)
{
	struct client c = open_echo(NULL);
	uint8_t data[64] = { 0 }, *hole = before_hole(65536);

	CHECK_FAILS(transmit(&c, data, sizeof(data), 4), EINVAL);
	CHECK_FAILS(transmit(&c, data, sizeof(data), -1), EINVAL);
	CHECK_FAILS(transmit(&c, data, sizeof(data), VCHIQ_BULK_MODE_WAITING), ESRCH);
	CHECK_FAILS(transmit(&c, NULL, sizeof(data), VCHIQ_BULK_MODE_BLOCKING), EIO);
	CHECK_FAILS(transmit(&c, data, 0, VCHIQ_BULK_MODE_BLOCKING), EIO);
	CHECK_FAILS(receive(&c, NOWHERE, sizeof(data), VCHIQ_BULK_MODE_BLOCKING), EIO);
	CHECK_FAILS(transmit(&c, hole - 4096, 8192, VCHIQ_BULK_MODE_CALLBACK), EIO);
	CHECK_FAILS(receive(&c, hole - 4096, 8192, VCHIQ_BULK_MODE_NOCALLBACK), EIO);
	CHECK_FAILS(receive(&c, hole - 65536, 0x7fffffff, VCHIQ_BULK_MODE_BLOCKING), EIO);
	CHECK_FAILS(receive(&c, hole - 65536, ~0u, VCHIQ_BULK_MODE_BLOCKING), EIO);
	CHECK_FAILS(receive(&c, read_only(data, sizeof(data)), sizeof(data),
			    VCHIQ_BULK_MODE_BLOCKING), EIO);
	check_bulks(&c);
	check_alive();
}

/* -----------------------------------------------------------------------------
 * Modes
 */

static void case_callback(void)
{
	static uint8_t sent[4][BLOCK], got[4][BLOCK];
	int cookie, n_tx = 0, n_rx = 0;
	struct client c = { .fd = open_client() };
	struct vchiq_ioc_completion completion;

	c.handle = create(c.fd, ECHO, true, &cookie);
	configure(c.fd, c.handle, BLOCK, 4);
	for (int i = 0; i < 4; i++) {
		memset(sent[i], 0x30 + i, BLOCK);
		CHECK(!transmit(&c, sent[i], BLOCK, VCHIQ_BULK_MODE_CALLBACK), "transmit");
		CHECK(!receive(&c, got[i], BLOCK, VCHIQ_BULK_MODE_CALLBACK), "receive");
	}
	while (n_tx + n_rx < 8) {
		CHECK(await_one(c.fd, &completion, NULL) == 1, "AWAIT_COMPLETION");
		CHECK(completion.service_userdata == &cookie, "service cookie");
		if (completion.reason == VCHIQ_REASON_BULK_TRANSMIT_DONE)
			CHECK(completion.bulk_userdata == sent[n_tx++], "not in order");
		else if (completion.reason == VCHIQ_REASON_BULK_RECEIVE_DONE)
			CHECK(completion.bulk_userdata == got[n_rx++], "not in order");
		else
			CHECK(completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE, "reason %d",
			      completion.reason);
	}
	CHECK(!memcmp(sent, got, sizeof(sent)), "other bytes came back");
}

/* Nothing is told of it. */
static void case_nocallback(void)
{
	static uint8_t sent[BLOCK] = { 9 }, got[BLOCK];
	struct client c = open_echo(NULL);
	struct pollfd pollfd = { .fd = c.fd, .events = POLLIN };

	configure(c.fd, c.handle, BLOCK, 1);
	while (poll(&pollfd, 1, 0))
		expect(c.fd, VCHIQ_REASON_MESSAGE_AVAILABLE, NULL, NULL);
	CHECK(!transmit(&c, sent, BLOCK, VCHIQ_BULK_MODE_NOCALLBACK), "transmit");
	CHECK(!receive(&c, got, BLOCK, VCHIQ_BULK_MODE_BLOCKING), "receive");
	CHECK(got[0] == 9, "other bytes came back");
	CHECK(!poll(&pollfd, 1, 0), "something was told");
}

struct bulk_call {
	struct client c;
	uint8_t *data;
	int mode;
};

static long run_receive(void *arg)
{
	struct bulk_call *args = arg;

	return bulk(args->c.fd, args->c.handle, true, args->data, BLOCK, &args->mode, NULL);
}

/* What a thread is asked to do while another one looks. */
struct script {
	struct bulk_call first;
	struct client second;
	int error, mode, foreign;
	long resumed, gone;
	int resumed_error, gone_error;
};

/* Interrupted, then picked up by the same thread. */
static long run_resume(void *arg)
{
	struct script *script = arg;
	static uint8_t sent[BLOCK];

	if (!run_receive(&script->first))
		return 1;
	script->error = errno;
	script->mode = script->first.mode;
	memset(sent, 0x77, BLOCK);
	/* Now it can end. */
	if (transmit(&script->first.c, sent, BLOCK, VCHIQ_BULK_MODE_NOCALLBACK))
		return 2;
	script->resumed = run_receive(&script->first);
	script->resumed_error = errno;
	script->gone = run_receive(&script->first);
	script->gone_error = errno;
	return 0;
}

static void case_waiting(void)
{
	static uint8_t got[BLOCK];
	struct client c = open_echo(NULL);
	struct script script = { .first = { c, got, VCHIQ_BULK_MODE_BLOCKING } };
	struct call call;

	configure(c.fd, c.handle, BLOCK, 1);
	call_start(&call, run_resume, &script);
	call_await_blocked(&call);
	/* It is this thread's alone. */
	CHECK_FAILS(receive(&c, got, BLOCK, VCHIQ_BULK_MODE_WAITING), ESRCH);
	call_signal(&call);
	call_join(&call);
	CHECK(!call.ret, "step %ld", call.ret);
	CHECK(script.error == EINTR, "error %d", script.error);
	CHECK(script.mode == VCHIQ_BULK_MODE_WAITING, "mode %d", script.mode);
	CHECK(!script.resumed, "the wait was not picked up: error %d", script.resumed_error);
	CHECK(got[0] == 0x77 && got[BLOCK - 1] == 0x77, "other bytes came back");
	CHECK(script.gone == -1 && script.gone_error == ESRCH, "there is a wait left");
}

/* Interrupted, then waiting for something else. */
static long run_other(void *arg)
{
	struct script *script = arg;

	if (!run_receive(&script->first))
		return 1;
	script->error = errno;
	check_bulks(&script->second);
	script->gone = run_receive(&script->first);
	script->gone_error = errno;
	return 0;
}

static void case_waiting_cancelled(void)
{
	static uint8_t got[BLOCK];
	struct client c = open_echo(NULL);
	struct script script = {
		.first = { c, got, VCHIQ_BULK_MODE_BLOCKING },
		.second = { c.fd, create(c.fd, ECHO, true, NULL) },
	};
	struct call call;

	configure(c.fd, c.handle, BLOCK, 1);
	call_start(&call, run_other, &script);
	call_await_blocked(&call);
	call_signal(&call);
	call_join(&call);
	CHECK(!call.ret && script.error == EINTR, "step %ld", call.ret);
	CHECK(script.gone == -1 && script.gone_error == ESRCH, "the old wait is still there");
}

/* Closing ends what will not come. */
static void case_abort(void)
{
	static uint8_t got[BLOCK], more[BLOCK];
	int cookie;
	struct client c = open_echo(&cookie);
	struct bulk_call args = { c, got, VCHIQ_BULK_MODE_BLOCKING };
	struct call call;

	configure(c.fd, c.handle, BLOCK, 2);
	call_start(&call, run_receive, &args);
	call_await_blocked(&call);
	CHECK(!receive(&c, more, BLOCK, VCHIQ_BULK_MODE_CALLBACK), "receive");
	remove_service(c.fd, c.handle);
	call_join(&call);
	CHECK(call.ret == -1 && call.error == EIO, "returned %ld", call.ret);
	for (;;) {
		struct vchiq_ioc_completion completion;

		CHECK(await_one(c.fd, &completion, NULL) == 1, "AWAIT_COMPLETION");
		if (completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE)
			continue;
		CHECK(completion.reason == VCHIQ_REASON_BULK_RECEIVE_ABORTED &&
		      completion.bulk_userdata == more, "reason %d", completion.reason);
		break;
	}
	expect(c.fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
}

/* A wait for room is a wait. */
static void case_no_room(void)
{
	static uint8_t got[BLOCK];
	struct client c = open_echo(NULL);
	struct bulk_call args = { c, got, VCHIQ_BULK_MODE_CALLBACK };
	struct call call;

	configure(c.fd, c.handle, BLOCK, 8);
	for (int i = 0; i < 4; i++)
		CHECK(!receive(&c, got, BLOCK, VCHIQ_BULK_MODE_NOCALLBACK), "receive %d", i);
	call_start(&call, run_receive, &args);
	call_await_blocked(&call);
	call_signal(&call);
	call_join(&call);
	CHECK(call.ret == -1 && call.error == EINTR, "returned %ld", call.ret);
	CHECK(args.mode == VCHIQ_BULK_MODE_CALLBACK, "mode %d", args.mode);
}

/* -----------------------------------------------------------------------------
 * dma-bufs
 */

static int dmabuf_bulk(const struct client *c, const struct vchiq_ioc_queue_bulk_dmabuf *from)
{
	struct vchiq_ioc_queue_bulk_dmabuf args = *from;

	args.handle = c->handle;
	return ioctl(c->fd, VCHIQ_IOC_QUEUE_BULK_DMABUF, &args);
}

static uint8_t *map_dmabuf(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap");
	return map;
}

static void fill(uint8_t *data, size_t size, uint8_t seed)
{
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 5 + (i >> 9) + seed);
}

/*
 * There and back within one dma-buf. udmabuf stays mapped as for the first sync, so
 * that one must be for both directions.
 */
static void check_dmabuf(const struct client *c, int fd, uint32_t from, uint32_t to,
			 uint32_t size)
{
	uint8_t *map = map_dmabuf(fd, MIB);
	struct vchiq_ioc_queue_bulk_dmabuf args = {
		.size = size,
		.fd = fd,
		.mode = VCHIQ_BULK_MODE_BLOCKING,
	};

	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW), "sync start");
	memset(map, 0, MIB);
	fill(map + from, size, (uint8_t)size);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW), "sync end");
	configure(c->fd, c->handle, size, 1);
	args.offset = from;
	args.direction = VCHIQ_BULK_DIRECTION_TRANSMIT;
	CHECK(!dmabuf_bulk(c, &args), "transmit of %u bytes at %u", size, from);
	args.offset = to;
	args.direction = VCHIQ_BULK_DIRECTION_RECEIVE;
	CHECK(!dmabuf_bulk(c, &args), "receive of %u bytes at %u", size, to);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW), "sync start");
	CHECK(!memcmp(map + from, map + to, size), "%u bytes at %u came back changed", size, from);
	CHECK(to <= from + size || !map[to - 1], "a byte before was written");
	CHECK(to + size == MIB || !map[to + size], "a byte behind was written");
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW), "sync end");
	munmap(map, MIB);
}

static void check_dmabufs(int fd)
{
	struct client c = open_echo(NULL);

	check_dmabuf(&c, fd, 0, MIB / 2, MIB / 2);
	check_dmabuf(&c, fd, 0, 8192, 4096);
	check_dmabuf(&c, fd, 12288, 65536, 20480);
	check_dmabuf(&c, fd, 4096 + 64, 65536 + 128, 4096 * 3);
	check_dmabuf(&c, fd, 17, 65536, 64);
	check_bulks(&c);
}

static void case_dmabuf(void)
{
	int sm = sm_open(), fd;

	if (sm < 0)
		skip("no /dev/vc_sm");
	fd = sm_alloc(sm, MIB, NULL);
	CHECK(fd >= 0, "VC_SM_IOC_ALLOC");
	check_dmabufs(fd);
}

static void case_dmabuf_scattered(void)
{
	int fd = dmabuf_scattered(MIB);

	if (fd < 0)
		skip("no /dev/udmabuf");
	check_dmabufs(fd);
}

/* Completions are those of other bulks; the descriptor may go at once. */
static void case_dmabuf_callback(void)
{
	int cookie, mark, fd = dmabuf_scattered(MIB);
	struct client c = open_echo(&cookie);
	struct vchiq_ioc_queue_bulk_dmabuf args = {
		.size = 4096,
		.userdata = (uintptr_t)&mark,
		.fd = fd,
		.direction = VCHIQ_BULK_DIRECTION_RECEIVE,
		.mode = VCHIQ_BULK_MODE_CALLBACK,
	};
	struct vchiq_ioc_completion completion;
	static uint8_t sent[4096] = { 0x33 };
	uint8_t *map;

	if (fd < 0)
		skip("no /dev/udmabuf");
	map = map_dmabuf(fd, MIB);
	configure(c.fd, c.handle, 4096, 1);
	CHECK(!dmabuf_bulk(&c, &args), "receive");
	close(fd);
	CHECK(!transmit(&c, sent, 4096, VCHIQ_BULK_MODE_BLOCKING), "transmit");
	do {
		CHECK(await_one(c.fd, &completion, NULL) == 1, "AWAIT_COMPLETION");
	} while (completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE);
	CHECK(completion.reason == VCHIQ_REASON_BULK_RECEIVE_DONE, "reason %d", completion.reason);
	CHECK(completion.bulk_userdata == &mark && completion.service_userdata == &cookie,
	      "wrong cookies");
	CHECK(map[0] == 0x33, "other bytes came");
}

static void dmabuf_fails(const struct client *c, const struct vchiq_ioc_queue_bulk_dmabuf *args,
			 int error)
{
	errno = 0;
	CHECK(dmabuf_bulk(c, args) < 0 && errno == error,
	      "fd %d, offset %#llx, size %#llx, mode %d: not error %d", args->fd,
	      (unsigned long long)args->offset, (unsigned long long)args->size, args->mode,
	      error);
}

static void case_bad_dmabuf(void)
{
	int fd = dmabuf_scattered(MIB);
	struct client c = open_echo(NULL);
	struct vchiq_ioc_queue_bulk_dmabuf good = {
		.size = 4096,
		.fd = fd,
		.mode = VCHIQ_BULK_MODE_BLOCKING,
	}, bad;

	if (fd < 0)
		skip("no /dev/udmabuf");
	bad = good, bad.fd = -1, dmabuf_fails(&c, &bad, EBADF);
	bad = good, bad.fd = 999, dmabuf_fails(&c, &bad, EBADF);
	bad = good, bad.fd = c.fd, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.size = 0, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.size = MIB + 1, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.offset = MIB, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.offset = MIB - 4095, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.offset = UINT64_MAX, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.size = UINT64_MAX - 100, bad.offset = 200, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.size = 1ull << 32, dmabuf_fails(&c, &bad, EINVAL);
	/* The firmware fills cache lines. */
	bad = good, bad.direction = 1, bad.offset = 8, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.direction = 1, bad.size = 4088, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.direction = 2, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.mode = 4, dmabuf_fails(&c, &bad, EINVAL);
	bad = good, bad.mode = VCHIQ_BULK_MODE_WAITING, dmabuf_fails(&c, &bad, ESRCH);
	c.handle++;
	dmabuf_fails(&c, &good, EINVAL);
	c.handle--;
	check_bulks(&c);
}

const struct test_case bulk_cases[] = {
	{ "bulks with wrong arguments", case_bad_bulk, OURS },
	{ "bulks with completions", case_callback, STOCK },
	{ "bulks that nothing is told of", case_nocallback, OURS },
	{ "a blocking bulk survives a signal", case_waiting, STOCK },
	{ "another blocking bulk cancels the first one's wait", case_waiting_cancelled, OURS },
	{ "closing aborts bulks", case_abort, STOCK },
	{ "a signal ends the wait for room", case_no_room, OURS },
	{ "bulks of a contiguous dma-buf", case_dmabuf, OURS },
	{ "bulks of a scattered dma-buf", case_dmabuf_scattered, OURS },
	{ "bulks of a dma-buf with completions", case_dmabuf_callback, OURS },
	{ "dma-bufs with wrong arguments", case_bad_dmabuf, OURS },
	{ 0 }
};
