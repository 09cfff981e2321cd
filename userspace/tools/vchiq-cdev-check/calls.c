// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls as functions, memory of bad quality, and calls in other threads.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cases.h"

#define CALL_TIMEOUT_S	20

int open_device(void)
{
	int fd = open("/dev/vchiq", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, "open /dev/vchiq");
	return fd;
}

int open_client(void)
{
	int fd = open_device();

	CHECK(!ioctl(fd, VCHIQ_IOC_CONNECT, 0), "CONNECT");
	return fd;
}

int try_create(int fd, uint32_t fourcc, int version, bool is_vchi, void *userdata,
	       uint32_t *handle)
{
	struct vchiq_ioc_create_service args = {
		.params = {
			.fourcc = (int32_t)fourcc,
			.userdata = userdata,
			.version = (int16_t)version,
			.version_min = (int16_t)version,
		},
		.is_open = 1,
		.is_vchi = is_vchi,
	};
	int ret = ioctl(fd, VCHIQ_IOC_CREATE_SERVICE, &args);

	if (!ret)
		*handle = args.handle;
	return ret;
}

uint32_t create(int fd, uint32_t fourcc, bool is_vchi, void *userdata)
{
	uint32_t handle = 0;

	CHECK(!try_create(fd, fourcc, 3, is_vchi, userdata, &handle), "CREATE_SERVICE");
	CHECK(handle, "handle 0");
	return handle;
}

void remove_service(int fd, uint32_t handle)
{
	CHECK(!ioctl(fd, VCHIQ_IOC_REMOVE_SERVICE, handle), "REMOVE_SERVICE");
}

int try_send(int fd, uint32_t handle, const void *data, uint32_t size)
{
	struct vchiq_ioc_element element = { data, size };
	struct vchiq_ioc_queue_message args = { handle, 1, &element };

	return ioctl(fd, VCHIQ_IOC_QUEUE_MESSAGE, &args);
}

void send_message(int fd, uint32_t handle, const void *data, uint32_t size)
{
	CHECK(!try_send(fd, handle, data, size), "QUEUE_MESSAGE of %u bytes", size);
}

void send_echo(int fd, uint32_t handle, uint32_t size, uint8_t seed)
{
	uint8_t data[MAX_MESSAGE];

	memset(data, seed, size);
	memcpy(data, &(uint32_t){ ECHO_ECHO }, sizeof(uint32_t));
	send_message(fd, handle, data, size);
}

int dequeue(int fd, uint32_t handle, void *buf, uint32_t size, bool blocking)
{
	struct vchiq_ioc_dequeue_message args = {
		.handle = handle,
		.blocking = blocking,
		.bufsize = size,
		.buf = buf,
	};

	return ioctl(fd, VCHIQ_IOC_DEQUEUE_MESSAGE, &args);
}

void check_service(int fd, uint32_t handle)
{
	uint8_t got[MAX_MESSAGE];

	send_echo(fd, handle, 100, 0x3c);
	CHECK(dequeue(fd, handle, got, sizeof(got), true) == 100, "DEQUEUE_MESSAGE");
	CHECK(got[4] == 0x3c && got[99] == 0x3c, "other bytes came back");
}

void check_alive(void)
{
	int fd = open_client();
	uint32_t handle = create(fd, ECHO, true, NULL);

	check_service(fd, handle);
	remove_service(fd, handle);
	close(fd);
}

int await_one(int fd, struct vchiq_ioc_completion *completion, void *buf)
{
	static uint8_t spare[MAX_MESSAGE + 8];
	void *msgbufs[] = { buf ? buf : spare };
	struct vchiq_ioc_await_completion args = {
		.count = 1,
		.buf = completion,
		.msgbufsize = MAX_MESSAGE + 8,
		.msgbufcount = 1,
		.msgbufs = msgbufs,
	};

	return ioctl(fd, VCHIQ_IOC_AWAIT_COMPLETION, &args);
}

void expect(int fd, enum vchiq_reason reason, void *service, void *bulk)
{
	struct vchiq_ioc_completion got;

	memset(&got, 0x55, sizeof(got));
	CHECK(await_one(fd, &got, NULL) == 1, "AWAIT_COMPLETION");
	CHECK(got.reason == (int32_t)reason, "reason %d, not %d", got.reason, reason);
	CHECK(got.service_userdata == service, "service cookie %p", got.service_userdata);
	CHECK(!bulk || got.bulk_userdata == bulk, "bulk cookie %p", got.bulk_userdata);
}

int bulk(int fd, uint32_t handle, bool receive, void *data, uint32_t size, int *mode,
	 void *userdata)
{
	struct vchiq_ioc_queue_bulk args = {
		.handle = handle,
		.data = data,
		.size = size,
		.userdata = userdata,
		.mode = *mode,
	};
	int ret;

	if (receive)
		ret = ioctl(fd, VCHIQ_IOC_QUEUE_BULK_RECEIVE, &args);
	else
		ret = ioctl(fd, VCHIQ_IOC_QUEUE_BULK_TRANSMIT, &args);
	*mode = args.mode;
	return ret;
}

void configure(int fd, uint32_t handle, uint32_t size, uint32_t iters)
{
	uint32_t config[10] = { ECHO_CONFIG, size, iters, 0, 1, 4096, 0, 0, 0, 0 };
	uint8_t got[MAX_MESSAGE];

	send_message(fd, handle, config, sizeof(config));
	CHECK(dequeue(fd, handle, got, sizeof(got), true) == 1, "CONFIG was refused");
}

/* -----------------------------------------------------------------------------
 * Memory
 */

uint8_t *before_hole(size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t len = (size + page - 1) / page * page;
	uint8_t *map = mmap(NULL, len + page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(map != MAP_FAILED, "mmap");
	CHECK(!munmap(map + len, page), "munmap");
	return map + len;
}

void *read_only(const void *data, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(map != MAP_FAILED, "mmap");
	memcpy(map, data, size);
	CHECK(!mprotect(map, page, PROT_READ), "mprotect");
	return map;
}

/* -----------------------------------------------------------------------------
 * Threads
 */

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void *call_run(void *arg)
{
	struct call *call = arg;

	__atomic_store_n(&call->tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
	call->ret = call->run(call->arg);
	call->error = errno;
	__atomic_store_n(&call->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void on_signal(int sig)
{
}

void call_start(struct call *call, long (*run)(void *arg), void *arg)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	memset(call, 0, sizeof(*call));
	call->run = run;
	call->arg = arg;
	errno = pthread_create(&call->thread, NULL, call_run, call);
	CHECK(!errno, "pthread_create");
}

/* The third field of its stat is S or D when it sleeps. */
static bool call_sleeps(const struct call *call)
{
	char path[64], line[256] = "";
	const char *state;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", call->tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	state = strrchr(line, ')');
	return state && state[1] && (state[2] == 'S' || state[2] == 'D');
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

void call_await_blocked(struct call *call)
{
	uint64_t end = now_ms() + CALL_TIMEOUT_S * 1000;
	int seen = 0;

	/* Twice: locks on the way are not what it waits for. */
	while (seen < 4) {
		CHECK(now_ms() < end, "the call does not wait");
		CHECK(!__atomic_load_n(&call->is_done, __ATOMIC_ACQUIRE),
		      "the call returned %ld, error %d", call->ret, call->error);
		if (__atomic_load_n(&call->tid, __ATOMIC_ACQUIRE) && call_sleeps(call))
			seen++;
		nap();
	}
}

void call_signal(struct call *call)
{
	pthread_kill(call->thread, SIGUSR1);
}

void call_join(struct call *call)
{
	uint64_t end = now_ms() + CALL_TIMEOUT_S * 1000;

	while (!__atomic_load_n(&call->is_done, __ATOMIC_ACQUIRE)) {
		CHECK(now_ms() < end, "the call does not return");
		nap();
	}
	pthread_join(call->thread, NULL);
	errno = call->error;
}
