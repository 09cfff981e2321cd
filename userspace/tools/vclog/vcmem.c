// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the VideoCore's memory: the device, or a dump in a file.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/vc_mem.h>
#include <videocore/debug.h>

#include "vclog.h"

static int map_device(struct vcm *vcm, int fd)
{
	void *map;

	if (ioctl(fd, VC_MEM_IOC_BASE, &vcm->base) || ioctl(fd, VC_MEM_IOC_SIZE, &vcm->end))
		return -errno;
	/* A driver without it has the image at the start. */
	if (ioctl(fd, VC_MEM_IOC_LOAD, &vcm->load))
		vcm->load = vcm->base;
	if (vcm->base >= vcm->end)
		return -ENODATA;

	vcm->map_len = vcm->end - vcm->base;
	map = mmap(NULL, vcm->map_len, PROT_READ, MAP_SHARED, fd, vcm->base);
	if (map == MAP_FAILED)
		return -errno;
	vcm->data = map;
	return 0;
}

int vcm_open_device(struct vcm *vcm, const char *path)
{
	int fd = open(path, O_RDONLY | O_SYNC | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = map_device(vcm, fd);
	close(fd);
	return ret;
}

int vcm_open_file(struct vcm *vcm, const char *path, uint32_t base)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || st.st_size <= 0 || st.st_size > VC_ADDR_MASK - base) {
		close(fd);
		return -EINVAL;
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return -errno;

	vcm->data = map;
	vcm->map_len = (size_t)st.st_size;
	vcm->base = base;
	vcm->end = base + (uint32_t)st.st_size;
	vcm->load = base;
	return 0;
}

/* The boot firmware notes address and size of the logs in the device tree. */
int vcm_find_log(struct vcm *vcm, const char *property)
{
	int fd = open(property, O_RDONLY | O_CLOEXEC);
	uint32_t words[2];
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, words, sizeof(words));
	close(fd);
	if (n != sizeof(words))
		return -EINVAL;
	vcm->log = be32toh(words[0]);
	vcm->log_len = be32toh(words[1]);
	return 0;
}

void vcm_close(struct vcm *vcm)
{
	if (vcm->map_len)
		munmap((void *)vcm->data, vcm->map_len);
	vcm->data = NULL;
	vcm->map_len = 0;
}

/*
 * Uncached memory may allow no unaligned access, which memcpy() may use: words
 * where everything is aligned, bytes elsewhere.
 */
static void copy_out(void *buf, const uint8_t *from, size_t len)
{
	const void *any = from;
	const volatile uint8_t *bytes = any;
	const volatile uint32_t *words = any;
	uint32_t word;
	size_t i;

	if (((uintptr_t)from | len) % sizeof(word)) {
		for (i = 0; i < len; i++)
			((uint8_t *)buf)[i] = bytes[i];
		return;
	}
	for (i = 0; i < len / sizeof(word); i++) {
		word = words[i];
		memcpy((uint8_t *)buf + i * sizeof(word), &word, sizeof(word));
	}
}

int vcm_read(const struct vcm *vcm, uint32_t addr, void *buf, size_t len)
{
	/* 0x6... and 0x7... are peripherals, not memory. */
	if (addr >> 29 == 3)
		return -EFAULT;
	addr &= VC_ADDR_MASK;
	if (addr < vcm->base || addr > vcm->end || len > vcm->end - addr)
		return -EFAULT;
	copy_out(buf, vcm->data + (addr - vcm->base), len);
	return 0;
}

int vcm_read_u32(const struct vcm *vcm, uint32_t addr, uint32_t *value)
{
	uint32_t word;
	int ret = vcm_read(vcm, addr, &word, sizeof(word));

	if (!ret)
		*value = le32toh(word);
	return ret;
}
