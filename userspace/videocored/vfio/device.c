// SPDX-License-Identifier: GPL-2.0
/*
 * The PCI function: configuration space, the peripheral window in BAR 0, the
 * MSI-X table in BAR 2.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vfio.h>

#include <videocore/virt.h>

#include "../guest.h"
#include "../soc/bus.h"
#include "../soc/irq.h"
#include "config.h"
#include "device.h"

/**
 * struct vfu_device - the function
 * @config: what it is made of
 * @pci: configuration space
 * @msix: BAR 2. The client keeps the table that counts, this one only answers;
 *	pending bits are never set, as a signalled eventfd is not ours any more
 */
struct vfu_device {
	struct vfu_device_config config;
	struct vfu_config pci;
	uint8_t msix[VC_VIRT_MSIX_SIZE];
};

struct vfu_device *vfu_device_create(const struct vfu_device_config *config)
{
	struct vfu_device *dev;

	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return NULL;
	dev->config = *config;
	vfu_config_init(&dev->pci, config->instance);

	return dev;
}

void vfu_device_destroy(struct vfu_device *dev)
{
	free(dev);
}

void vfu_device_reset(struct vfu_device *dev)
{
	if (dev->config.reset)
		dev->config.reset(dev->config.reset_arg);
	vc_bus_reset(dev->config.bus);
	vfu_config_reset(&dev->pci);
	memset(dev->msix, 0, sizeof(dev->msix));
}

void vfu_device_disconnect(struct vfu_device *dev)
{
	vfu_device_reset(dev);
	vc_irq_reset(dev->config.irq);
	vc_guest_unmap_all(dev->config.guest);
}

struct vc_irq *vfu_device_irq(struct vfu_device *dev)
{
	return dev->config.irq;
}

struct vc_guest *vfu_device_guest(struct vfu_device *dev)
{
	return dev->config.guest;
}

/* Blocks of plain memory, neighbours joined. */
static void device_bus_areas(struct vfu_device *dev, struct vfu_region *region)
{
	struct vc_block *block;
	struct vfu_area *last;

	for (block = vc_bus_next(dev->config.bus, NULL); block;
	     block = vc_bus_next(dev->config.bus, block)) {
		if (!block->ram)
			continue;
		last = region->nr_areas ? &region->areas[region->nr_areas - 1] : NULL;
		if (last && last->offset + last->size == block->base) {
			last->size += block->size;
			continue;
		}
		if (region->nr_areas == VFU_MAX_AREAS)
			return;
		region->areas[region->nr_areas].offset = block->base;
		region->areas[region->nr_areas++].size = block->size;
	}
}

int vfu_device_region(struct vfu_device *dev, uint32_t index, struct vfu_region *region)
{
	memset(region, 0, sizeof(*region));
	region->fd = -1;
	if (index >= VFIO_PCI_NUM_REGIONS)
		return -EINVAL;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		region->size = VFU_CONFIG_SIZE;
	else if (index == VC_VIRT_BAR_PERIPH)
		region->size = VC_VIRT_PERIPH_SIZE;
	else if (index == VC_VIRT_BAR_MSIX)
		region->size = VC_VIRT_MSIX_SIZE;
	else
		return 0;

	region->flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	if (index == VC_VIRT_BAR_PERIPH)
		device_bus_areas(dev, region);
	if (region->nr_areas) {
		region->flags |= VFIO_REGION_INFO_FLAG_MMAP;
		region->fd = vc_bus_ram_fd(dev->config.bus);
	}

	return 0;
}

/* The widest access that is aligned and fits. */
static unsigned int access_size(uint64_t off, size_t len)
{
	if (off % 4 == 0 && len >= 4)
		return 4;
	if (off % 2 == 0 && len >= 2)
		return 2;
	return 1;
}

static void periph_read(struct vc_bus *bus, uint32_t off, uint8_t *buf, size_t len)
{
	unsigned int size;
	uint32_t val;

	for (; len; off += size, buf += size, len -= size) {
		size = access_size(off, len);
		val = vc_bus_read(bus, off, size);
		memcpy(buf, &val, size);
	}
}

static void periph_write(struct vc_bus *bus, uint32_t off, const uint8_t *buf, size_t len)
{
	unsigned int size;
	uint32_t val;

	for (; len; off += size, buf += size, len -= size) {
		size = access_size(off, len);
		val = 0;
		memcpy(&val, buf, size);
		vc_bus_write(bus, off, size, val);
	}
}

static bool device_range_ok(uint32_t index, uint64_t off, size_t len)
{
	uint64_t size;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		size = VFU_CONFIG_SIZE;
	else if (index == VC_VIRT_BAR_PERIPH)
		size = VC_VIRT_PERIPH_SIZE;
	else if (index == VC_VIRT_BAR_MSIX)
		size = VC_VIRT_MSIX_SIZE;
	else
		return false;

	return len <= size && off <= size - len;
}

int vfu_device_read(struct vfu_device *dev, uint32_t index, uint64_t off, void *buf, size_t len)
{
	if (!device_range_ok(index, off, len))
		return -EINVAL;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		vfu_config_read(&dev->pci, off, buf, len);
	else if (index == VC_VIRT_BAR_PERIPH)
		periph_read(dev->config.bus, (uint32_t)off, buf, len);
	else
		memcpy(buf, dev->msix + off, len);

	return 0;
}

static void msix_write(struct vfu_device *dev, uint64_t off, const void *buf, size_t len)
{
	if (off >= VC_VIRT_MSIX_PBA)
		return;
	if (len > VC_VIRT_MSIX_PBA - off)
		len = VC_VIRT_MSIX_PBA - off;
	memcpy(dev->msix + off, buf, len);
}

int vfu_device_write(struct vfu_device *dev, uint32_t index, uint64_t off, const void *buf,
		     size_t len)
{
	if (!device_range_ok(index, off, len))
		return -EINVAL;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		vfu_config_write(&dev->pci, off, buf, len);
	else if (index == VC_VIRT_BAR_PERIPH)
		periph_write(dev->config.bus, (uint32_t)off, buf, len);
	else
		msix_write(dev, off, buf, len);

	return 0;
}

int vfu_device_irqs(struct vfu_device *dev, uint32_t index)
{
	if (index >= VFU_NR_IRQS)
		return -EINVAL;
	return index == VFIO_PCI_MSIX_IRQ_INDEX ? VC_VIRT_IRQ_COUNT : 0;
}
