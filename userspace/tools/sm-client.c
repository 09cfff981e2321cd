// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of /dev/vc_sm and of dma-bufs, for the test programs.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "sm-client.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/memfd.h>
#include <linux/udmabuf.h>
#include <linux/vc_sm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int sm_open(void)
{
	return open("/dev/vc_sm", O_RDWR | O_CLOEXEC);
}

int sm_alloc_kind(int sm, size_t size, uint32_t memory, uint32_t *handle)
{
	struct vc_sm_alloc arg = {
		.size = size,
		.flags = O_RDWR | O_CLOEXEC,
		.memory = memory,
	};

	if (ioctl(sm, VC_SM_IOC_ALLOC, &arg))
		return -1;
	if (handle)
		*handle = arg.vc_handle;
	return arg.fd;
}

int sm_alloc(int sm, size_t size, uint32_t *handle)
{
	return sm_alloc_kind(sm, size, 0, handle);
}

int sm_sync(int sm, int dmabuf, uint32_t flags, uint64_t offset, uint64_t len)
{
	struct vc_sm_sync arg = { .fd = dmabuf, .flags = flags, .offset = offset, .len = len };

	return ioctl(sm, VC_SM_IOC_SYNC, &arg);
}

int sm_import(int sm, int dmabuf, uint32_t *handle)
{
	struct vc_sm_import_fd arg = { .fd = dmabuf };

	if (ioctl(sm, VC_SM_IOC_IMPORT, &arg))
		return -1;
	*handle = arg.vc_handle;
	return 0;
}

int sm_free(int sm, uint32_t handle)
{
	struct vc_sm_free arg = { .vc_handle = handle };

	return ioctl(sm, VC_SM_IOC_FREE, &arg);
}

static bool tell_driver(const char *path, const char *device)
{
	size_t len = strlen(device);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, device, len) == (ssize_t)len;
	close(fd);
	return done;
}

bool sm_unbind(const char *device)
{
	return tell_driver("/sys/bus/vchiq/drivers/vc_sm/unbind", device);
}

bool sm_bind(const char *device)
{
	return tell_driver("/sys/bus/vchiq/drivers/vc_sm/bind", device);
}

int dmabuf_sync(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	return ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync);
}

/* Every second page first: neighbours are then far from each other. */
static int touch_scattered(int memfd, size_t size)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *map;
	size_t at;

	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (map == MAP_FAILED)
		return -1;
	for (at = 0; at < size; at += 2 * page)
		map[at] = 1;
	for (at = page; at < size; at += 2 * page)
		map[at] = 2;
	return munmap(map, size);
}

int dmabuf_page(void)
{
	return dmabuf_scattered(sysconf(_SC_PAGESIZE));
}

static int dmabuf_of_pages(size_t size, unsigned int flags)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = size };
	int memfd, dev, fd = -1;

	memfd = memfd_create("pages", MFD_ALLOW_SEALING | MFD_CLOEXEC | flags);
	if (memfd < 0)
		return -1;
	create.memfd = memfd;
	dev = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	if (dev >= 0 && !ftruncate(memfd, size) && !touch_scattered(memfd, size) &&
	    !fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK))
		fd = ioctl(dev, UDMABUF_CREATE, &create);
	if (dev >= 0)
		close(dev);
	close(memfd);
	return fd;
}

int dmabuf_scattered(size_t size)
{
	return dmabuf_of_pages(size, 0);
}

int dmabuf_huge(void)
{
	return dmabuf_of_pages(2 << 20, MFD_HUGETLB | MFD_HUGE_2MB);
}

/* Of "bytes 0011...". */
static bool read_hex(const char *line, unsigned char *buf, size_t len)
{
	const char *hex = strrchr(line, ' ');
	unsigned int byte;

	if (!hex)
		return false;
	hex++;
	if (strcspn(hex, "\n") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			return false;
		buf[i] = (unsigned char)byte;
	}
	return true;
}

bool vpu_peek(int instance, uint32_t handle, size_t offset, void *buf, size_t len)
{
	char command[128], line[2 * 4096 + 32];
	bool done = false;
	FILE *pipe;

	snprintf(command, sizeof(command), "vcctl --instance=%d smem peek %#x %zu %zu", instance,
		 handle, offset, len);
	pipe = popen(command, "r");
	if (!pipe)
		return false;
	while (fgets(line, sizeof(line), pipe))
		done = done || read_hex(line, buf, len);
	return !pclose(pipe) && done;
}

bool vcctl(const char *args)
{
	char *command;
	bool done;

	if (asprintf(&command, "vcctl %s >/dev/null", args) < 0)
		return false;
	done = !system(command);
	free(command);
	return done;
}

bool vpu_poke(int instance, uint32_t handle, size_t offset, const void *buf, size_t len)
{
	const unsigned char *bytes = buf;
	char *args, *at;
	bool done;

	args = malloc(64 + 2 * len + 1);
	if (!args)
		return false;
	at = args + sprintf(args, "--instance=%d smem poke %#x %zu ", instance, handle, offset);
	for (size_t i = 0; i < len; i++)
		at += sprintf(at, "%02x", bytes[i]);
	done = vcctl(args);
	free(args);
	return done;
}
