// SPDX-License-Identifier: GPL-2.0
/*
 * Closing: acknowledged, interrupted, with everything under way, and when the
 * device is taken away.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#define BLOCK		8192u
#define DRIVER		"/sys/bus/platform/drivers/vc-media-vchiq"

/* -----------------------------------------------------------------------------
 * SERVICE_CLOSED that is acknowledged
 */

struct close_args {
	int fd;
	unsigned long command;
	uint32_t handle;
};

static long run_close(void *arg)
{
	struct close_args *args = arg;

	return ioctl(args->fd, args->command, args->handle);
}

static int open_acknowledging(void)
{
	int fd = open_device();

	CHECK(!ioctl(fd, VCHIQ_IOC_LIB_VERSION, 8), "LIB_VERSION");
	CHECK(!ioctl(fd, VCHIQ_IOC_CONNECT, 0), "CONNECT");
	return fd;
}

static void check_acknowledged(unsigned long command)
{
	int cookie, fd = open_acknowledging();
	struct close_args args = { fd, command, create(fd, ECHO, true, &cookie) };
	struct call call;

	call_start(&call, run_close, &args);
	call_await_blocked(&call);
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	call_await_blocked(&call);
	CHECK(!ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, args.handle), "CLOSE_DELIVERED");
	call_join(&call);
	CHECK(!call.ret, "it failed");
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_REMOVE_SERVICE, args.handle), EINVAL);
}

static void case_close_delivered(void)
{
	check_acknowledged(VCHIQ_IOC_REMOVE_SERVICE);
	check_acknowledged(VCHIQ_IOC_CLOSE_SERVICE);
}

/* A call that was interrupted is repeated, before or after it is acknowledged. */
static void check_repeated(bool late)
{
	int cookie, fd = open_acknowledging();
	struct close_args args = {
		fd, VCHIQ_IOC_REMOVE_SERVICE, create(fd, ECHO, true, &cookie)
	};
	struct call call;

	call_start(&call, run_close, &args);
	call_await_blocked(&call);
	call_signal(&call);
	call_join(&call);
	CHECK(call.ret == -1 && call.error == EINTR, "returned %ld", call.ret);
	if (!late) {
		call_start(&call, run_close, &args);
		call_await_blocked(&call);
	}
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	CHECK(!ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, args.handle), "CLOSE_DELIVERED");
	if (late)
		call_start(&call, run_close, &args);
	call_join(&call);
	CHECK(!call.ret, "the repeated call failed");
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_REMOVE_SERVICE, args.handle), EINVAL);
}

static void case_close_repeated(void)
{
	check_repeated(false);
}

static void case_close_repeated_late(void)
{
	check_repeated(true);
}

static void case_not_acknowledging(void)
{
	int cookie, fd = open_client();
	uint32_t handle = create(fd, ECHO, false, &cookie);

	CHECK(!ioctl(fd, VCHIQ_IOC_CLOSE_SERVICE, handle), "CLOSE_SERVICE");
	CHECK_FAILS(try_send(fd, handle, "x", 1), EINVAL);
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CLOSE_DELIVERED, handle), EINVAL);
}

static void case_shutdown(void)
{
	int cookie, fd = open_client();
	struct vchiq_ioc_completion completion;
	uint32_t handle = create(fd, ECHO, true, &cookie);

	CHECK(!ioctl(fd, VCHIQ_IOC_SHUTDOWN, 0), "SHUTDOWN");
	expect(fd, VCHIQ_REASON_SERVICE_CLOSED, &cookie, NULL);
	CHECK(!await_one(fd, &completion, NULL), "AWAIT_COMPLETION after SHUTDOWN");
	CHECK(!await_one(fd, &completion, NULL), "AWAIT_COMPLETION after SHUTDOWN");
	CHECK(try_send(fd, handle, "x", 1) < 0, "a service is left");
}

static long run_await(void *arg)
{
	struct vchiq_ioc_completion completion;

	return await_one(*(int *)arg, &completion, NULL);
}

static void case_shutdown_wakes(void)
{
	int fd = open_client();
	struct call call;

	call_start(&call, run_await, &fd);
	call_await_blocked(&call);
	CHECK(!ioctl(fd, VCHIQ_IOC_SHUTDOWN, 0), "SHUTDOWN");
	call_join(&call);
	CHECK(!call.ret, "returned %ld", call.ret);
}

/* -----------------------------------------------------------------------------
 * Files with everything under way
 */

struct busy {
	int fd;
	uint32_t echo;
	uint32_t quiet;
	uint8_t data[4][BLOCK];
};

/* Bulks that do not end, messages that nobody reads. */
static void make_busy(struct busy *busy)
{
	int mode;

	busy->fd = open_client();
	busy->echo = create(busy->fd, ECHO, false, NULL);
	busy->quiet = create(busy->fd, ECHO, true, NULL);
	configure(busy->fd, busy->quiet, BLOCK, 4);
	for (int i = 0; i < 4; i++) {
		mode = i % 2 ? VCHIQ_BULK_MODE_CALLBACK : VCHIQ_BULK_MODE_NOCALLBACK;
		CHECK(!bulk(busy->fd, busy->quiet, true, busy->data[i], BLOCK, &mode, NULL),
		      "receive");
	}
	for (int i = 0; i < 100; i++)
		send_echo(busy->fd, busy->echo, 200, (uint8_t)i);
}

static void case_close_file(void)
{
	static struct busy busy;
	uint64_t start;

	for (int i = 0; i < 5; i++) {
		make_busy(&busy);
		start = now_ms();
		close(busy.fd);
		CHECK(now_ms() - start < 1000, "close() took %llu ms",
		      (unsigned long long)(now_ms() - start));
	}
	check_alive();
}

/* At any moment: whatever it is doing, and earlier or later each time. */
static void case_kill(void)
{
	static struct busy busy;
	int status;

	for (int i = 0; i < 25; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork");
		if (!pid) {
			for (;;)
				make_busy(&busy);
		}
		usleep((useconds_t)(i * i * 300));
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
		CHECK(WIFSIGNALED(status), "it ended by itself: %#x", status);
	}
	check_alive();
}

/* Many files and services at once. */
static void case_many(void)
{
	int fds[16];

	for (int i = 0; i < 16; i++) {
		fds[i] = open_client();
		create(fds[i], ECHO, true, NULL);
	}
	for (int i = 0; i < 16; i++)
		close(fds[i]);
	check_alive();
}

/* -----------------------------------------------------------------------------
 * The device goes
 */

static bool find_device(char *name, size_t size)
{
	DIR *dir = opendir(DRIVER);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		found = strstr(entry->d_name, ".mailbox");
		snprintf(name, size, "%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void write_driver(const char *file, const char *text)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), DRIVER "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0, "open %s", path);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write to %s", path);
	close(fd);
}

struct blocked {
	struct busy busy;
	int server;
	int mode;
	uint8_t data[BLOCK];
	struct vchiq_ioc_completion completion;
};

static long blocked_bulk(void *arg)
{
	struct blocked *b = arg;

	return bulk(b->busy.fd, b->busy.echo, true, b->data, BLOCK, &b->mode, NULL);
}

static long blocked_dequeue(void *arg)
{
	struct blocked *b = arg;

	return dequeue(b->busy.fd, b->busy.quiet, b->data, BLOCK, true);
}

static long blocked_await(void *arg)
{
	struct blocked *b = arg;

	return await_one(b->server, &b->completion, NULL);
}

static void all_fail(int fd, uint32_t handle, int error)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct vchiq_ioc_completion completion;
	uint32_t other;
	uint8_t data[16];

	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_CONNECT, 0), error);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_SHUTDOWN, 0), error);
	CHECK_FAILS(ioctl(fd, VCHIQ_IOC_REMOVE_SERVICE, handle), error);
	CHECK_FAILS(try_create(fd, ECHO, 3, true, NULL, &other), error);
	CHECK_FAILS(try_send(fd, handle, "x", 1), error);
	CHECK_FAILS(dequeue(fd, handle, data, sizeof(data), true), error);
	CHECK_FAILS(await_one(fd, &completion, NULL), error);
	CHECK(poll(&pollfd, 1, 0) == 1 && pollfd.revents & POLLHUP, "no hang-up");
}

/* Every call comes back, every later one too; a new file is none of the old. */
static void case_unbind(void)
{
	static struct blocked b = { .mode = VCHIQ_BULK_MODE_BLOCKING };
	struct call calls[3];
	char device[256];
	uint8_t got[MAX_MESSAGE];

	if (!find_device(device, sizeof(device)))
		skip("no device to unbind");
	make_busy(&b.busy);
	b.server = open_client();
	/* What CONFIG brought. */
	while (dequeue(b.busy.fd, b.busy.quiet, got, sizeof(got), false) >= 0)
		;
	call_start(&calls[0], blocked_bulk, &b);
	call_start(&calls[1], blocked_dequeue, &b);
	call_start(&calls[2], blocked_await, &b);
	for (int i = 0; i < 3; i++)
		call_await_blocked(&calls[i]);
	write_driver("unbind", device);
	for (int i = 0; i < 3; i++) {
		call_join(&calls[i]);
		CHECK(calls[i].ret == -1 && calls[i].error == ENODEV, "call %d returned %ld", i,
		      calls[i].ret);
	}
	all_fail(b.busy.fd, b.busy.echo, ENODEV);
	all_fail(b.server, 1, ENODEV);
	CHECK(open("/dev/vchiq", O_RDWR | O_CLOEXEC) < 0, "there is still a device");
	write_driver("bind", device);
	for (int i = 0; i < 200 && access("/dev/vchiq", F_OK); i++)
		usleep(50000);
	check_alive();
	all_fail(b.busy.fd, b.busy.echo, ENODEV);
	close(b.busy.fd);
	close(b.server);
	check_alive();
}

/* -----------------------------------------------------------------------------
 * The firmware does not answer
 */

/* It does not say good-bye. */
static void kill_firmware(void)
{
	static const char quit[] = "{\"cmd\":\"quit\"}\n";
	int fd = open("/dev/virtio-ports/org.vc-media.control", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0, "no way to end the firmware");
	CHECK(write(fd, quit, strlen(quit)) == (ssize_t)strlen(quit), "write");
	close(fd);
}

/* An echo that does not come. */
static void await_death(const struct busy *busy)
{
	struct pollfd pollfd = { .fd = busy->fd, .events = POLLIN };
	struct vchiq_ioc_completion completion;

	for (int i = 0; i < 1000; i++) {
		while (poll(&pollfd, 1, 0) == 1 && await_one(busy->fd, &completion, NULL) == 1)
			;
		send_echo(busy->fd, busy->echo, 16, 0);
		if (!poll(&pollfd, 1, 500))
			return;
	}
	CHECK(false, "the firmware still answers");
}

static void check_close_time(int fd, const char *what)
{
	uint64_t start = now_ms();

	close(fd);
	CHECK(now_ms() - start < 1000, "%s took %llu ms", what,
	      (unsigned long long)(now_ms() - start));
}

/* The driver finds out: whoever waits comes back, and no call works any more. */
static void check_broken(const struct busy *busy, struct call *call)
{
	uint64_t end = now_ms() + 30000;

	call_join(call);
	CHECK(call->ret == -1 && call->error == ENOTCONN, "returned %ld", call->ret);
	while (!try_send(busy->fd, busy->echo, "x", 1) || errno != ENOTCONN)
		CHECK(now_ms() < end, "not broken");
	all_fail(busy->fd, busy->echo, ENOTCONN);
	CHECK_FAILS(open("/dev/vchiq", O_RDWR | O_CLOEXEC), ENOTCONN);
	check_close_time(busy->fd, "close() after the break");
}

/*
 * Files are closed in time, a signal wakes who waits for the dead, a program can be
 * killed.
 */
static void case_dead(void)
{
	static struct busy busy[4];
	static struct blocked b = { .mode = VCHIQ_BULK_MODE_BLOCKING };
	struct call bulk_call, await_call;
	uint64_t start;
	int status;
	pid_t pid;

	for (int i = 0; i < 4; i++)
		make_busy(&busy[i]);
	pid = fork();
	if (!pid) {
		close(busy[0].fd);
		close(busy[1].fd);
		close(busy[3].fd);
		for (;;)
			pause();
	}
	/* Now it is the other program's. */
	close(busy[2].fd);
	make_busy(&b.busy);
	b.server = open_client();
	call_start(&bulk_call, blocked_bulk, &b);
	call_start(&await_call, blocked_await, &b);
	call_await_blocked(&bulk_call);
	call_await_blocked(&await_call);
	kill_firmware();
	await_death(&busy[0]);
	check_close_time(busy[0].fd, "close()");
	check_close_time(busy[1].fd, "the next close()");
	call_signal(&bulk_call);
	call_join(&bulk_call);
	CHECK(bulk_call.ret == -1 && (bulk_call.error == EINTR || bulk_call.error == ENOTCONN),
	      "returned %ld", bulk_call.ret);
	start = now_ms();
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
	/* It has one file that nobody else has. */
	CHECK(now_ms() - start < 2000, "a killed program took %llu ms",
	      (unsigned long long)(now_ms() - start));
	check_broken(&busy[3], &await_call);
}

const struct test_case dead_cases[] = {
	{ "files are closed although the firmware is dead", case_dead, OURS },
	{ 0 }
};

const struct test_case end_cases[] = {
	{ "SERVICE_CLOSED is acknowledged", case_close_delivered, STOCK },
	{ "an interrupted close is repeated", case_close_repeated, OURS },
	{ "an interrupted close is repeated when all is over", case_close_repeated_late, OURS },
	{ "SERVICE_CLOSED without acknowledgment", case_not_acknowledging, OURS },
	{ "SHUTDOWN", case_shutdown, OURS },
	{ "SHUTDOWN ends waiting", case_shutdown_wakes, STOCK },
	{ "a file with everything under way is closed", case_close_file, OURS },
	{ "a program with everything under way is killed", case_kill, OURS },
	{ "many files", case_many, STOCK },
	{ "the device goes with everything under way", case_unbind, OURS },
	{ 0 }
};
