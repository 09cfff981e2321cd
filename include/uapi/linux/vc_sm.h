/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vc_sm: memory shared with the VideoCore.
 *
 * Allocates physically contiguous memory as dma-bufs, and gives dma-bufs a
 * handle by which the firmware knows them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef _UAPI_LINUX_VC_SM_H
#define _UAPI_LINUX_VC_SM_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VC_SM_NAME_LEN	32

/* Of vc_sm_alloc.memory: from the VideoCore's own heap; implies the other one. */
#define VC_SM_ALLOC_VC_HEAP	0x1
/* Mappings are write-combined, if the bus does not snoop caches. */
#define VC_SM_ALLOC_UNCACHED	0x2

/**
 * struct vc_sm_alloc - argument of VC_SM_IOC_ALLOC
 * @size: in: bytes, rounded up to whole pages
 * @flags: in: O_CLOEXEC and an access mode (O_RDONLY, O_WRONLY, O_RDWR)
 * @fd: out: the dma-buf
 * @vc_handle: out: the firmware's handle, valid until the last reference to the
 *	dma-buf is gone
 * @memory: in: VC_SM_ALLOC_*, 0 for contiguous memory of the ARM, cached
 * @reserved: 0
 * @name: in: label in the firmware's and the driver's lists, NUL terminated;
 *	empty: the name of the program
 */
struct vc_sm_alloc {
	__u64 size;
	__u32 flags;
	__s32 fd;
	__u32 vc_handle;
	__u32 memory;
	__u32 reserved[2];
	char name[VC_SM_NAME_LEN];
};

/**
 * struct vc_sm_import_fd - argument of VC_SM_IOC_IMPORT
 * @fd: in: a dma-buf, contiguous and within reach of the VideoCore
 * @flags: 0
 * @vc_handle: out: the firmware's handle. It belongs to this open file: valid
 *	until VC_SM_IOC_FREE or the last close
 * @reserved: 0
 * @name: as in struct vc_sm_alloc
 */
struct vc_sm_import_fd {
	__s32 fd;
	__u32 flags;
	__u32 vc_handle;
	__u32 reserved;
	char name[VC_SM_NAME_LEN];
};

/**
 * struct vc_sm_free - argument of VC_SM_IOC_FREE
 * @vc_handle: in: a handle that VC_SM_IOC_IMPORT returned on this open file
 * @reserved: 0
 */
struct vc_sm_free {
	__u32 vc_handle;
	__u32 reserved;
};

/**
 * struct vc_sm_sync - argument of VC_SM_IOC_SYNC
 * @fd: in: a dma-buf that VC_SM_IOC_ALLOC or the heap has made
 * @flags: in: as of DMA_BUF_IOCTL_SYNC
 * @offset: in: first byte
 * @len: in: bytes, 1 or more
 */
struct vc_sm_sync {
	__s32 fd;
	__u32 flags;
	__u64 offset;
	__u64 len;
};

#define VC_SM_IOC_MAGIC		0xD8

#define VC_SM_IOC_ALLOC		_IOWR(VC_SM_IOC_MAGIC, 0, struct vc_sm_alloc)
#define VC_SM_IOC_IMPORT	_IOWR(VC_SM_IOC_MAGIC, 1, struct vc_sm_import_fd)
#define VC_SM_IOC_FREE		_IOW(VC_SM_IOC_MAGIC, 2, struct vc_sm_free)
#define VC_SM_IOC_SYNC		_IOW(VC_SM_IOC_MAGIC, 3, struct vc_sm_sync)

#endif /* _UAPI_LINUX_VC_SM_H */
