// SPDX-License-Identifier: GPL-2.0
/*
 * vc_sm-mem-check: what memory of /dev/vc_sm and of others is like for those who
 * share it. The VideoCore's view comes from vcctl.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/vc_sm.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "faulty-client.h"
#include "sm-client.h"

#define SIZE		(128u << 10)
#define PART		64u

struct kind {
	const char *name;
	uint32_t memory;
};

static const struct kind kinds[] = {
	{ "cma", 0 },
	{ "uncached", VC_SM_ALLOC_UNCACHED },
	{ "vc", VC_SM_ALLOC_VC_HEAP },
};

static const struct kind *kind_of(int argc, char **argv)
{
	for (size_t i = 0; argc && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, argv[0]))
			return &kinds[i];
	CHECK(0, "which kind of memory: cma, uncached or vc?");
	return NULL;
}

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, "open %s", path);
	return fd;
}

static uint8_t *map_checked(int fd, size_t size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	CHECK(map != MAP_FAILED, "mmap of %zu bytes", size);
	return map;
}

/**
 * struct memory - a buffer
 * @sm: device it is from
 * @fd: dma-buf
 * @map: mapped
 * @handle: the firmware's
 */
struct memory {
	int sm;
	int fd;
	uint8_t *map;
	uint32_t handle;
};

static struct memory memory_of(const struct kind *kind)
{
	struct memory m = { .sm = open_device("/dev/vc_sm") };

	m.fd = sm_alloc_kind(m.sm, SIZE, kind->memory, &m.handle);
	CHECK(m.fd >= 0, "allocate %s", kind->name);
	m.map = map_checked(m.fd, SIZE);
	return m;
}

static void fill(uint8_t *to, size_t len, unsigned int seed)
{
	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(seed + i * 7 + (i >> 8));
}

/* Does the VPU see at @offset what @seed makes there? */
static bool vpu_sees(int instance, uint32_t handle, size_t offset, unsigned int seed)
{
	uint8_t seen[PART], want[SIZE];

	fill(want, sizeof(want), seed);
	CHECK(vpu_peek(instance, handle, offset, seen, PART), "vcctl smem peek");
	return !memcmp(seen, want + offset, PART);
}

static void sync_checked(int fd, uint64_t flags)
{
	CHECK(!dmabuf_sync(fd, flags), "DMA_BUF_IOCTL_SYNC %#llx", (unsigned long long)flags);
}

static void write_pattern(const struct memory *m, unsigned int seed)
{
	sync_checked(m->fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_WRITE);
	fill(m->map, SIZE, seed);
	sync_checked(m->fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE);
}

/* -----------------------------------------------------------------------------
 * One memory, both sides
 */

static void case_shared(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	uint8_t part[PART];

	CHECK(vpu_peek(0, m.handle, SIZE - PART, part, PART), "vcctl smem peek");
	for (size_t i = 0; i < PART; i++)
		CHECK(!part[i] && !m.map[SIZE - PART + i], "it is not zeroed");
	write_pattern(&m, 3);
	CHECK(vpu_sees(0, m.handle, 0, 3), "the VPU does not see the start");
	CHECK(vpu_sees(0, m.handle, SIZE - PART, 3), "the VPU does not see the end");
	memset(part, 0xc3, PART);
	CHECK(vpu_poke(0, m.handle, 4096, part, PART), "vcctl smem poke");
	sync_checked(m.fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	CHECK(!memcmp(m.map + 4096, part, PART), "what the VPU wrote is not there");
	sync_checked(m.fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

/* Until killed. */
static void case_hold(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));

	write_pattern(&m, 1);
	pause();
}

/* An import of the buffer has the handle it has already, and the same memory. */
static void case_own_import(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	int other = open_device("/dev/vc_sm");
	uint32_t handle = 0;

	CHECK(!sm_import(other, m.fd, &handle), "import");
	CHECK(handle == m.handle, "handles %#x and %#x of one buffer", handle, m.handle);
	write_pattern(&m, 9);
	munmap(m.map, SIZE);
	close(m.fd);
	close(m.sm);
	/* The import alone keeps memory and handle. */
	CHECK(vpu_sees(0, handle, 4096, 9), "the memory went");
	CHECK(!sm_free(other, handle), "free");
}

static void case_mmap_parts(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	const size_t page = sysconf(_SC_PAGESIZE);
	uint8_t *part;

	m.map[2 * page] = 42;
	part = mmap(NULL, page, PROT_READ, MAP_SHARED, m.fd, 2 * page);
	CHECK(part != MAP_FAILED && part[0] == 42, "a part at another place");
	CHECK(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE, m.fd, 0) == MAP_FAILED &&
	      errno == EINVAL, "private mapping");
	CHECK(mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, m.fd, SIZE - page) == MAP_FAILED &&
	      errno == EINVAL, "mapping beyond the end");
	CHECK(mremap(part, page, SIZE, MREMAP_MAYMOVE) == MAP_FAILED, "a mapping that grows");
}

/* -----------------------------------------------------------------------------
 * Another device has it, too: /dev/vc_sm1, which with swiotlb=force has a copy
 */

static uint32_t import_second(const struct memory *m)
{
	uint32_t handle = 0;

	CHECK(!sm_import(open_device("/dev/vc_sm1"), m->fd, &handle),
	      "import by the second VideoCore");
	return handle;
}

static void case_second(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	uint32_t second = import_second(&m);
	uint8_t part[PART];

	write_pattern(&m, 5);
	CHECK(vpu_sees(0, m.handle, 8192, 5), "the first VideoCore does not see it");
	CHECK(vpu_sees(1, second, 0, 5), "the second VideoCore does not see the start");
	CHECK(vpu_sees(1, second, SIZE - PART, 5), "the second VideoCore does not see the end");
	memset(part, 0x3c, PART);
	CHECK(vpu_poke(1, second, 12288, part, PART), "vcctl smem poke");
	sync_checked(m.fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	CHECK(!memcmp(m.map + 12288, part, PART), "what the second one wrote is not there");
	sync_checked(m.fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
}

/* A part is synced, the rest is not; told apart where the second has a copy. */
static void case_part(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	bool has_copy = argc > 1 && !strcmp(argv[1], "copy");
	uint32_t second = import_second(&m);

	write_pattern(&m, 5);
	fill(m.map, SIZE, 6);
	CHECK(!sm_sync(m.sm, m.fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_WRITE, 8192, 4096),
	      "sync of a part");
	CHECK(vpu_sees(1, second, 8192, 6) && vpu_sees(1, second, 12288 - PART, 6),
	      "the part was not synced");
	CHECK(vpu_sees(1, second, 8192 - PART, has_copy ? 5 : 6), "before it: there is no copy?");
	CHECK(vpu_sees(1, second, 12288, has_copy ? 5 : 6), "behind it: there is no copy?");
}

static void case_bad_sync(int argc, char **argv)
{
	struct memory m = memory_of(&kinds[0]);
	const uint32_t end = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
	int page = dmabuf_page();

	CHECK_FAILS(sm_sync(m.sm, -1, end, 0, 4096), EBADF);
	CHECK_FAILS(sm_sync(m.sm, m.sm, end, 0, 4096), EINVAL);
	CHECK(page >= 0, "no dma-buf of another exporter");
	CHECK_FAILS(sm_sync(m.sm, page, end, 0, 4096), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, DMA_BUF_SYNC_END, 0, 4096), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, ~0u, 0, 4096), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, end, 0, 0), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, end, SIZE, 1), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, end, 0, SIZE + 1), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, end, 1, UINT64_MAX), EINVAL);
	CHECK_FAILS(sm_sync(m.sm, m.fd, end, UINT64_MAX, 1), EINVAL);
	CHECK_FAILS(ioctl(m.sm, VC_SM_IOC_SYNC, NULL), EFAULT);
	CHECK(!sm_sync(m.sm, m.fd, end, SIZE - 1, 1), "the last byte");
}

/* -----------------------------------------------------------------------------
 * Fences and names
 */

/* Does /proc say so of the descriptor? */
static bool fdinfo_has(int fd, const char *line)
{
	char path[64], text[512];
	ssize_t n;
	int info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(info >= 0, "open %s", path);
	n = read(info, text, sizeof(text) - 1);
	CHECK(n > 0, "read %s", path);
	text[n] = '\0';
	close(info);
	return strstr(text, line);
}

static void case_sync_file(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	struct dma_buf_export_sync_file out = { .flags = DMA_BUF_SYNC_RW, .fd = -1 };
	struct dma_buf_import_sync_file in = { .flags = DMA_BUF_SYNC_WRITE };
	struct pollfd ready = { .events = POLLIN };

	CHECK(!ioctl(m.fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out), "EXPORT_SYNC_FILE");
	ready.fd = out.fd;
	CHECK(poll(&ready, 1, 0) == 1, "an idle buffer has a fence");
	in.fd = out.fd;
	CHECK(!ioctl(m.fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in), "IMPORT_SYNC_FILE");
	CHECK(!ioctl(m.fd, DMA_BUF_SET_NAME, "vc_sm-mem-check"), "SET_NAME");
	CHECK(fdinfo_has(m.fd, "\nexp_name:\tvc_sm\n"), "the exporter is not named");
	CHECK(fdinfo_has(m.fd, "\nname:\tvc_sm-mem-check\n"), "the name is not kept");
}

/* -----------------------------------------------------------------------------
 * vmap: vivid's frames are written by the kernel's CPU
 */

static void vivid_queue(int video, struct v4l2_buffer *buf, int fd)
{
	*buf = (struct v4l2_buffer){
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
		.m.fd = fd,
	};
	CHECK(!ioctl(video, VIDIOC_QBUF, buf), "QBUF");
}

static void case_vmap(int argc, char **argv)
{
	struct memory m = memory_of(kind_of(argc, argv));
	struct v4l2_requestbuffers req = {
		.count = 1,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_DMABUF,
	};
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE };
	struct v4l2_buffer buf;
	unsigned int lit = 0;
	int video;

	CHECK(argc > 1, "which device?");
	video = open_device(argv[1]);
	format.fmt.pix.width = 160;
	format.fmt.pix.height = 90;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	CHECK(!ioctl(video, VIDIOC_S_FMT, &format), "S_FMT");
	CHECK(format.fmt.pix.sizeimage <= SIZE, "frames of %u bytes", format.fmt.pix.sizeimage);
	CHECK(!ioctl(video, VIDIOC_REQBUFS, &req), "REQBUFS");
	vivid_queue(video, &buf, m.fd);
	CHECK(!ioctl(video, VIDIOC_STREAMON, &req.type), "STREAMON");
	CHECK(!ioctl(video, VIDIOC_DQBUF, &buf), "DQBUF");
	sync_checked(m.fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_READ);
	for (size_t i = 0; i < format.fmt.pix.sizeimage; i++)
		lit += m.map[i] > 16;
	sync_checked(m.fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_READ);
	CHECK(lit > 4096, "an empty frame");
}

/* -----------------------------------------------------------------------------
 * Memory of the VideoCore goes with it
 */

static int touch(volatile uint8_t *at)
{
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0, "fork");
	if (!pid) {
		*at = 1;
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void case_heap_unbind(int argc, char **argv)
{
	struct memory m = memory_of(&kinds[2]);

	CHECK(argc == 1, "which device?");
	m.map[0] = 1;
	CHECK(!touch(m.map), "it cannot be written");
	CHECK(sm_unbind(argv[0]), "unbind %s", argv[0]);
	CHECK(touch(m.map) == SIGBUS, "it can be written after the device has gone");
	CHECK(touch(m.map + SIZE - 1) == SIGBUS, "its end can be written");
	CHECK(mmap(NULL, SIZE, PROT_READ, MAP_SHARED, m.fd, 0) == MAP_FAILED && errno == ENODEV,
	      "it can be mapped");
	/* A vmap that fails gets a warning of the kernel, which the suite looks for. */
	CHECK(!ioctl(faulty_device(), VC_SM_FAULTY_VMAP, m.fd), "the kernel cannot map it");
	CHECK(sm_bind(argv[0]), "bind %s", argv[0]);
	CHECK(touch(m.map) == SIGBUS, "it came back");
	close(m.fd);
}

/* All of the heap: as many blocks each time. */
static int fill_heap(void)
{
	int sm = open_device("/dev/vc_sm"), fds[256], nr = 0, i;

	while (nr < 256) {
		fds[nr] = sm_alloc_kind(sm, 1u << 20, VC_SM_ALLOC_VC_HEAP, NULL);
		if (fds[nr] < 0)
			break;
		nr++;
	}
	CHECK(nr < 256 && errno == ENOMEM, "%d blocks and no ENOMEM", nr);
	for (i = 0; i < nr; i++)
		close(fds[i]);
	close(sm);
	return nr;
}

static void case_heap_full(int argc, char **argv)
{
	int nr = fill_heap(), again;

	CHECK(nr > 10, "only %d blocks of 1 MiB", nr);
	/* FREE is on its way when close() returns, and before what follows. */
	for (int i = 0; i < 50; i++) {
		again = fill_heap();
		if (again == nr)
			return;
		usleep(20000);
	}
	CHECK(0, "%d blocks, then %d", nr, again);
}

static const struct check_case cases[] = {
	{ "shared", "what one side writes the other sees: KIND", case_shared },
	{ "hold", "memory is held until it is killed: KIND", case_hold },
	{ "own-import", "import of what was allocated: KIND", case_own_import },
	{ "mmap", "mappings of parts, and bad ones: KIND", case_mmap_parts },
	{ "second", "a second VideoCore has it, too: KIND", case_second },
	{ "part", "sync of a part: KIND [copy]", case_part },
	{ "bad-sync", "bad arguments of SYNC", case_bad_sync },
	{ "sync-file", "fences in and out, a name: KIND", case_sync_file },
	{ "vmap", "the kernel writes to it: KIND DEVICE", case_vmap },
	{ "heap-unbind", "memory of the VideoCore, without it: its name", case_heap_unbind },
	{ "heap-full", "all memory of the VideoCore", case_heap_full },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
