// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of /dev/vc_sm and of dma-bufs, for the test programs.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "sm-client.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <linux/vc_sm.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

int sm_open(void)
{
	return open("/dev/vc_sm", O_RDWR | O_CLOEXEC);
}

int sm_alloc(int sm, size_t size, uint32_t *handle)
{
	struct vc_sm_alloc arg = { .size = size, .flags = O_RDWR | O_CLOEXEC };

	if (ioctl(sm, VC_SM_IOC_ALLOC, &arg))
		return -1;
	if (handle)
		*handle = arg.vc_handle;
	return arg.fd;
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

int dmabuf_scattered(size_t size)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = size };
	int memfd, dev, fd = -1;

	memfd = memfd_create("scattered", MFD_ALLOW_SEALING | MFD_CLOEXEC);
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
