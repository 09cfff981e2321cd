// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq-smoke: short tests of /dev/vchiq and the firmware behind it.
 *
 * It brings its own description of the ioctls, so that it can be run against
 * any driver: the kernel's own on a Pi or on videocored, or ours.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define FOURCC(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

#define MAX_MESSAGE	4088u
#define GUARD		64u
#define GUARD_BYTE	0xa5

/* -----------------------------------------------------------------------------
 * The driver's interface
 */

struct service_params {
	int32_t fourcc;
	void *callback;
	void *userdata;
	int16_t version;
	int16_t version_min;
};

struct create_service {
	struct service_params params;
	int32_t is_open;
	int32_t is_vchi;
	uint32_t handle;
};

struct element {
	const void *data;
	uint32_t size;
};

struct queue_message {
	uint32_t handle;
	uint32_t count;
	const struct element *elements;
};

struct queue_bulk {
	uint32_t handle;
	void *data;
	uint32_t size;
	void *userdata;
	int32_t mode;
};

struct dequeue_message {
	uint32_t handle;
	int32_t blocking;
	uint32_t bufsize;
	void *buf;
};

struct config {
	uint32_t max_msg_size;
	uint32_t bulk_threshold;
	uint32_t max_outstanding_bulks;
	uint32_t max_services;
	int16_t version;
	int16_t version_min;
};

struct get_config {
	uint32_t config_size;
	struct config *config;
};

#define IOC_CONNECT		_IO(0xc4, 0)
#define IOC_SHUTDOWN		_IO(0xc4, 1)
#define IOC_CREATE_SERVICE	_IOWR(0xc4, 2, struct create_service)
#define IOC_REMOVE_SERVICE	_IO(0xc4, 3)
#define IOC_QUEUE_MESSAGE	_IOW(0xc4, 4, struct queue_message)
#define IOC_BULK_TRANSMIT	_IOWR(0xc4, 5, struct queue_bulk)
#define IOC_BULK_RECEIVE	_IOWR(0xc4, 6, struct queue_bulk)
#define IOC_DEQUEUE_MESSAGE	_IOWR(0xc4, 8, struct dequeue_message)
#define IOC_GET_CONFIG		_IOWR(0xc4, 10, struct get_config)

#ifdef __LP64__
_Static_assert(IOC_CREATE_SERVICE == 0xc030c402, "CREATE_SERVICE");
_Static_assert(IOC_QUEUE_MESSAGE == 0x4010c404, "QUEUE_MESSAGE");
_Static_assert(IOC_BULK_TRANSMIT == 0xc028c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(IOC_DEQUEUE_MESSAGE == 0xc018c408, "DEQUEUE_MESSAGE");
#else
_Static_assert(IOC_CREATE_SERVICE == 0xc01cc402, "CREATE_SERVICE");
_Static_assert(IOC_QUEUE_MESSAGE == 0x400cc404, "QUEUE_MESSAGE");
_Static_assert(IOC_BULK_TRANSMIT == 0xc014c405, "QUEUE_BULK_TRANSMIT");
_Static_assert(IOC_DEQUEUE_MESSAGE == 0xc010c408, "DEQUEUE_MESSAGE");
#endif

enum bulk_mode {
	BULK_BLOCKING = 1,
	BULK_NOCALLBACK = 2,
};

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "vchiq-smoke: ");
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static int open_vchiq(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	if (ioctl(fd, IOC_CONNECT, 0))
		die("connect: %s", strerror(errno));
	return fd;
}

/* The handle, or 0 with errno. */
static uint32_t try_open_service(int fd, uint32_t fourcc, int version, int version_min)
{
	struct create_service args = {
		.params = {
			.fourcc = (int32_t)fourcc,
			.version = (int16_t)version,
			.version_min = (int16_t)version_min,
		},
		.is_open = 1,
		.is_vchi = 1,
	};

	return ioctl(fd, IOC_CREATE_SERVICE, &args) ? 0 : args.handle;
}

static uint32_t open_service(int fd, uint32_t fourcc, int version, int version_min)
{
	uint32_t handle = try_open_service(fd, fourcc, version, version_min);

	if (!handle)
		die("open of %.4s: %s", (const char *)&(uint32_t){ __builtin_bswap32(fourcc) },
		    strerror(errno));
	return handle;
}

static void close_service(int fd, uint32_t handle)
{
	if (ioctl(fd, IOC_REMOVE_SERVICE, handle))
		die("close: %s", strerror(errno));
}

static void send_message(int fd, uint32_t handle, const void *data, uint32_t size)
{
	struct element element = { data, size };
	struct queue_message args = { handle, 1, &element };

	if (ioctl(fd, IOC_QUEUE_MESSAGE, &args))
		die("message of %u bytes: %s", size, strerror(errno));
}

static uint32_t receive_message(int fd, uint32_t handle, void *data, uint32_t size)
{
	struct dequeue_message args = { handle, 1, size, data };
	int ret = ioctl(fd, IOC_DEQUEUE_MESSAGE, &args);

	if (ret < 0)
		die("receive: %s", strerror(errno));
	return (uint32_t)ret;
}

/* 0 or -1 with errno */
static int bulk(int fd, uint32_t handle, bool receive, void *data, uint32_t size,
		enum bulk_mode mode)
{
	struct queue_bulk args = {
		.handle = handle,
		.data = data,
		.size = size,
		.mode = mode,
	};

	return ioctl(fd, receive ? IOC_BULK_RECEIVE : IOC_BULK_TRANSMIT, &args);
}

static void bulk_transmit(int fd, uint32_t handle, void *data, uint32_t size)
{
	if (bulk(fd, handle, false, data, size, BULK_BLOCKING))
		die("transmit of %u bytes: %s", size, strerror(errno));
}

static void bulk_receive(int fd, uint32_t handle, void *data, uint32_t size)
{
	if (bulk(fd, handle, true, data, size, BULK_BLOCKING))
		die("receive of %u bytes: %s", size, strerror(errno));
}

/* -----------------------------------------------------------------------------
 * Tests
 */

static int run_config(int fd, char **argv)
{
	struct config config = { 0 };
	struct get_config args = { sizeof(config), &config };

	if (ioctl(fd, IOC_GET_CONFIG, &args))
		die("config: %s", strerror(errno));
	printf("max_msg_size=%u bulk_threshold=%u ", config.max_msg_size, config.bulk_threshold);
	printf("max_outstanding_bulks=%u max_services=%u ", config.max_outstanding_bulks,
	       config.max_services);
	printf("version=%d version_min=%d\n", config.version, config.version_min);
	return 0;
}

/* Every argument followed by a blank, as vcgencmd does it. */
static int run_gencmd(int fd, char **argv)
{
	uint32_t handle = open_service(fd, FOURCC('G', 'C', 'M', 'D'), 1, 1);
	char request[512] = "", reply[MAX_MESSAGE + 1];
	size_t len = 0;

	for (; *argv && len < sizeof(request); argv++)
		len += (size_t)snprintf(request + len, sizeof(request) - len, "%s ", *argv);
	if (len >= sizeof(request))
		die("request is too long");
	send_message(fd, handle, request, (uint32_t)len + 1);
	len = receive_message(fd, handle, reply, MAX_MESSAGE);
	if (len < 5)
		die("reply of %zu bytes", len);
	reply[len] = '\0';
	printf("%s%s", reply + 4, reply[strlen(reply + 4) + 3] == '\n' ? "" : "\n");
	close_service(fd, handle);
	return strncmp(reply + 4, "error=", 6) == 0;
}

static bool is_same(const void *a, const void *b, size_t size)
{
	return memcmp(a, b, size) == 0;
}

static void fill(uint8_t *data, uint32_t size, uint32_t seed)
{
	for (uint32_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8) + seed);
}

/* Messages of many sizes come back as they went. */
static int run_echo(int fd, char **argv)
{
	uint32_t handle = open_service(fd, FOURCC('e', 'c', 'h', 'o'), 3, 3);
	uint8_t sent[MAX_MESSAGE], got[MAX_MESSAGE];
	uint32_t n = 0;

	for (uint32_t size = 4; size <= MAX_MESSAGE; size += size < 64 ? 1 : 61, n++) {
		fill(sent, size, size);
		memcpy(sent, &(uint32_t){ 5 }, 4);
		send_message(fd, handle, sent, size);
		if (receive_message(fd, handle, got, sizeof(got)) != size ||
		    !is_same(sent, got, size))
			die("message of %u bytes came back changed", size);
	}
	fill(sent, MAX_MESSAGE, 1);
	memcpy(sent, &(uint32_t){ 5 }, 4);
	send_message(fd, handle, sent, MAX_MESSAGE);
	if (receive_message(fd, handle, got, sizeof(got)) != MAX_MESSAGE ||
	    !is_same(sent, got, MAX_MESSAGE))
		die("the longest message came back changed");
	close_service(fd, handle);
	printf("%u messages\n", n + 1);
	return 0;
}

/* More messages than all slots hold, before the first answer is read. */
static int run_flood(int fd, char **argv)
{
	uint32_t handle = open_service(fd, FOURCC('e', 'c', 'h', 'o'), 3, 3);
	uint8_t message[512] = { 1 }, got[MAX_MESSAGE];

	for (int i = 0; i < 1000; i++)
		send_message(fd, handle, message, sizeof(message));
	message[0] = 3;
	send_message(fd, handle, message, 4);
	if (receive_message(fd, handle, got, sizeof(got)) != 1)
		die("wrong answer to SYNC");
	close_service(fd, handle);
	printf("1000 messages\n");
	return 0;
}

static int run_ping(int fd, char **argv)
{
	uint32_t handle = open_service(fd, FOURCC('e', 'c', 'h', 'o'), 3, 3);
	int rounds = argv[0] ? atoi(argv[0]) : 100;
	struct timespec start, end;
	uint32_t sync = 3;
	uint8_t got[8];
	double us;

	if (rounds < 1)
		die("ping how often?");
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < rounds; i++) {
		send_message(fd, handle, &sync, sizeof(sync));
		receive_message(fd, handle, got, sizeof(got));
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	us = (double)(end.tv_sec - start.tv_sec) * 1e6 +
	     (double)(end.tv_nsec - start.tv_nsec) / 1e3;
	close_service(fd, handle);
	printf("%d rounds, %.1f us each\n", rounds, us / rounds);
	return 0;
}

static void configure(int fd, uint32_t handle, uint32_t size, uint32_t iters)
{
	uint32_t config[10] = { 4, size, iters, 1, 1, 4096, 0, 0, 0, 0 };
	uint8_t got[MAX_MESSAGE];

	send_message(fd, handle, config, sizeof(config));
	if (receive_message(fd, handle, got, sizeof(got)) != 1)
		die("CONFIG refused: %s", got);
}

/* Blocks go there and come back. */
static int run_bulk(int fd, char **argv)
{
	static const uint32_t sizes[] = { 8, 1024, 4088, 4096, 100000, 3110400 };
	uint32_t handle = open_service(fd, FOURCC('e', 'c', 'h', 'o'), 3, 3);
	uint64_t total = 0;

	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		uint8_t *sent = malloc(sizes[s]), *got = calloc(1, sizes[s]);

		if (!sent || !got)
			die("out of memory");
		configure(fd, handle, sizes[s], 3);
		for (uint32_t i = 0; i < 3; i++) {
			fill(sent, sizes[s], i);
			bulk_transmit(fd, handle, sent, sizes[s]);
			bulk_receive(fd, handle, got, sizes[s]);
			if (!is_same(sent, got, sizes[s]))
				die("block of %u bytes came back changed", sizes[s]);
			total += 2ull * sizes[s];
		}
		free(sent);
		free(got);
	}
	close_service(fd, handle);
	printf("%llu bytes\n", (unsigned long long)total);
	return 0;
}

/* Bytes beside a buffer stay what they are, although they share its lines. */
static void check_guard(const uint8_t *data, uint32_t size, uint32_t align)
{
	for (uint32_t i = 0; i < GUARD; i++) {
		if (data[-1 - (int)i] != GUARD_BYTE || data[size + i] != GUARD_BYTE)
			die("byte beside %u bytes at alignment %u changed", size, align);
	}
}

static void send_back(int fd, uint32_t handle, uint8_t *page, uint32_t size,
		      uint32_t align, uint32_t server_align)
{
	uint32_t params[4] = { size, server_align, align, 0 };
	uint8_t *sent = page + 4096 + align;
	uint8_t *got = page + 5 * 4096 + align;

	memset(page, GUARD_BYTE, 10 * 4096);
	fill(sent, size, size + align);
	send_message(fd, handle, params, sizeof(params));
	bulk_transmit(fd, handle, sent, size);
	bulk_receive(fd, handle, got, size);
	if (!is_same(sent, got, size))
		die("%u bytes at alignment %u came back changed", size, align);
	check_guard(sent, size, align);
	check_guard(got, size, align);
}

/* Every way in which a buffer can start and end in a cache line. */
static int run_align(int fd, char **argv)
{
	uint32_t handle = open_service(fd, FOURCC('f', 'u', 'n', '2'), 3, 3);
	uint8_t *page = aligned_alloc(4096, 10 * 4096);
	uint32_t n = 0;

	if (!page)
		die("out of memory");
	for (uint32_t size = 1; size < 64; size += 3) {
		for (uint32_t align = 0; align < 66; align += align < 4 ? 1 : 15, n += 2) {
			send_back(fd, handle, page, size, align, n % 40);
			send_back(fd, handle, page, size, 4096 - size - align, n % 40);
		}
	}
	for (uint32_t size = 64; size <= 8192; size += size / 2 + 1, n += 3) {
		send_back(fd, handle, page, size, 0, 0);
		send_back(fd, handle, page, size, 1, 31);
		send_back(fd, handle, page, size, 31, 1);
	}
	free(page);
	close_service(fd, handle);
	printf("%u buffers\n", n);
	return 0;
}

static void expect_refused(int fd, uint32_t fourcc, int version)
{
	if (try_open_service(fd, fourcc, version, version))
		die("version %d was not refused", version);
	if (errno != EIO)
		die("refused with %s", strerror(errno));
}

/* The part that the "func" service plays: refusals, aborts, an empty message. */
static int run_func(int fd, char **argv)
{
	const uint32_t func = FOURCC('f', 'u', 'n', 'c');
	static uint8_t sent[1024], got[2048], spare[2048];
	uint32_t first, second;

	expect_refused(fd, func, 0);
	expect_refused(fd, func, 1);
	expect_refused(fd, func, 4);
	expect_refused(fd, FOURCC('n', 'o', 'n', 'e'), 3);
	first = open_service(fd, func, 3, 3);
	second = open_service(fd, func, 3, 3);
	expect_refused(fd, func, 3);
	close_service(fd, second);
	second = open_service(fd, func, 3, 3);

	send_message(fd, first, "abcdefghijklmnopqrstuvwxyz", 26);
	if (receive_message(fd, first, got, sizeof(got)) != 26 ||
	    !is_same(got, "abcdefghijklmnopqrstuvwxyz", 26))
		die("wrong echo");
	if (bulk(fd, second, false, spare, sizeof(spare), BULK_NOCALLBACK))
		die("transmit: %s", strerror(errno));
	fill(sent, sizeof(sent), 0);
	bulk_transmit(fd, first, sent, sizeof(sent));
	if (!bulk(fd, first, true, got, sizeof(got), BULK_BLOCKING) || errno != EIO)
		die("receive of another size was not aborted");
	bulk_receive(fd, first, got, sizeof(got));
	if (!is_same(got, sent, 1024) || !is_same(got + 1024, sent, 1024))
		die("wrong block");
	if (receive_message(fd, first, got, sizeof(got)) != 0)
		die("the last message is not empty");
	if (bulk(fd, first, true, got, sizeof(got), BULK_NOCALLBACK))
		die("receive: %s", strerror(errno));
	close_service(fd, first);
	close_service(fd, second);
	printf("all steps\n");
	return 0;
}

/* Open and close until ports must have been used again. */
static int run_reopen(int fd, char **argv)
{
	uint32_t before = 0;

	for (int i = 0; i < 50; i++) {
		uint32_t handle = open_service(fd, FOURCC('e', 'c', 'h', 'o'), 3, 3);

		if (handle == before)
			die("the handle of a closed service was used again at once");
		before = handle;
		close_service(fd, handle);
	}
	printf("50 services\n");
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int fd, char **argv);
	const char *help;
} tests[] = {
	{ "config", run_config, "print the driver's limits" },
	{ "gencmd", run_gencmd, "CMD [ARG...]: ask the firmware, print its answer" },
	{ "echo", run_echo, "messages of many sizes" },
	{ "flood", run_flood, "more messages than there is room for" },
	{ "ping", run_ping, "[N]: time N round trips" },
	{ "bulk", run_bulk, "blocks up to a video frame" },
	{ "align", run_align, "blocks at all alignments, and what is beside them" },
	{ "func", run_func, "refused services and aborted blocks" },
	{ "reopen", run_reopen, "open and close a service many times" },
};

#define NR_TESTS (sizeof(tests) / sizeof(tests[0]))

static void print_usage(FILE *to)
{
	fprintf(to, "Usage: vchiq-smoke [--device=PATH] TEST [ARG...]\n"
		    "Tests a VCHIQ driver and the firmware behind it. Exit status: 0 passed,\n"
		    "1 failed, 2 wrong usage.\n\n");
	for (size_t i = 0; i < NR_TESTS; i++)
		fprintf(to, "  %-7s %s\n", tests[i].name, tests[i].help);
	fprintf(to, "\n  --device=PATH  instead of /dev/vchiq\n"
		    "  --help         this text\n"
		    "  --version      version\n");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "device", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char *device = "/dev/vchiq";
	int opt, ret, fd;

	while ((opt = getopt_long(argc, argv, "+d:hV", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			device = optarg;
			break;
		case 'h':
			print_usage(stdout);
			return 0;
		case 'V':
			puts("vchiq-smoke " VC_VERSION);
			return 0;
		default:
			print_usage(stderr);
			return 2;
		}
	}
	for (size_t i = 0; optind < argc && i < NR_TESTS; i++) {
		if (strcmp(argv[optind], tests[i].name) != 0)
			continue;
		fd = open_vchiq(device);
		ret = tests[i].run(fd, argv + optind + 1);
		ioctl(fd, IOC_SHUTDOWN, 0);
		close(fd);
		return ret;
	}
	print_usage(stderr);
	return 2;
}
