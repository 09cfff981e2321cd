// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of /dev/vc-mem, printed as TAP: what its calls say, every edge of what
 * can be mapped and copied, and who may write.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vc_mem.h>
#include <videocore/debug.h>

#include "vcq.h"

#define DEVICE	"/dev/vc-mem"
#define ALIAS	VC_ADDR_ALIAS_UNCACHED

static int nr_tests, nr_failed;

static void result(bool fine, const char *name)
{
	printf("%sok %d - %s\n", fine ? "" : "not ", ++nr_tests, name);
	nr_failed += !fine;
}

/* The errno that a call failed with, or 0. */
static void is_errno(int got, int expected, const char *name)
{
	result(got == expected, name);
	if (got != expected) {
		printf("# got \"%s\", ", strerror(got));
		printf("expected \"%s\"\n", strerror(expected));
	}
}

/** struct window - the memory, as the driver tells */
struct window {
	uint32_t base;
	uint32_t end;
	size_t page;
};

static int map_errno(int fd, int prot, int flags, uint64_t offset, size_t len)
{
	void *map = mmap(NULL, len, prot, flags, fd, (off_t)offset);
	int err = map == MAP_FAILED ? errno : 0;

	if (!err)
		munmap(map, len);
	return err;
}

static int copy_errno(int fd, void *dst, uint32_t src, uint32_t len)
{
	struct vc_mem_copy arg = { .dst = dst, .src = src, .length = len };

	return ioctl(fd, VC_MEM_IOC_COPY, &arg) ? errno : 0;
}

static void check_calls(int fd, struct window *w)
{
	unsigned long phys = 0;
	uint32_t load = 0;

	result(!ioctl(fd, VC_MEM_IOC_BASE, &w->base) && !ioctl(fd, VC_MEM_IOC_SIZE, &w->end) &&
	       w->base < w->end, "base and end are told");
	result(!ioctl(fd, VC_MEM_IOC_PHYS_ADDR, &phys) && phys % w->page == 0,
	       "the physical address is told");
	result(!ioctl(fd, VC_MEM_IOC_LOAD, &load) && load == w->base, "the image is at the base");
	is_errno(ioctl(fd, VC_MEM_IOC_BASE, (void *)8) ? errno : 0, EFAULT, "a bad pointer");
	is_errno(ioctl(fd, _IO('v', 9)) ? errno : 0, ENOTTY, "an unknown call");
	is_errno(ioctl(fd, _IOWR('v', 4, char *), &load) ? errno : 0, ENOTTY,
		 "the call that never was");
}

static void check_edges_of_maps(int fd, const struct window *w)
{
	const int ro = PROT_READ, sh = MAP_SHARED;
	size_t page = w->page, all = w->end - w->base;

	is_errno(map_errno(fd, ro, sh, w->base, all), 0, "all of it can be mapped");
	is_errno(map_errno(fd, ro, sh, w->base, page), 0, "the first page can be mapped");
	is_errno(map_errno(fd, ro, sh, w->end - page, page), 0, "and the last");
	is_errno(map_errno(fd, ro, sh, w->base - page, page), EINVAL, "not the page before");
	is_errno(map_errno(fd, ro, sh, w->base - page, 2 * page), EINVAL, "nor across the start");
	is_errno(map_errno(fd, ro, sh, w->end, page), EINVAL, "not the page behind");
	is_errno(map_errno(fd, ro, sh, w->end - page, 2 * page), EINVAL, "nor across the end");
	is_errno(map_errno(fd, ro, sh, w->base, all + page), EINVAL, "nor one page more than all");
	is_errno(map_errno(fd, ro, sh, 0, page), EINVAL, "not the memory of the kernel");
	is_errno(map_errno(fd, ro, sh, w->base + (1ull << 32), page), EINVAL,
		 "nor what has the same lower bits");
	is_errno(map_errno(fd, ro, sh, w->base | ALIAS, page), EINVAL, "nor an alias");
}

static void check_read_only(int fd, const struct window *w)
{
	void *map = mmap(NULL, w->page, PROT_READ, MAP_SHARED, fd, (off_t)w->base);

	is_errno(map_errno(fd, PROT_READ | PROT_WRITE, MAP_SHARED, w->base, w->page), EACCES,
		 "a file open for reading cannot be mapped for writing");
	is_errno(map_errno(fd, PROT_READ | PROT_WRITE, MAP_PRIVATE, w->base, w->page), EINVAL,
		 "nor privately");
	is_errno(map_errno(fd, PROT_READ, MAP_PRIVATE, w->base, w->page), 0,
		 "but privately for reading");
	result(map != MAP_FAILED && mprotect(map, w->page, PROT_READ | PROT_WRITE) &&
	       errno == EACCES, "nor made writable later");
	if (map != MAP_FAILED)
		munmap(map, w->page);
}

static void check_copies(int fd, const struct window *w)
{
	uint8_t *map = mmap(NULL, w->page, PROT_READ, MAP_SHARED, fd, (off_t)w->base);
	uint8_t buf[64 + 1];

	if (map == MAP_FAILED) {
		result(false, "a page is mapped");
		return;
	}
	buf[64] = 0x5a;
	is_errno(copy_errno(fd, buf, w->base, 64), 0, "64 bytes are copied");
	result(!memcmp(buf, map, 64) && buf[64] == 0x5a, "they are right, and no more");
	is_errno(copy_errno(fd, buf, (w->base + 3) | ALIAS, 13), 0, "odd bytes of an alias");
	result(!memcmp(buf, map + 3, 13), "are right");
	is_errno(copy_errno(fd, buf, w->end - 1, 1), 0, "the last byte");
	is_errno(copy_errno(fd, buf, w->end - 1, 2), EINVAL, "not the one behind");
	is_errno(copy_errno(fd, buf, w->base - 1, 1), EINVAL, "not the one before");
	is_errno(copy_errno(fd, buf, w->base, UINT32_MAX), EINVAL, "not so many that it wraps");
	is_errno(copy_errno(fd, buf, w->base, 0), EINVAL, "not none");
	is_errno(copy_errno(fd, NULL, w->base, 4), EFAULT, "not to nowhere");
	munmap(map, w->page);
}

static void check_large_copy(int fd, const struct window *w)
{
	size_t len = w->end - w->base;
	uint8_t *map = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, (off_t)w->base);
	uint8_t *buf = malloc(len);
	bool fine = map != MAP_FAILED && buf && !copy_errno(fd, buf, w->base, (uint32_t)len);

	/* The logs, at the end, may grow meanwhile. */
	result(fine && !memcmp(buf, map, len - 0x80000), "all of it is copied");
	free(buf);
	if (map != MAP_FAILED)
		munmap(map, len);
}

/* In the middle, where nothing of the firmware's is. */
static void check_writing(const struct window *w)
{
	uint32_t middle = (w->base + (w->end - w->base) / 2) & ~(uint32_t)(w->page - 1);
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	volatile uint32_t *map;
	uint32_t before, seen = 0;

	result(fd >= 0, "it can be opened for writing");
	map = mmap(NULL, w->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)middle);
	result(map != MAP_FAILED, "and mapped");
	if (map != MAP_FAILED) {
		before = *map;
		*map = ~before;
		is_errno(copy_errno(fd, &seen, middle, sizeof(seen)), 0, "and read back");
		result(seen == (uint32_t)~before, "as it was written");
		*map = before;
		munmap((void *)map, w->page);
	}
	close(fd);
}

static int check_all(void)
{
	struct window w = { .page = (size_t)sysconf(_SC_PAGESIZE) };
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		printf("Bail out! %s: %s\n", DEVICE, strerror(errno));
		return EXIT_FAILURE;
	}
	check_calls(fd, &w);
	check_edges_of_maps(fd, &w);
	check_read_only(fd, &w);
	check_copies(fd, &w);
	check_large_copy(fd, &w);
	check_writing(&w);
	close(fd);
	printf("1..%d\n", nr_tests);
	return nr_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Hold a file and a mapping until something is typed; then all must be there. */
static int hold(void)
{
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	uint32_t base = 0, word = 0;
	volatile uint32_t *map;

	if (fd < 0 || ioctl(fd, VC_MEM_IOC_BASE, &base))
		return EXIT_FAILURE;
	map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, (off_t)base);
	if (map == MAP_FAILED)
		return EXIT_FAILURE;
	puts("holding");
	fflush(stdout);
	getchar();
	return copy_errno(fd, &word, base, sizeof(word)) || word != *map;
}

/* A file that was opened before: the kernel is locked down, then something is typed. */
static int hold_until_locked(void)
{
	int fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	uint32_t base = 0, word = 0;

	if (fd < 0 || ioctl(fd, VC_MEM_IOC_BASE, &base) || copy_errno(fd, &word, base, 4))
		return EXIT_FAILURE;
	puts("holding");
	fflush(stdout);
	getchar();
	is_errno(copy_errno(fd, &word, base, 4), EPERM, "nothing is copied any more");
	is_errno(map_errno(fd, PROT_READ, MAP_SHARED, base, 4096), EPERM, "nor mapped");
	return nr_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Send the firmware what it complains of in its log: a message without a header. */
static int provoke(void)
{
	const struct vcq_service_params params = {
		.fourcc = VCQ_FOURCC('S', 'M', 'E', 'M'),
		.version = 1,
	};
	const uint32_t word = 0;
	struct vcq_service *svc;
	struct vcq *q;
	int ret;

	ret = vcq_open(NULL, &q);
	if (ret)
		return EXIT_FAILURE;
	ret = vcq_service_open(q, &params, &svc);
	if (!ret) {
		ret = vcq_send(svc, &word, sizeof(word));
		vcq_service_close(svc);
	}
	vcq_close(q);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* usage: vc_mem-check [open-ro|open-rw|hold|hold-locked|provoke] */
int main(int argc, char **argv)
{
	int fd;

	if (argc < 2)
		return check_all();
	if (!strcmp(argv[1], "hold"))
		return hold();
	if (!strcmp(argv[1], "hold-locked"))
		return hold_until_locked();
	if (!strcmp(argv[1], "provoke"))
		return provoke();
	fd = open(DEVICE, (!strcmp(argv[1], "open-rw") ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	puts(fd < 0 ? strerror(errno) : "opened");
	return fd < 0;
}
