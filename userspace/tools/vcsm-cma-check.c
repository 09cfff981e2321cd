// SPDX-License-Identifier: GPL-2.0
/*
 * vcsm-cma-check: /dev/vcsm-cma as older programs use it. Built for 64-bit and for
 * 32-bit, which must be the same to the driver.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/vc_sm.h>
#include <linux/vcsm-cma.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"
#include "faulty-client.h"

#define SIZE		65536u

_Static_assert(VCSM_CMA_IOC_ALLOC == 0x80404a5a, "ALLOC");
_Static_assert(VCSM_CMA_IOC_IMPORT_DMABUF == 0x80404a5b, "IMPORT_DMABUF");
_Static_assert(VCSM_CMA_IOC_CLEAN_INVALID2 == 0x80084a5c, "CLEAN_INVALID2");
_Static_assert(sizeof(struct vcsm_cma_block) == 16 + sizeof(void *), "a block");

static int open_legacy(void)
{
	int fd = open("/dev/vcsm-cma", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, "open /dev/vcsm-cma");
	return fd;
}

static struct vcsm_cma_alloc alloc_checked(int cma, uint32_t cached)
{
	struct vcsm_cma_alloc arg = {
		.size = SIZE / 4,
		.num = 4,
		.cached = cached,
		.name = "check",
	};

	CHECK(!ioctl(cma, VCSM_CMA_IOC_ALLOC, &arg), "ALLOC, cached %u", cached);
	return arg;
}

static struct vcsm_cma_import import_checked(int cma, int fd)
{
	struct vcsm_cma_import arg = { .dmabuf_fd = fd, .cached = VCSM_CMA_CACHED_HOST };

	CHECK(!ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF, &arg), "IMPORT_DMABUF");
	return arg;
}

static uint8_t *map_checked(int fd)
{
	void *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap");
	return map;
}

static void case_alloc(int argc, char **argv)
{
	int cma = open_legacy();

	for (uint32_t cached = VCSM_CMA_CACHED_NONE; cached <= VCSM_CMA_CACHED_BOTH; cached++) {
		struct vcsm_cma_alloc arg = alloc_checked(cma, cached);
		uint8_t *map;

		CHECK(arg.handle >= 0 && arg.vc_handle && arg.dma_addr, "no handles");
		CHECK(arg.dma_addr < 1ull << 32, "an address of the VPU has 32 bits");
		CHECK(lseek(arg.handle, 0, SEEK_END) == SIZE, "size times num");
		map = map_checked(arg.handle);
		for (size_t i = 0; i < SIZE; i++)
			CHECK(!map[i], "byte %zu is not zero", i);
		munmap(map, SIZE);
		/* This is how it is freed. */
		close(arg.handle);
	}
}

static void case_import(int argc, char **argv)
{
	int cma = open_legacy(), sm = open("/dev/vc_sm", O_RDWR | O_CLOEXEC);
	struct vc_sm_import_fd native = { 0 };
	struct vcsm_cma_alloc own = alloc_checked(cma, VCSM_CMA_CACHED_HOST);
	struct vcsm_cma_import arg = import_checked(cma, own.handle), again;
	uint8_t *a = map_checked(own.handle), *b = map_checked(arg.handle);

	CHECK(sm >= 0, "open /dev/vc_sm");
	CHECK(arg.handle != own.handle, "no descriptor of its own");
	CHECK(arg.vc_handle == own.vc_handle && arg.dma_addr == own.dma_addr && arg.size == SIZE,
	      "another memory");
	a[4097] = 42;
	CHECK(b[4097] == 42, "another mapping");
	/* Imported once more it is still the same buffer. */
	again = import_checked(cma, arg.handle);
	native.fd = again.handle;
	CHECK(!ioctl(sm, VC_SM_IOC_IMPORT, &native), "VC_SM_IOC_IMPORT");
	CHECK(again.vc_handle == own.vc_handle && native.vc_handle == own.vc_handle,
	      "another handle");
	/* The import alone keeps memory and handle. */
	munmap(a, SIZE);
	close(own.handle);
	close(arg.handle);
	close(sm);
	CHECK(b[4097] == 42, "memory went with its descriptors");
	CHECK(!ioctl(again.handle, DMA_BUF_IOCTL_SYNC,
		     &(struct dma_buf_sync){ DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW }), "sync");
}

/**
 * struct source - a buffer that is imported, and what it has
 * @fd: dma-buf
 * @sync: errno of a CPU access, or 0
 * @map: errno of a mapping, or 0
 */
struct source {
	int fd;
	int sync;
	int map;
};

static void expect_errno(int ret, int error, const char *what)
{
	CHECK(error ? ret < 0 && errno == error : ret >= 0, "%s: not error %d", what, error);
}

/* Whatever is asked of an import is what its source has, or has not. */
static void check_wrapped(int cma, const struct source *source)
{
	struct vcsm_cma_import arg = import_checked(cma, source->fd);
	void *map;

	for (int i = 0; i < 2; i++)
		CHECK(!ioctl(faulty_device(), VC_SM_FAULTY_IMPORT_WIDE, arg.handle),
		      "another device");
	expect_errno(ioctl(arg.handle, DMA_BUF_IOCTL_SYNC,
			   &(struct dma_buf_sync){ DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW }),
		     source->sync, "START");
	expect_errno(ioctl(arg.handle, DMA_BUF_IOCTL_SYNC,
			   &(struct dma_buf_sync){ DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW }),
		     0, "END");
	expect_errno(ioctl(faulty_device(), VC_SM_FAULTY_VMAP, arg.handle), source->map, "vmap");
	map = mmap(NULL, arg.size, PROT_READ | PROT_WRITE, MAP_SHARED, arg.handle, 0);
	expect_errno(map == MAP_FAILED ? -1 : 0, source->map, "mmap");
	close(arg.handle);
	close(source->fd);
}

static void case_wrapped(int argc, char **argv)
{
	int cma = open_legacy();
	const struct source sources[] = {
		{ alloc_checked(cma, VCSM_CMA_CACHED_HOST).handle, 0, 0 },
		{ alloc_checked(cma, VCSM_CMA_CACHED_NONE).handle, 0, 0 },
		/* Neither can be mapped, and the second knows nothing of CPU access. */
		{ faulty_create(VC_SM_FAULTY_SPLIT), EOPNOTSUPP, EINVAL },
		{ faulty_create(VC_SM_FAULTY_BARE), 0, EINVAL },
	};

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		check_wrapped(cma, &sources[i]);
	faulty_expect_nothing_left();
}

/* Who waits for the import waits for what works on the source. */
static void case_wrapped_fence(int argc, char **argv)
{
	struct dma_buf_export_sync_file out = { .flags = DMA_BUF_SYNC_RW };
	struct dma_buf_import_sync_file in = { .flags = DMA_BUF_SYNC_WRITE };
	int source = faulty_create(VC_SM_FAULTY_SPLIT), fence = faulty_create(VC_SM_FAULTY_FENCE);
	struct vcsm_cma_import arg = import_checked(open_legacy(), source);
	struct pollfd ready = { .fd = arg.handle, .events = POLLIN };

	CHECK(poll(&ready, 1, 0) == 1, "nobody works on it");
	CHECK(!ioctl(fence, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out), "EXPORT_SYNC_FILE");
	in.fd = out.fd;
	CHECK(!ioctl(source, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in), "IMPORT_SYNC_FILE");
	close(out.fd);
	CHECK(!poll(&ready, 1, 0), "the fence of the source is not seen");
	faulty_signal(fence);
	CHECK(poll(&ready, 1, 10000) == 1, "the fence was signalled");
	close(arg.handle);
	close(source);
	close(fence);
	faulty_expect_nothing_left();
}

static void case_bad(int argc, char **argv)
{
	static const struct vcsm_cma_alloc bad[] = {
		{ .size = 0, .num = 1 },
		{ .size = 4096, .num = 0 },
		{ .size = 0x10000, .num = 0x10000 },
		{ .size = 0xffffffff, .num = 0xffffffff },
		{ .size = 0x40001000, .num = 1 },
		{ .size = 4096, .num = 1, .cached = 4 },
		{ .size = 4096, .num = 1, .cached = 0x80000000 },
	};
	int cma = open_legacy();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vcsm_cma_alloc arg = bad[i];

		CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_ALLOC, &arg), EINVAL);
	}
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_ALLOC, NULL), EFAULT);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF, NULL), EFAULT);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF,
			  &(struct vcsm_cma_import){ .dmabuf_fd = -1 }), EBADF);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF,
			  &(struct vcsm_cma_import){ .dmabuf_fd = cma }), EINVAL);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF,
			  &(struct vcsm_cma_import){ .dmabuf_fd = cma, .cached = 4 }), EINVAL);
	/* It is the whole number that counts, not the part that says which. */
	CHECK_FAILS(ioctl(cma, _IO('J', 0x5a), NULL), ENOTTY);
	CHECK_FAILS(ioctl(cma, _IOR('I', 0x5a, struct vcsm_cma_alloc), NULL), ENOTTY);
	CHECK_FAILS(ioctl(cma, _IOC(_IOC_READ, 'J', 0x5a, 60), NULL), ENOTTY);
	CHECK_FAILS(ioctl(cma, _IO('J', 0x5d), NULL), ENOTTY);
}

/* The descriptor must not be installed when it could not be told. */
static void case_bad_result(int argc, char **argv)
{
	struct vcsm_cma_import *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int cma = open_legacy(), next;
	struct vcsm_cma_alloc own = alloc_checked(cma, VCSM_CMA_CACHED_HOST);

	CHECK(arg != MAP_FAILED, "mmap");
	arg->dmabuf_fd = own.handle;
	CHECK(!mprotect(arg, 4096, PROT_READ), "mprotect");
	next = dup(cma);
	close(next);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_IMPORT_DMABUF, arg), EFAULT);
	CHECK(dup(cma) == next, "a descriptor was left behind");
}

static int clean(int cma, uint32_t op_count, struct vcsm_cma_block block)
{
	struct vcsm_cma_clean_invalid2 *arg = calloc(1, sizeof(*arg) + 2 * sizeof(block));
	int ret;

	CHECK(arg, "calloc");
	arg->op_count = op_count;
	memcpy(&arg->blocks[0], &block, sizeof(block));
	memcpy(&arg->blocks[1], &block, sizeof(block));
	ret = ioctl(cma, VCSM_CMA_IOC_CLEAN_INVALID2, arg);
	free(arg);
	return ret;
}

static void case_clean(int argc, char **argv)
{
	int cma = open_legacy();
	struct vcsm_cma_alloc own = alloc_checked(cma, VCSM_CMA_CACHED_HOST);
	uint8_t *map = map_checked(own.handle);
	struct vcsm_cma_block good = { VCSM_CMA_FLUSH, 16, map + 64, 100, 4096 }, bad;

	CHECK(!clean(cma, 0, good), "no block");
	CHECK(!clean(cma, 2, good), "two blocks");
	bad = (struct vcsm_cma_block){ VCSM_CMA_CLEAN, 1, map, SIZE, 0 };
	CHECK(!clean(cma, 1, bad), "all of it");
	bad = (struct vcsm_cma_block){ VCSM_CMA_NOP, 1, NULL, 1, 0 };
	CHECK(!clean(cma, 1, bad), "nothing to do");
	CHECK_FAILS(clean(cma, 257, good), EINVAL);
	CHECK_FAILS(clean(cma, 0xffffffff, good), EINVAL);
	bad = good;
	bad.mode = 4;
	CHECK_FAILS(clean(cma, 1, bad), EINVAL);
	bad = good;
	bad.block_count = 17;
	CHECK_FAILS(clean(cma, 1, bad), EINVAL);
	bad.block_count = 0xffffffff;
	CHECK_FAILS(clean(cma, 1, bad), EINVAL);
	bad = (struct vcsm_cma_block){ VCSM_CMA_INVALIDATE, 1, map, SIZE + 1, 0 };
	CHECK_FAILS(clean(cma, 1, bad), EINVAL);
	bad = (struct vcsm_cma_block){ VCSM_CMA_INVALIDATE, 2, map, 1, 0xffffffff };
	CHECK_FAILS(clean(cma, 1, bad), EINVAL);
	bad = good;
	bad.start = NULL;
	CHECK_FAILS(clean(cma, 1, bad), EFAULT);
	bad.start = (void *)&bad;
	CHECK_FAILS(clean(cma, 1, bad), EFAULT);
	bad.start = (void *)(uintptr_t)-4096;
	CHECK_FAILS(clean(cma, 1, bad), EFAULT);
	munmap(map, SIZE);
	CHECK_FAILS(clean(cma, 1, good), EFAULT);
	CHECK_FAILS(ioctl(cma, VCSM_CMA_IOC_CLEAN_INVALID2, NULL), EFAULT);
}

static const struct check_case cases[] = {
	{ "alloc", "ALLOC", case_alloc },
	{ "import", "IMPORT_DMABUF", case_import },
	{ "wrapped", "each operation of an import", case_wrapped },
	{ "wrapped-fence", "an import has the fences of its source", case_wrapped_fence },
	{ "bad", "bad arguments", case_bad },
	{ "bad-result", "a result that cannot be stored", case_bad_result },
	{ "clean", "CLEAN_INVALID2", case_clean },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
