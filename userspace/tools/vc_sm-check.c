// SPDX-License-Identifier: GPL-2.0
/*
 * vc_sm-check: cases of tests/guest/vc_sm.t, against /dev/vc_sm.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <dirent.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/vc_sm.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <videocore/smem.h>

#include "check.h"
#include "sm-client.h"
#include "vcq.h"

#define MIB		(1u << 20)
#define NR_THREADS	8
#define ROUNDS		40
#define MAX_BUFFERS	256

static int open_checked(void)
{
	int sm = sm_open();

	CHECK(sm >= 0, "open /dev/vc_sm");
	return sm;
}

static int alloc_checked(int sm, size_t size, uint32_t *handle)
{
	int fd = sm_alloc(sm, size, handle);

	CHECK(fd >= 0, "VC_SM_IOC_ALLOC of %zu bytes", size);
	return fd;
}

static uint8_t *map_checked(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap of %zu bytes", size);
	return map;
}

static unsigned int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nr = 0;

	CHECK(dir, "/proc/self/fd");
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* -----------------------------------------------------------------------------
 * Memory
 */

static void case_alloc(int argc, char **argv)
{
	int sm = open_checked();
	uint32_t handle = 0;
	int fd = alloc_checked(sm, MIB + 1, &handle);
	off_t size = lseek(fd, 0, SEEK_END);
	uint8_t *map;

	CHECK(handle, "no handle");
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC, "O_CLOEXEC was not heeded");
	CHECK(size == MIB + sysconf(_SC_PAGESIZE), "%ld bytes, not whole pages", (long)size);
	map = map_checked(fd, size);
	for (off_t i = 0; i < size; i++)
		CHECK(!map[i], "byte %ld is not zero", (long)i);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW), "sync start");
	memset(map, 0xa5, size);
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW), "sync end");
	close(sm);
	close(fd);
	CHECK(map[0] == 0xa5 && map[size - 1] == 0xa5, "memory went with its descriptors");
	CHECK(!munmap(map, size), "munmap");
}

/* What was in memory before is nobody's business. */
static void case_zeroed(int argc, char **argv)
{
	int sm = open_checked();

	for (int round = 0; round < 8; round++) {
		int fd = alloc_checked(sm, 4 * MIB, NULL);
		uint8_t *map = map_checked(fd, 4 * MIB);

		for (size_t i = 0; i < 4 * MIB; i++)
			CHECK(!map[i], "round %d: byte %zu is not zero", round, i);
		memset(map, 0x5a, 4 * MIB);
		munmap(map, 4 * MIB);
		close(fd);
	}
}

static void case_mmap(int argc, char **argv)
{
	const size_t size = 4 * sysconf(_SC_PAGESIZE), page = size / 4;
	int fd = alloc_checked(open_checked(), size, NULL);
	uint8_t *map = map_checked(fd, size);
	uint8_t *part;

	map[2 * page] = 42;
	part = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 2 * page);
	CHECK(part != MAP_FAILED, "mmap of a part");
	CHECK(part[0] == 42, "a part at another place");
	CHECK(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) == MAP_FAILED &&
	      errno == EINVAL, "private mapping");
	CHECK(mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fd, 3 * page) == MAP_FAILED &&
	      errno == EINVAL, "mapping beyond the end");
	CHECK(mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 4 * page) == MAP_FAILED &&
	      errno == EINVAL, "mapping behind the end");
	/* That no file has such an offset is known before the driver is asked. */
	CHECK(mmap(NULL, page, PROT_READ, MAP_SHARED, fd, -(off_t)page) == MAP_FAILED &&
	      errno == EOVERFLOW, "mapping in front of the start");
	CHECK(mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 1) == MAP_FAILED &&
	      errno == EINVAL, "mapping of no whole pages");
	CHECK(map[2 * page] == 42, "the good one suffered");
}

/* Memory that runs out is an errno, and comes back. */
static void case_exhaust(int argc, char **argv)
{
	int fds[MAX_BUFFERS], nr, sm = open_checked();

	for (nr = 0; nr < MAX_BUFFERS; nr++) {
		fds[nr] = sm_alloc(sm, 16 * MIB, NULL);
		if (fds[nr] < 0)
			break;
	}
	CHECK(nr < MAX_BUFFERS && errno == ENOMEM, "%d buffers of 16 MiB and no ENOMEM", nr);
	printf("%d buffers of 16 MiB\n", nr);
	CHECK(nr > 0, "none at all");
	while (nr--)
		close(fds[nr]);
}

/* -----------------------------------------------------------------------------
 * Bad arguments
 */

static void alloc_fails(int sm, const struct vc_sm_alloc *bad, int error)
{
	struct vc_sm_alloc arg = *bad;

	errno = 0;
	CHECK(ioctl(sm, VC_SM_IOC_ALLOC, &arg) < 0 && errno == error,
	      "size %llu, flags %#x: not error %d", (unsigned long long)bad->size, bad->flags,
	      error);
}

static void case_bad_alloc(int argc, char **argv)
{
	struct vc_sm_alloc unterminated = { .size = 4096, .flags = O_RDWR };
	int sm = open_checked();
	unsigned int before = count_fds();

	memset(unterminated.name, 'x', sizeof(unterminated.name));
	alloc_fails(sm, &unterminated, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 0 }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = (1ull << 30) + 1 }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 1ull << 32 }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = UINT64_MAX }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 4096, .flags = O_NONBLOCK }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 4096, .flags = ~0u }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 4096, .reserved = { 0, 1 } }, EINVAL);
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 4096, .memory = 4 }, EINVAL);
	/* More than there is, though within reach. */
	alloc_fails(sm, &(struct vc_sm_alloc){ .size = 1u << 30 }, ENOMEM);
	CHECK_FAILS(ioctl(sm, VC_SM_IOC_ALLOC, NULL), EFAULT);
	CHECK_FAILS(ioctl(sm, _IO(VC_SM_IOC_MAGIC, 0), NULL), ENOTTY);
	CHECK_FAILS(ioctl(sm, _IO(VC_SM_IOC_MAGIC, 77), NULL), ENOTTY);
	CHECK(count_fds() == before, "a descriptor was left behind");
}

/* The descriptor must not be installed when it could not be told. */
static void case_bad_result(int argc, char **argv)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	struct vc_sm_alloc *arg = mmap(NULL, page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int sm = open_checked();
	unsigned int before = count_fds();

	CHECK(arg != MAP_FAILED, "mmap");
	arg->size = 4096;
	arg->flags = O_RDWR;
	CHECK(!mprotect(arg, page, PROT_READ), "mprotect");
	CHECK_FAILS(ioctl(sm, VC_SM_IOC_ALLOC, arg), EFAULT);
	CHECK(count_fds() == before, "a descriptor was left behind");
}

static void case_bad_import(int argc, char **argv)
{
	int sm = open_checked(), fd = alloc_checked(sm, 4096, NULL);
	struct vc_sm_import_fd flags = { .fd = fd, .flags = 1 };
	struct vc_sm_import_fd reserved = { .fd = fd, .reserved = 1 };
	int scattered, closed;
	uint32_t handle;

	CHECK_FAILS(sm_import(sm, -1, &handle), EBADF);
	CHECK_FAILS(sm_import(sm, 9999, &handle), EBADF);
	CHECK_FAILS(sm_import(sm, sm, &handle), EINVAL);
	closed = dup(fd);
	close(closed);
	CHECK_FAILS(sm_import(sm, closed, &handle), EBADF);
	CHECK_FAILS(ioctl(sm, VC_SM_IOC_IMPORT, &flags), EINVAL);
	CHECK_FAILS(ioctl(sm, VC_SM_IOC_IMPORT, &reserved), EINVAL);
	CHECK_FAILS(ioctl(sm, VC_SM_IOC_IMPORT, NULL), EFAULT);
	scattered = dmabuf_scattered(MIB);
	CHECK(scattered >= 0, "no scattered dma-buf");
	CHECK_FAILS(sm_import(sm, scattered, &handle), EINVAL);
	/* After all this the next one works. */
	CHECK(!sm_import(sm, fd, &handle) && !sm_free(sm, handle), "a good one");
}

/* -----------------------------------------------------------------------------
 * Handles
 */

static void case_import(int argc, char **argv)
{
	int sm = open_checked(), other = open_checked();
	uint32_t own = 0, first = 0, second = 0;
	int fd = alloc_checked(sm, MIB, &own);

	CHECK(!sm_import(sm, fd, &first), "import");
	CHECK(!sm_import(sm, fd, &second), "second import");
	CHECK(first == own && second == own, "one buffer has handles %#x %#x %#x", own, first,
	      second);
	CHECK_FAILS(sm_free(other, first), ENXIO);
	CHECK(!sm_free(sm, first), "free");
	CHECK(!sm_free(sm, first), "second free");
	/* The handle of the allocation goes with the dma-buf, not before. */
	CHECK_FAILS(sm_free(sm, first), ENXIO);
	CHECK_FAILS(sm_free(sm, 0), ENXIO);
	CHECK(!sm_import(sm, fd, &second) && second == own, "the handle of the allocation went");
	/* This one goes with the file. */
	close(sm);
}

struct worker {
	pthread_t thread;
	int sm;
};

static void *worker_run(void *arg)
{
	struct worker *worker = arg;
	uint32_t handle;

	for (int i = 0; i < ROUNDS; i++) {
		int fd = alloc_checked(worker->sm, (1 + i % 8) * 65536, &handle);

		CHECK(!sm_import(worker->sm, fd, &handle), "import");
		if (i % 2)
			CHECK(!sm_free(worker->sm, handle), "free");
		close(fd);
	}
	return NULL;
}

/* All at once on two files: replies must find whom they are for. */
static void case_threads(int argc, char **argv)
{
	struct worker workers[NR_THREADS];
	int sm[2] = { open_checked(), open_checked() };

	for (int i = 0; i < NR_THREADS; i++) {
		workers[i].sm = sm[i % 2];
		errno = pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]);
		CHECK(!errno, "pthread_create");
	}
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(workers[i].thread, NULL);
}

static void import_and_free(unsigned long nr)
{
	int sm = open_checked(), fd = dmabuf_page();
	uint32_t handle;

	/* One of another exporter, which has no handle yet. */
	CHECK(fd >= 0, "udmabuf");
	for (unsigned long i = 0; i < nr; i++) {
		CHECK(!sm_import(sm, fd, &handle), "import %lu", i);
		CHECK(!sm_free(sm, handle), "free %lu", i);
	}
}

/* More transactions than 16 bits count, by several processes that share the work. */
static void case_many(int argc, char **argv)
{
	unsigned long nr = argc > 0 ? strtoul(argv[0], NULL, 0) : 70000;
	unsigned long processes = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	int status;

	CHECK(processes && nr % processes == 0, "%lu cycles by %lu processes", nr, processes);
	for (unsigned long i = 0; i < processes; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork");
		if (!pid) {
			import_and_free(nr / processes);
			exit(EXIT_SUCCESS);
		}
	}
	while (wait(&status) > 0)
		CHECK(!status, "one of them failed");
}

/* -----------------------------------------------------------------------------
 * Ends
 */

static int alloc_labelled(int sm, const char *label, uint32_t memory)
{
	struct vc_sm_alloc arg = { .size = MIB, .flags = O_RDWR | O_CLOEXEC, .memory = memory };

	memcpy(arg.name, label, strlen(label));
	CHECK(!ioctl(sm, VC_SM_IOC_ALLOC, &arg), "VC_SM_IOC_ALLOC with label '%s'", label);
	return arg.fd;
}

/* Hold buffers and imports until killed; the first has the name of the program. */
static void case_hold(int argc, char **argv)
{
	static const struct {
		const char *label;
		uint32_t memory;
	} buffers[] = {
		{ "", 0 },
		{ "x", 0 },
		{ "the longest label there can be.", 0 },
		{ "the longest label of the heap's", VC_SM_ALLOC_VC_HEAP },
	};
	int sm = open_checked();
	uint32_t handle;

	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
		int fd = alloc_labelled(sm, buffers[i].label, buffers[i].memory);

		CHECK(!sm_import(sm, fd, &handle), "import");
		map_checked(fd, MIB)[0] = 1;
	}
	puts("holding");
	fflush(stdout);
	pause();
}

/* Nothing but a file is there when the device goes; argument: its name. */
static void case_unbind_open(int argc, char **argv)
{
	int sm = open_checked();

	CHECK(argc == 1, "which device?");
	CHECK(sm_unbind(argv[0]), "unbind %s", argv[0]);
	CHECK(sm_alloc(sm, 4096, NULL) < 0 && errno == ENODEV, "alloc without a device");
	CHECK(sm_bind(argv[0]), "bind %s", argv[0]);
	CHECK(sm_alloc(sm, 4096, NULL) < 0 && errno == ENODEV, "an old file on a new device");
}

/* The device goes while a program has everything open; argument: its name. */
static void case_unbind(int argc, char **argv)
{
	int sm = open_checked(), fd = alloc_checked(sm, MIB, NULL);
	uint8_t *map = map_checked(fd, MIB), *again;
	uint32_t handle;

	CHECK(argc == 1, "which device?");
	CHECK(!sm_import(sm, fd, &handle), "import");
	memset(map, 0x77, MIB);
	CHECK(sm_unbind(argv[0]), "unbind %s", argv[0]);
	CHECK(sm_alloc(sm, 4096, NULL) < 0 && errno == ENODEV, "alloc without a device");
	CHECK_FAILS(sm_import(sm, fd, &handle), ENODEV);
	CHECK(map[MIB - 1] == 0x77, "memory went with the device");
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW), "sync without a device");
	CHECK(!dmabuf_sync(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW), "sync without a device");
	again = map_checked(fd, MIB);
	CHECK(again[0] == 0x77, "another mapping shows other memory");
	CHECK(sm_bind(argv[0]), "bind %s", argv[0]);
	CHECK(sm_alloc(sm, 4096, NULL) < 0 && errno == ENODEV, "an old file on a new device");
	close(sm);
	sm = open_checked();
	alloc_checked(sm, 4096, NULL);
	CHECK(!sm_import(sm, fd, &handle), "import of memory from before");
}

/* Of any program that may use /dev/vchiq: who waits for an answer gets one. */
static void case_malformed(int argc, char **argv)
{
	static const struct { uint32_t type; int len; uint32_t word; } requests[] = {
		{ SMEM_ALLOC, 20, 0 }, { SMEM_LOCK, 16, 0 }, { SMEM_UNLOCK, 8, SMEM_FAILED },
		{ SMEM_RESIZE, 8, SMEM_FAILED }, { SMEM_IMPORT, 8, 0 },
	};
	const struct vcq_service_params params = {
		.fourcc = VCQ_FOURCC('S', 'M', 'E', 'M'),
		.version = SMEM_VERSION,
		.dequeue = true,
	};
	struct vcq_service *svc;
	struct vcq *q;

	errno = -vcq_open(NULL, &q);
	CHECK(!errno, "open " VCQ_DEVICE);
	errno = -vcq_service_open(q, &params, &svc);
	CHECK(!errno, "open SMEM");
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const uint32_t request[2] = { requests[i].type, 77 + (uint32_t)i };
		uint32_t answer[8];

		CHECK(!vcq_send(svc, request, sizeof(request)), "send type %u", request[0]);
		CHECK(vcq_receive(svc, answer, sizeof(answer), true) == requests[i].len,
		      "answer of type %u", request[0]);
		CHECK(answer[0] == request[1] && answer[1] == requests[i].word,
		      "type %u was not refused", request[0]);
	}
	vcq_service_close(svc);
	vcq_close(q);
}

static const struct check_case cases[] = {
	{ "alloc", "memory, its descriptor and its mapping", case_alloc },
	{ "zeroed", "memory that was used before", case_zeroed },
	{ "mmap", "mappings of parts, and bad ones", case_mmap },
	{ "exhaust", "all there is", case_exhaust },
	{ "bad-alloc", "bad arguments of ALLOC", case_bad_alloc },
	{ "bad-result", "a result that cannot be stored", case_bad_result },
	{ "bad-import", "bad arguments of IMPORT, scattered memory", case_bad_import },
	{ "import", "IMPORT and FREE", case_import },
	{ "threads", "everything at once", case_threads },
	{ "malformed", "messages that are too short, past the driver", case_malformed },
	{ "many", "many transactions [number [processes]]", case_many },
	{ "hold", "hold buffers until killed", case_hold },
	{ "unbind", "the device goes and comes: its name", case_unbind },
	{ "unbind-open", "the same, with nothing but a file: its name", case_unbind_open },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
