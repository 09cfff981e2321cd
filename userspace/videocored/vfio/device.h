/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PCI function that a vfio-user client sees: regions, interrupts, memory.
 * Knows nothing of frames. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_DEVICE_H
#define VIDEOCORED_VFIO_DEVICE_H

#include <stddef.h>
#include <stdint.h>

struct vc_bus;
struct vc_guest;
struct vc_irq;
struct vfu_device;

/**
 * struct vfu_device_config - what the function is made of
 * @bus: BAR 0
 * @irq: MSI-X vectors
 * @guest: memory of the client
 * @instance: PCI subsystem id
 * @keeper: link of vc_keeper_start(), -1 without one
 * @reset: called before the registers are reset, to stop whatever else works
 *	with the guest (the firmware); may be NULL
 * @reset_arg: for @reset
 */
struct vfu_device_config {
	struct vc_bus *bus;
	struct vc_irq *irq;
	struct vc_guest *guest;
	uint16_t instance;
	int keeper;
	void (*reset)(void *arg);
	void *reset_arg;
};

/**
 * struct vfu_area - part of a region that the client may map
 * @offset: in the region and in its file
 * @size: bytes
 */
struct vfu_area {
	uint64_t offset;
	uint64_t size;
};

#define VFU_MAX_AREAS		16

/**
 * struct vfu_region - a region
 * @size: bytes, 0 if it does not exist
 * @flags: VFIO_REGION_INFO_FLAG_*, without _CAPS
 * @fd: file the areas are mapped from, -1 without; stays the device's
 * @nr_areas: entries of @areas
 * @areas: what may be mapped
 */
struct vfu_region {
	uint64_t size;
	uint32_t flags;
	int fd;
	size_t nr_areas;
	struct vfu_area areas[VFU_MAX_AREAS];
};

/*
 * INTx, MSI and MSI-X, of which only the last has vectors. Not the error and
 * the request interrupt: QEMU warns that the one cannot be had if it exists.
 */
#define VFU_NR_IRQS		3

struct vfu_device *vfu_device_create(const struct vfu_device_config *config);
void vfu_device_destroy(struct vfu_device *dev);

/* Power-on state. Memory and vectors stay: they are the client's arrangement. */
void vfu_device_reset(struct vfu_device *dev);
/* The client is gone: reset, and forget its memory and vectors. */
void vfu_device_disconnect(struct vfu_device *dev);

/* 0 or -EINVAL for an index VFIO PCI does not know. */
int vfu_device_region(struct vfu_device *dev, uint32_t index, struct vfu_region *region);
/* 0 or -EINVAL: no such region, or the range is not in it. */
int vfu_device_read(struct vfu_device *dev, uint32_t index, uint64_t off, void *buf, size_t len);
int vfu_device_write(struct vfu_device *dev, uint32_t index, uint64_t off, const void *buf,
		     size_t len);

/* Vectors of interrupt @index (VFIO_PCI_*_IRQ_INDEX), 0 if it has none, -EINVAL. */
int vfu_device_irqs(struct vfu_device *dev, uint32_t index);

struct vc_irq *vfu_device_irq(struct vfu_device *dev);
struct vc_guest *vfu_device_guest(struct vfu_device *dev);

#endif /* VIDEOCORED_VFIO_DEVICE_H */
