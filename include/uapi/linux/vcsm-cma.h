/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/vcsm-cma: the interface that older programs know. New ones use /dev/vc_sm
 * (linux/vc_sm.h).
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef _UAPI_LINUX_VCSM_CMA_H
#define _UAPI_LINUX_VCSM_CMA_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define VCSM_CMA_NAME_LEN	32

/* Whose caches may hold the memory. */
enum vcsm_cma_cached {
	VCSM_CMA_CACHED_NONE,
	VCSM_CMA_CACHED_HOST,
	VCSM_CMA_CACHED_VC,
	VCSM_CMA_CACHED_BOTH,
};

/**
 * struct vcsm_cma_alloc - argument of VCSM_CMA_IOC_ALLOC
 * @size: in: bytes of a unit
 * @num: in: units
 * @cached: in: enum vcsm_cma_cached
 * @pad: not looked at
 * @name: in: label
 * @handle: out: dma-buf
 * @vc_handle: out: the firmware's handle, valid as long as the dma-buf
 * @dma_addr: out: address as the firmware sees it
 */
struct vcsm_cma_alloc {
	__u32 size;
	__u32 num;
	__u32 cached;
	__u32 pad;
	char name[VCSM_CMA_NAME_LEN];
	__s32 handle;
	__u32 vc_handle;
	__u64 dma_addr;
};

/**
 * struct vcsm_cma_import - argument of VCSM_CMA_IOC_IMPORT_DMABUF
 * @dmabuf_fd: in: a dma-buf
 * @cached: in: enum vcsm_cma_cached
 * @name: in: label
 * @handle: out: another dma-buf for the same memory; the firmware's handle is
 *	valid as long as this one
 * @vc_handle: out: the firmware's handle
 * @size: out: bytes
 * @pad: not looked at
 * @dma_addr: out: address as the firmware sees it
 */
struct vcsm_cma_import {
	__s32 dmabuf_fd;
	__u32 cached;
	char name[VCSM_CMA_NAME_LEN];
	__s32 handle;
	__u32 vc_handle;
	__u32 size;
	__u32 pad;
	__u64 dma_addr;
};

/* Of struct vcsm_cma_block.mode. */
enum vcsm_cma_mode {
	VCSM_CMA_NOP,
	VCSM_CMA_INVALIDATE,
	VCSM_CMA_CLEAN,
	VCSM_CMA_FLUSH,
};

/**
 * struct vcsm_cma_block - lines of a picture
 * @mode: enum vcsm_cma_mode
 * @block_count: lines
 * @start: address of the first, in a mapping of one of our dma-bufs
 * @block_size: bytes of a line
 * @stride: from the start of one to that of the next
 */
struct vcsm_cma_block {
	__u32 mode;
	__u32 block_count;
	void *start;
	__u32 block_size;
	__u32 stride;
};

/**
 * struct vcsm_cma_clean_invalid2 - argument of VCSM_CMA_IOC_CLEAN_INVALID2
 * @op_count: blocks that follow
 * @pad: not looked at
 * @blocks: blocks
 */
struct vcsm_cma_clean_invalid2 {
	__u32 op_count;
	__u32 pad;
	struct vcsm_cma_block blocks[];
};

#define VCSM_CMA_IOC_MAGIC		'J'

/* The direction bits are as they always were, and tell nothing. */
#define VCSM_CMA_IOC_ALLOC		_IOR(VCSM_CMA_IOC_MAGIC, 0x5a, struct vcsm_cma_alloc)
#define VCSM_CMA_IOC_IMPORT_DMABUF	_IOR(VCSM_CMA_IOC_MAGIC, 0x5b, struct vcsm_cma_import)
#define VCSM_CMA_IOC_CLEAN_INVALID2 \
	_IOR(VCSM_CMA_IOC_MAGIC, 0x5c, struct vcsm_cma_clean_invalid2)

#endif /* _UAPI_LINUX_VCSM_CMA_H */
