// SPDX-License-Identifier: GPL-2.0
/*
 * Messages both ways, completions, waiting for them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cases.h"

#define NR_PINGS	50

static int try_elements(int fd, uint32_t handle, const struct vchiq_ioc_element *elements,
			uint32_t count)
{
	struct vchiq_ioc_queue_message args = { handle, count, elements };

	return ioctl(fd, VCHIQ_IOC_QUEUE_MESSAGE, &args);
}

/* -----------------------------------------------------------------------------
 * Sending
 */

static void case_gather(void)
{
	uint32_t word = ECHO_ECHO;
	struct vchiq_ioc_element elements[] = {
		{ &word, 4 }, { NULL, 0 }, { "abc", 3 }, { NOWHERE, 0 },
		{ "d", 1 }, { "efghij", 6 }, { NULL, 0 }, { "kl", 2 },
	};
	char got[32] = "";
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	CHECK(!try_elements(fd, handle, elements, 8), "eight elements");
	CHECK(dequeue(fd, handle, got, sizeof(got), true) == 16, "not 16 bytes");
	CHECK(!memcmp(got + 4, "abcdefghijkl", 12), "got \"%s\"", got + 4);
	CHECK_FAILS(try_elements(fd, handle, elements, 9), EINVAL);
	CHECK_FAILS(try_elements(fd, handle, elements, ~0u), EINVAL);
	check_service(fd, handle);
}

/* No more elements are read than there are. */
static void case_short_list(void)
{
	struct vchiq_ioc_element *element = (void *)before_hole(sizeof(*element));
	uint32_t word = ECHO_SYNC;
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);
	uint8_t got[8];

	element[-1] = (struct vchiq_ioc_element){ &word, 4 };
	CHECK(!try_elements(fd, handle, element - 1, 1), "a list at the end of memory");
	CHECK(dequeue(fd, handle, got, sizeof(got), true) == 1, "no answer");
	CHECK_FAILS(try_elements(fd, handle, element - 1, 2), EFAULT);
	CHECK_FAILS(try_elements(fd, handle, NOWHERE, 1), EFAULT);
	check_service(fd, handle);
}

static void case_bad_sizes(void)
{
	static uint8_t data[2 * MAX_MESSAGE];
	struct vchiq_ioc_element two[] = { { data, MAX_MESSAGE }, { data, 1 } };
	struct vchiq_ioc_element huge[] = { { data, ~0u }, { data, 5 }, { data, ~0u } };
	struct vchiq_ioc_element null = { NULL, 4 };
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	CHECK_FAILS(try_send(fd, handle, data, 0), EIO);
	CHECK_FAILS(try_send(fd, handle, data, MAX_MESSAGE + 1), EIO);
	CHECK_FAILS(try_elements(fd, handle, two, 2), EIO);
	CHECK_FAILS(try_elements(fd, handle, huge, 3), EIO);
	CHECK_FAILS(try_elements(fd, handle, &null, 1), EFAULT);
	check_service(fd, handle);
}

/*
 * The driver of the kernel has reserved space among the messages when it finds
 * that it cannot read one; what is there is then taken for messages.
 */
static void case_unreadable(void)
{
	uint8_t *hole = before_hole(2048);
	uint32_t word = ECHO_ECHO;
	struct vchiq_ioc_element second[] = { { &word, 4 }, { NOWHERE, 64 } };
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);
	uint8_t got[MAX_MESSAGE];

	/* What lies in the slots from before is no message. */
	for (int i = 0; i < 200; i++) {
		send_echo(fd, handle, 1001, 0xff);
		CHECK(dequeue(fd, handle, got, sizeof(got), true) == 1001, "no echo");
	}
	for (int i = 0; i < 20; i++) {
		CHECK_FAILS(try_send(fd, handle, NOWHERE, 1000), EIO);
		CHECK_FAILS(try_send(fd, handle, hole - 100, 2000), EIO);
		CHECK_FAILS(try_elements(fd, handle, second, 2), EIO);
		check_service(fd, handle);
	}
	check_alive();
}

/* Memory that is there when we say so. */
static int late_memory(void *map, size_t page)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range = { (uintptr_t)map, page },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (uffd < 0)
		skip("no userfaultfd");
	CHECK(!ioctl(uffd, UFFDIO_API, &api), "UFFDIO_API");
	CHECK(!ioctl(uffd, UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");
	return uffd;
}

struct late {
	int fd;
	uint32_t handle;
	uint8_t *data;
};

static long send_late(void *arg)
{
	struct late *late = arg;

	return try_send(late->fd, late->handle, late->data, 100);
}

/* Who waits for memory of a sender stops that sender alone. */
static void case_late_memory(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct late late = { .fd = open_client() };
	int other = open_client(), uffd;
	uint32_t neighbour = create(other, ECHO, true, NULL);
	uint8_t got[MAX_MESSAGE];
	static uint8_t content[65536] = { ECHO_ECHO };
	struct uffdio_copy copy = { .src = (uintptr_t)content, .len = page };
	struct call call;

	late.handle = create(late.fd, ECHO, true, NULL);
	late.data = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(late.data != MAP_FAILED, "mmap");
	uffd = late_memory(late.data, page);
	call_start(&call, send_late, &late);
	call_await_blocked(&call);
	for (int i = 0; i < NR_PINGS; i++)
		check_service(other, neighbour);
	CHECK(!__atomic_load_n(&call.is_done, __ATOMIC_ACQUIRE), "the memory was not read");
	copy.dst = (uintptr_t)late.data;
	CHECK(!ioctl(uffd, UFFDIO_COPY, &copy), "UFFDIO_COPY");
	call_join(&call);
	CHECK(!call.ret, "QUEUE_MESSAGE");
	CHECK(dequeue(late.fd, late.handle, got, sizeof(got), true) == 100, "no echo");
}

/* -----------------------------------------------------------------------------
 * Completions
 */

static void case_completion(void)
{
	int cookie, fd = open_client();
	uint32_t handle = create(fd, ECHO, false, &cookie);
	struct { struct vchiq_ioc_header header; uint8_t data[MAX_MESSAGE]; } first, last;
	void *msgbufs[] = { &first, &last };
	struct vchiq_ioc_completion got[8];
	struct vchiq_ioc_await_completion args = {
		.count = 8,
		.buf = got,
		.msgbufsize = sizeof(first),
		.msgbufcount = 2,
		.msgbufs = msgbufs,
	};

	memset(&first, 0, sizeof(first));
	memset(&last, 0, sizeof(last));
	send_echo(fd, handle, MAX_MESSAGE, 0x42);
	CHECK(ioctl(fd, VCHIQ_IOC_AWAIT_COMPLETION, &args) == 1, "AWAIT_COMPLETION");
	CHECK(got[0].reason == VCHIQ_REASON_MESSAGE_AVAILABLE, "reason %d", got[0].reason);
	CHECK(got[0].service_userdata == &cookie, "cookie %p", got[0].service_userdata);
	CHECK((void *)got[0].header == &last, "not the last message buffer");
	CHECK(args.msgbufcount == 1, "%u message buffers left", args.msgbufcount);
	CHECK(last.header.size == MAX_MESSAGE, "size %u", last.header.size);
	CHECK(last.data[4] == 0x42 && last.data[MAX_MESSAGE - 1] == 0x42, "other bytes");
	CHECK(!first.header.size, "the first message buffer was used");
	CHECK_FAILS(dequeue(fd, handle, &first, sizeof(first), false), EINVAL);
	remove_service(fd, handle);
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
}

static void await_fails(int fd, const struct vchiq_ioc_await_completion *bad, int error)
{
	struct vchiq_ioc_await_completion args = *bad;

	errno = 0;
	CHECK(ioctl(fd, VCHIQ_IOC_AWAIT_COMPLETION, &args) < 0 && errno == error,
	      "count %u, msgbufs %u of %u: not error %d", bad->count, bad->msgbufcount,
	      bad->msgbufsize, error);
	CHECK(args.msgbufcount == bad->msgbufcount, "a message buffer was used");
}

/* What cannot be told is told later. */
static void case_bad_await(void)
{
	uint8_t *hole = before_hole(4096);
	struct { struct vchiq_ioc_header header; uint8_t data[MAX_MESSAGE]; } got = { 0 };
	struct vchiq_ioc_completion completion;
	void *msgbuf = &got, *nowhere = NOWHERE, *end = hole - 50;
	struct vchiq_ioc_await_completion good = {
		.count = 1,
		.buf = &completion,
		.msgbufsize = 108,
		.msgbufcount = 1,
		.msgbufs = &msgbuf,
	}, bad;
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, false, NULL);

	send_echo(fd, handle, 100, 0x11);
	bad = good, bad.msgbufsize = 107, await_fails(fd, &bad, EMSGSIZE);
	bad = good, bad.msgbufsize = 0, await_fails(fd, &bad, EMSGSIZE);
	bad = good, bad.msgbufcount = 0, await_fails(fd, &bad, EMSGSIZE);
	bad = good, bad.msgbufs = NOWHERE, await_fails(fd, &bad, EFAULT);
	bad = good, bad.msgbufs = &nowhere, await_fails(fd, &bad, EFAULT);
	bad = good, bad.msgbufs = &end, await_fails(fd, &bad, EFAULT);
	bad = good, bad.buf = NOWHERE, await_fails(fd, &bad, EFAULT);
	bad = good, bad.buf = (void *)(hole - 4), await_fails(fd, &bad, EFAULT);
	bad = good, bad.msgbufcount = ~0u, bad.msgbufs = NOWHERE, await_fails(fd, &bad, EFAULT);
	CHECK(ioctl(fd, VCHIQ_IOC_AWAIT_COMPLETION, &good) == 1, "the message was lost");
	CHECK(got.header.size == 100 && got.data[99] == 0x11, "other bytes");
}

/* Several messages, as many as there are buffers for. */
static void case_several(void)
{
	static uint8_t space[4][MAX_MESSAGE + 8];
	void *msgbufs[] = { space[0], space[1], space[2] };
	struct vchiq_ioc_completion got[8];
	struct vchiq_ioc_await_completion args = {
		.count = 8,
		.buf = got,
		.msgbufsize = MAX_MESSAGE + 8,
		.msgbufcount = 3,
		.msgbufs = msgbufs,
	};
	int cookie, fd = open_client(), n = 0, ret;
	uint32_t handle = create(fd, ECHO, false, &cookie);

	for (int i = 0; i < 8; i++)
		send_echo(fd, handle, 40, (uint8_t)i);
	while (n < 8) {
		args.msgbufcount = 3;
		ret = ioctl(fd, VCHIQ_IOC_AWAIT_COMPLETION, &args);
		CHECK(ret >= 1 && ret <= 3, "%d completions into three buffers", ret);
		CHECK(args.msgbufcount == 3u - (unsigned int)ret, "%u buffers left",
		      args.msgbufcount);
		for (int i = 0; i < ret; i++, n++)
			CHECK(((uint8_t *)got[i].header)[12] == n, "message %d is another", n);
	}
}

/* -----------------------------------------------------------------------------
 * Dequeuing
 */

static void case_dequeue(void)
{
	int cookie, fd = open_client();
	uint32_t handle = create(fd, ECHO, true, &cookie);
	uint8_t got[MAX_MESSAGE];

	CHECK_FAILS(dequeue(fd, handle, got, sizeof(got), false), EWOULDBLOCK);
	send_echo(fd, handle, 10, 1);
	expect(fd, VCHIQ_REASON_MESSAGE_AVAILABLE, &cookie, NULL);
	CHECK(dequeue(fd, handle, got, sizeof(got), false) == 10, "not 10 bytes");
	/* Without a buffer its size is told, and it is dropped. */
	send_echo(fd, handle, 30, 1);
	CHECK(dequeue(fd, handle, NULL, sizeof(got), true) == 30, "not 30 bytes");
	CHECK_FAILS(dequeue(fd, handle, got, sizeof(got), false), EWOULDBLOCK);
	/* An empty one is one too. */
	send_message(fd, handle, &(uint32_t){ ECHO_ASYNC }, 4);
	CHECK(dequeue(fd, handle, got, sizeof(got), true) == 0, "not empty");
	remove_service(fd, handle);
}

/* However many messages wait, one completion says so. */
static void case_one_notice(void)
{
	int cookie, fd = open_client();
	uint32_t handle = create(fd, ECHO, true, &cookie);
	uint8_t got[MAX_MESSAGE];

	for (int i = 0; i < 20; i++)
		send_echo(fd, handle, 16, (uint8_t)i);
	/* When the answer to the last is there, so are all others. */
	for (int i = 0; i < 20; i++) {
		CHECK(dequeue(fd, handle, got, sizeof(got), true) == 16, "not 16 bytes");
		CHECK(got[15] == i, "message %d is another", i);
	}
	remove_service(fd, handle);
	for (int i = 0; i < 20; i++) {
		struct vchiq_ioc_completion completion;

		CHECK(await_one(fd, &completion, NULL) == 1, "AWAIT_COMPLETION");
		if (completion.reason == VCHIQ_REASON_SERVICE_CLOSED)
			return;
		CHECK(completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE && !completion.header,
		      "reason %d", completion.reason);
	}
	CHECK(false, "a completion for each message");
}

/* The driver of the kernel loses the message here. */
static void case_dequeue_small(void)
{
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);
	uint8_t got[MAX_MESSAGE];

	send_echo(fd, handle, 64, 0x64);
	send_echo(fd, handle, 8, 0x08);
	CHECK_FAILS(dequeue(fd, handle, got, 63, true), EMSGSIZE);
	CHECK_FAILS(dequeue(fd, handle, got, 0, true), EMSGSIZE);
	CHECK_FAILS(dequeue(fd, handle, NOWHERE, 64, true), EFAULT);
	CHECK_FAILS(dequeue(fd, handle, before_hole(64) - 8, 64, true), EFAULT);
	CHECK(dequeue(fd, handle, got, 64, true) == 64 && got[63] == 0x64, "it was lost");
	CHECK(dequeue(fd, handle, got, 8, true) == 8 && got[7] == 0x08, "the next was lost");
}

/* -----------------------------------------------------------------------------
 * Waiting
 */

struct wait_args {
	int fd;
	uint32_t handle;
	struct vchiq_ioc_completion completion;
	uint8_t data[MAX_MESSAGE + 8];
};

static long wait_dequeue(void *arg)
{
	struct wait_args *args = arg;

	return dequeue(args->fd, args->handle, args->data, MAX_MESSAGE, true);
}

static long wait_completion(void *arg)
{
	struct wait_args *args = arg;

	return await_one(args->fd, &args->completion, args->data);
}

static void check_interrupted(struct wait_args *args, long (*run)(void *arg))
{
	struct call call;

	call_start(&call, run, args);
	call_await_blocked(&call);
	call_signal(&call);
	call_join(&call);
	CHECK(call.ret == -1 && call.error == EINTR, "returned %ld", call.ret);
}

static void case_signal(void)
{
	struct wait_args args = { .fd = open_client() };

	args.handle = create(args.fd, ECHO, true, NULL);
	check_interrupted(&args, wait_dequeue);
	check_interrupted(&args, wait_completion);
	check_service(args.fd, args.handle);
}

/* Who waits for the message is told by getting it, not by a completion too. */
static void case_wait_dequeue(void)
{
	struct wait_args args = { .fd = open_client() };
	struct pollfd pollfd = { .fd = args.fd, .events = POLLIN };
	struct call call;

	args.handle = create(args.fd, ECHO, true, NULL);
	call_start(&call, wait_dequeue, &args);
	call_await_blocked(&call);
	send_echo(args.fd, args.handle, 24, 0x24);
	call_join(&call);
	CHECK(call.ret == 24 && args.data[23] == 0x24, "returned %ld", call.ret);
	CHECK(!poll(&pollfd, 1, 0), "a completion for a message that was taken");
}

static void case_poll(void)
{
	int fd = open_client();
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	uint32_t handle = create(fd, ECHO, true, NULL);
	uint8_t got[MAX_MESSAGE];

	CHECK(!poll(&pollfd, 1, 0), "readable with nothing to read");
	send_echo(fd, handle, 8, 0);
	CHECK(poll(&pollfd, 1, 10000) == 1 && pollfd.revents == POLLIN, "events %#x",
	      pollfd.revents);
	expect(fd, VCHIQ_REASON_MESSAGE_AVAILABLE, NULL, NULL);
	CHECK(!poll(&pollfd, 1, 0), "readable with the completion read");
	CHECK(dequeue(fd, handle, got, sizeof(got), false) == 8, "no message");
	CHECK(!ioctl(fd, VCHIQ_IOC_SHUTDOWN, 0), "SHUTDOWN");
	CHECK(poll(&pollfd, 1, 0) == 1 && pollfd.revents & POLLIN, "not readable after SHUTDOWN");
}

/* -----------------------------------------------------------------------------
 * A program that does not read
 */

/* As many messages as it can get, none of them read. Return: how many were sent. */
static int ask_for_too_much(int fd, uint32_t handle, uint32_t size)
{
	uint8_t data[MAX_MESSAGE] = { ECHO_ECHO };
	int n;

	for (n = 0; n < 3 * VCHIQ_MAX_UNREAD_MESSAGES; n++) {
		if (try_send(fd, handle, data, size))
			break;
	}
	return n;
}

static void check_overrun(bool is_vchi, uint32_t size)
{
	int cookie, fd = open_client(), other = open_client(), n = 0, sent;
	uint32_t handle = create(fd, ECHO, is_vchi, &cookie);
	uint32_t neighbour = create(other, ECHO, true, NULL);
	struct vchiq_ioc_completion completion;
	uint64_t bytes = 0;

	sent = ask_for_too_much(fd, handle, size);
	CHECK(sent < 3 * VCHIQ_MAX_UNREAD_MESSAGES, "the service lives after %d messages", sent);
	CHECK(errno == ENOTCONN || errno == EIO, "wrong errno after %d messages", sent);
	/* Nobody else has noticed. */
	for (int i = 0; i < NR_PINGS; i++)
		check_service(other, neighbour);
	for (;;) {
		CHECK(await_one(fd, &completion, NULL) == 1, "AWAIT_COMPLETION");
		if (completion.reason == VCHIQ_REASON_SERVICE_CLOSED)
			break;
		CHECK(completion.reason == VCHIQ_REASON_MESSAGE_AVAILABLE, "reason %d",
		      completion.reason);
		n++;
		bytes += size;
	}
	CHECK(n <= VCHIQ_MAX_UNREAD_MESSAGES && bytes <= VCHIQ_MAX_UNREAD_BYTES,
	      "%d messages were held", n);
	CHECK(is_vchi || n == VCHIQ_MAX_UNREAD_MESSAGES || bytes + size > VCHIQ_MAX_UNREAD_BYTES,
	      "only %d messages", n);
	/* The file is fine. */
	check_service(fd, create(fd, ECHO, true, NULL));
}

static void case_overrun_bytes(void)
{
	check_overrun(false, 4000);
}

static void case_overrun_count(void)
{
	check_overrun(false, 4);
}

static void case_overrun_vchi(void)
{
	check_overrun(true, 4000);
}

const struct test_case message_cases[] = {
	{ "a message from eight elements", case_gather, STOCK },
	{ "a list of elements at the end of memory", case_short_list, OURS },
	{ "messages of wrong sizes", case_bad_sizes, STOCK },
	{ "messages that cannot be read", case_unreadable, OURS },
	{ "a message whose memory comes late", case_late_memory, OURS },
	{ "a message in a completion", case_completion, STOCK },
	{ "completions that cannot be told", case_bad_await, OURS },
	{ "more completions than buffers", case_several, STOCK },
	{ "DEQUEUE_MESSAGE", case_dequeue, STOCK },
	{ "one notice of many messages", case_one_notice, STOCK },
	{ "DEQUEUE_MESSAGE keeps what does not fit", case_dequeue_small, OURS },
	{ "signals end waits for messages and completions", case_signal, STOCK },
	{ "no notice of a message that is waited for", case_wait_dequeue, OURS },
	{ "poll", case_poll, OURS },
	{ "too many bytes unread", case_overrun_bytes, OURS },
	{ "too many messages unread", case_overrun_count, OURS },
	{ "too many bytes not dequeued", case_overrun_vchi, OURS },
	{ 0 }
};
