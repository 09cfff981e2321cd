/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vfio-user frames, versions 0.0 and 0.1, in host byte order: client and server
 * share a machine. Where the kernel's VFIO has the structure, <linux/vfio.h>
 * has it here too.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_PROTOCOL_H
#define VIDEOCORED_VFIO_PROTOCOL_H

#include <assert.h>
#include <stdint.h>

#define VFU_MAJOR		0
#define VFU_MINOR		1

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP = 2,
	VFU_DMA_UNMAP = 3,
	VFU_DEVICE_GET_INFO = 4,
	VFU_DEVICE_GET_REGION_INFO = 5,
	VFU_DEVICE_GET_REGION_IO_FDS = 6,
	VFU_DEVICE_GET_IRQ_INFO = 7,
	VFU_DEVICE_SET_IRQS = 8,
	VFU_REGION_READ = 9,
	VFU_REGION_WRITE = 10,
	VFU_DMA_READ = 11,
	VFU_DMA_WRITE = 12,
	VFU_DEVICE_RESET = 13,
	VFU_DIRTY_PAGES = 14,
	VFU_REGION_WRITE_MULTI = 15,
	VFU_NR_COMMANDS
};

#define VFU_TYPE_MASK		0xfu
#define VFU_TYPE_REQUEST	0x0u
#define VFU_TYPE_REPLY		0x1u
#define VFU_NO_REPLY		0x10u
#define VFU_ERROR		0x20u

/**
 * struct vfu_header - start of every frame
 * @id: chosen by the sender, repeated in the reply
 * @command: enum vfu_command
 * @size: bytes of the frame, this header included
 * @flags: VFU_TYPE_* | VFU_NO_REPLY | VFU_ERROR
 * @error: errno of a reply with VFU_ERROR
 */
struct vfu_header {
	uint16_t id;
	uint16_t command;
	uint32_t size;
	uint32_t flags;
	uint32_t error;
};

static_assert(sizeof(struct vfu_header) == 16, "vfio-user header");

/** struct vfu_version - VERSION, both ways; NUL-terminated JSON follows */
struct vfu_version {
	uint16_t major;
	uint16_t minor;
};

static_assert(sizeof(struct vfu_version) == 4, "vfio-user VERSION");

/** struct vfu_dma_map - DMA_MAP; at most one descriptor comes with it */
struct vfu_dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;
	uint64_t addr;
	uint64_t size;
};

static_assert(sizeof(struct vfu_dma_map) == 32, "vfio-user DMA_MAP");

/** struct vfu_dma_unmap - DMA_UNMAP, both ways */
struct vfu_dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t addr;
	uint64_t size;
};

static_assert(sizeof(struct vfu_dma_unmap) == 24, "vfio-user DMA_UNMAP");

/** struct vfu_device_info - DEVICE_GET_INFO, both ways */
struct vfu_device_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t nr_regions;
	uint32_t nr_irqs;
};

static_assert(sizeof(struct vfu_device_info) == 16, "vfio-user DEVICE_GET_INFO");

/** struct vfu_region_io_fds - GET_REGION_IO_FDS, both ways; @count sub-regions follow */
struct vfu_region_io_fds {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t count;
};

static_assert(sizeof(struct vfu_region_io_fds) == 16, "vfio-user GET_REGION_IO_FDS");

/** struct vfu_region_access - REGION_READ and _WRITE, both ways; data follows */
struct vfu_region_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

static_assert(sizeof(struct vfu_region_access) == 16, "vfio-user REGION_READ");

#define VFU_MULTI_DATA		8
#define VFU_MULTI_MAX		200

/** struct vfu_multi_write - one of REGION_WRITE_MULTI, behind a 64-bit count */
struct vfu_multi_write {
	struct vfu_region_access access;
	uint8_t data[VFU_MULTI_DATA];
};

static_assert(sizeof(struct vfu_multi_write) == 24, "vfio-user REGION_WRITE_MULTI");

/* What we tell the client, and check: bytes of data and descriptors in a frame. */
#define VFU_MAX_XFER		65536u
#define VFU_MAX_FDS		16u
#define VFU_MAX_FRAME		(VFU_MAX_XFER + 4096u)

#endif /* VIDEOCORED_VFIO_PROTOCOL_H */
