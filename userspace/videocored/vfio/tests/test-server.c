// SPDX-License-Identifier: GPL-2.0
/*
 * The server on a real socket, its loop on a thread as in videocored.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/vfio.h>

#include <videocore/virt.h>

#include "harness.h"
#include "vfio/server.h"

#define TIMEOUT_S	10

/**
 * struct fixture - a server
 * @h: for its device's parts
 * @dir: of the socket
 * @path: of the socket
 */
struct fixture {
	struct harness *h;
	char dir[32];
	char path[64];
	struct vfu_server *srv;
	pthread_t thread;
};

static void *run_loop(void *arg)
{
	vc_loop_run(arg);
	return NULL;
}

static int setup(void **state)
{
	struct vfu_device_config config = { .keeper = -1 };
	struct fixture *f = calloc(1, sizeof(*f));

	f->h = harness_create();
	config.bus = f->h->bus;
	config.irq = f->h->irq;
	config.guest = f->h->guest;
	snprintf(f->dir, sizeof(f->dir), "/tmp/vfu-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/sock", f->dir);
	assert_int_equal(vfu_server_create(&f->srv, f->h->loop, &config, f->path), 0);
	assert_int_equal(pthread_create(&f->thread, NULL, run_loop, f->h->loop), 0);
	*state = f;

	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vc_loop_stop(f->h->loop);
	pthread_join(f->thread, NULL);
	vfu_server_destroy(f->srv);
	assert_int_equal(access(f->path, F_OK), -1);
	rmdir(f->dir);
	harness_destroy(f->h);
	free(f);

	return 0;
}

static int client(struct fixture *f)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval tv = { .tv_sec = TIMEOUT_S };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		fail();
	memcpy(addr.sun_path, f->path, sizeof(f->path));
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));

	return fd;
}

static void send_frame(int sock, uint16_t cmd, const void *payload, size_t len, const int *fds,
		       size_t nr_fds)
{
	struct vfu_header hdr = { .command = cmd, .size = (uint32_t)(sizeof(hdr) + len) };
	union {
		char buf[CMSG_SPACE(32 * sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov[2] = { { &hdr, sizeof(hdr) }, { (void *)payload, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (nr_fds) {
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, nr_fds * sizeof(int));
	}
	assert_int_equal(sendmsg(sock, &msg, 0), sizeof(hdr) + len);
}

/* The next answer; returns its errno. *@fd is the descriptor that came, or -1. */
static int recv_frame(int sock, void *payload, size_t room, int *fd)
{
	struct vfu_header hdr;
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { &hdr, sizeof(hdr) };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *cmsg;
	size_t len;

	assert_int_equal(recvmsg(sock, &msg, MSG_WAITALL), sizeof(hdr));
	cmsg = CMSG_FIRSTHDR(&msg);
	if (fd)
		*fd = -1;
	if (cmsg && fd)
		memcpy(fd, CMSG_DATA(cmsg), sizeof(*fd));
	if (hdr.size < sizeof(hdr) || hdr.size - sizeof(hdr) > room)
		fail();
	len = hdr.size - sizeof(hdr);
	if (len)
		assert_int_equal(recv(sock, payload, len, MSG_WAITALL), len);

	return (int)hdr.error;
}

static void negotiate(int sock)
{
	uint8_t payload[512] = { 0 };

	send_frame(sock, VFU_VERSION, payload, sizeof(struct vfu_version), NULL, 0);
	assert_int_equal(recv_frame(sock, payload, sizeof(payload), NULL), 0);
}

static uint32_t read_reg(int sock, uint64_t off)
{
	struct {
		struct vfu_region_access access;
		uint32_t val;
	} reg = { .access = { .offset = off, .count = 4 } };

	send_frame(sock, VFU_REGION_READ, &reg.access, sizeof(reg.access), NULL, 0);
	assert_int_equal(recv_frame(sock, &reg, sizeof(reg), NULL), 0);

	return reg.val;
}

static void write_reg(int sock, uint64_t off, uint32_t val)
{
	struct {
		struct vfu_region_access access;
		uint32_t val;
	} reg = { .access = { .offset = off, .count = 4 }, .val = val };

	send_frame(sock, VFU_REGION_WRITE, &reg, 20, NULL, 0);
	assert_int_equal(recv_frame(sock, &reg, sizeof(reg), NULL), 0);
}

static void assert_closed(int sock)
{
	char byte;

	assert_true(recv(sock, &byte, 1, 0) <= 0);
	assert_true(errno != EAGAIN);
}

static void test_reconnect(void **state)
{
	struct fixture *f = *state;
	int a = client(f), b;

	negotiate(a);
	write_reg(a, HARNESS_REGS, 0x55);
	assert_int_equal(read_reg(a, HARNESS_REGS), 0x55);
	/* The second one waits for the first to go, and finds a device just reset. */
	b = client(f);
	close(a);
	negotiate(b);
	assert_int_equal(read_reg(b, HARNESS_REGS), 0);
	close(b);
}

static void test_mapped_region(void **state)
{
	struct {
		struct vfio_region_info info;
		uint8_t caps[128];
	} region = { .info = { .argsz = sizeof(region) } };
	struct fixture *f = *state;
	int sock = client(f), fd;
	uint32_t *ram;

	negotiate(sock);
	send_frame(sock, VFU_DEVICE_GET_REGION_INFO, &region.info, sizeof(region.info), NULL, 0);
	assert_int_equal(recv_frame(sock, &region, sizeof(region), &fd), 0);
	assert_true(fd >= 0);
	ram = mmap(NULL, HARNESS_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, HARNESS_RAM);
	assert_ptr_not_equal(ram, MAP_FAILED);
	ram[3] = 0x1357;
	assert_int_equal(read_reg(sock, HARNESS_RAM + 12), 0x1357);
	/* The client cannot pull the memory away from under us. */
	assert_int_equal(ftruncate(fd, 0), -1);
	munmap(ram, HARNESS_RAM_SIZE);
	close(fd);
	close(sock);
}

static void test_malformed_ends_only_one(void **state)
{
	struct fixture *f = *state;
	int sock = client(f);

	negotiate(sock);
	assert_int_equal(send(sock, "0123456789abcdef", 16, 0), 16);
	assert_closed(sock);
	close(sock);
	sock = client(f);
	negotiate(sock);
	assert_int_equal(read_reg(sock, HARNESS_REGS), 0);
	close(sock);
}

static void test_too_many_fds(void **state)
{
	struct fixture *f = *state;
	int sock = client(f), fds[20], i;

	negotiate(sock);
	for (i = 0; i < 20; i++)
		fds[i] = sock;
	send_frame(sock, VFU_DEVICE_RESET, NULL, 0, fds, 20);
	assert_closed(sock);
	close(sock);
}

/* Requests without end, answers never read: the server neither blocks nor stores them. */
static void test_client_that_does_not_read(void **state)
{
	struct vfu_region_access access = { .offset = HARNESS_RAM, .count = HARNESS_RAM_SIZE };
	struct vfu_header hdr = {
		.command = VFU_REGION_READ,
		.size = sizeof(hdr) + sizeof(access),
	};
	uint8_t request[sizeof(hdr) + sizeof(access)];
	struct fixture *f = *state;
	int sock = client(f), next;
	ssize_t n;

	memcpy(request, &hdr, sizeof(hdr));
	memcpy(request + sizeof(hdr), &access, sizeof(access));
	negotiate(sock);
	fcntl(sock, F_SETFL, O_NONBLOCK);
	/* Until both directions are full. */
	do {
		n = send(sock, request, sizeof(request), 0);
	} while (n == sizeof(request));
	assert_int_equal(errno, EAGAIN);
	next = client(f);
	close(sock);
	negotiate(next);
	close(next);
}

static void test_path(void **state)
{
	struct vfu_device_config config = { .keeper = -1 };
	struct fixture *f = *state;
	struct vfu_server *srv;
	char path[64];
	struct stat st;
	int fd;

	config.bus = f->h->bus;
	config.irq = f->h->irq;
	config.guest = f->h->guest;
	/* Somebody listens. */
	assert_int_equal(vfu_server_create(&srv, f->h->loop, &config, f->path), -EADDRINUSE);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* Another kind of file is never removed. */
	snprintf(path, sizeof(path), "%s/file", f->dir);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(vfu_server_create(&srv, f->h->loop, &config, path), -EEXIST);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(vfu_server_create(&srv, f->h->loop, &config, "/nowhere/sock"), -ENOENT);
}

/* A server that was killed leaves its socket behind. */
static void test_stale_socket(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct vfu_device_config config = { .keeper = -1 };
	struct fixture *f = *state;
	struct vfu_server *srv;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0)
		fail();
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/stale", f->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd);
	config.bus = f->h->bus;
	config.irq = f->h->irq;
	config.guest = f->h->guest;
	assert_int_equal(vfu_server_create(&srv, f->h->loop, &config, addr.sun_path), 0);
	vfu_server_destroy(srv);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reconnect),
		TEST(test_mapped_region),
		TEST(test_malformed_ends_only_one),
		TEST(test_too_many_fds),
		TEST(test_client_that_does_not_read),
		TEST(test_path),
		TEST(test_stale_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
