// SPDX-License-Identifier: GPL-2.0
/*
 * The vfio-user commands. Each checks its payload against the length that came,
 * then works on the device.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/vfio.h>

#include "../guest.h"
#include "../log.h"
#include "../soc/irq.h"
#include "commands.h"
#include "device.h"
#include "protocol.h"

static void reply_put(struct vfu_reply *rep, const void *data, size_t len)
{
	memcpy(rep->payload + rep->len, data, len);
	rep->len += len;
}

/* -----------------------------------------------------------------------------
 * Version
 */

static int cmd_version(struct vfu_context *ctx, const struct vfu_request *req,
		       struct vfu_reply *rep)
{
	struct vfu_version ver;
	char *text;
	int ret;

	memcpy(&ver, req->payload, sizeof(ver));
	if (ctx->negotiated || ver.major != VFU_MAJOR)
		return -EINVAL;
	ret = vfu_caps_parse(&ctx->caps, (const char *)req->payload + sizeof(ver),
			     req->len - sizeof(ver));
	if (ret)
		return ret;
	text = vfu_caps_format(&ctx->caps);
	if (!text)
		return -ENOMEM;

	if (ver.minor > VFU_MINOR)
		ver.minor = VFU_MINOR;
	reply_put(rep, &ver, sizeof(ver));
	reply_put(rep, text, strlen(text) + 1);
	free(text);
	ctx->negotiated = true;

	return 0;
}

/* -----------------------------------------------------------------------------
 * Memory of the client
 */

static int cmd_dma_map(struct vfu_context *ctx, const struct vfu_request *req,
		       struct vfu_reply *rep)
{
	const uint32_t known = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
	struct vfu_dma_map map;
	int ret;

	memcpy(&map, req->payload, sizeof(map));
	if (map.argsz < sizeof(map) || (map.flags & ~known) || req->nr_fds > 1)
		return -EINVAL;
	vc_dbg("vfio", "map 0x%llx + 0x%llx%s", (unsigned long long)map.addr,
	       (unsigned long long)map.size, req->nr_fds ? "" : " (no file)");
	/* ROMs and other devices' BARs have no file: no device of ours goes there. */
	if (!req->nr_fds || !(map.flags & VFIO_DMA_MAP_FLAG_READ))
		return 0;

	ret = vc_guest_map(vfu_device_guest(ctx->dev), map.addr, map.size, req->fds[0],
			   map.offset, map.flags & VFIO_DMA_MAP_FLAG_WRITE);
	if (ret)
		vc_err("vfio", "cannot map 0x%llx bytes of guest memory at 0x%llx: %s",
		       (unsigned long long)map.size, (unsigned long long)map.addr, strerror(-ret));

	return ret;
}

static int cmd_dma_unmap(struct vfu_context *ctx, const struct vfu_request *req,
			 struct vfu_reply *rep)
{
	struct vc_guest *guest = vfu_device_guest(ctx->dev);
	struct vfu_dma_unmap unmap;
	int ret = 0;

	memcpy(&unmap, req->payload, sizeof(unmap));
	if (unmap.argsz < sizeof(unmap) || (unmap.flags & ~VFIO_DMA_UNMAP_FLAG_ALL))
		return -EINVAL;
	if (unmap.flags & VFIO_DMA_UNMAP_FLAG_ALL)
		vc_guest_unmap_all(guest);
	else
		ret = vc_guest_unmap(guest, unmap.addr, unmap.size);
	/* Not in the table: one of those without a file. */
	if (ret && ret != -ENOENT)
		return ret;
	reply_put(rep, &unmap, sizeof(unmap));

	return 0;
}

/* -----------------------------------------------------------------------------
 * What there is
 */

static int cmd_get_info(struct vfu_context *ctx, const struct vfu_request *req,
			struct vfu_reply *rep)
{
	struct vfu_device_info info;

	memcpy(&info, req->payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info.argsz = sizeof(info);
	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET;
	info.nr_regions = VFIO_PCI_NUM_REGIONS;
	info.nr_irqs = VFU_NR_IRQS;
	reply_put(rep, &info, sizeof(info));

	return 0;
}

static void reply_put_areas(struct vfu_reply *rep, const struct vfu_region *region)
{
	struct vfio_region_info_cap_sparse_mmap cap = {
		.header = { .id = VFIO_REGION_INFO_CAP_SPARSE_MMAP, .version = 1 },
		.nr_areas = (uint32_t)region->nr_areas,
	};
	struct vfio_region_sparse_mmap_area area;
	size_t i;

	reply_put(rep, &cap, sizeof(cap));
	for (i = 0; i < region->nr_areas; i++) {
		area.offset = region->areas[i].offset;
		area.size = region->areas[i].size;
		reply_put(rep, &area, sizeof(area));
	}
}

static int cmd_get_region_info(struct vfu_context *ctx, const struct vfu_request *req,
			       struct vfu_reply *rep)
{
	struct vfio_region_info info;
	struct vfu_region region;
	size_t need = sizeof(info);
	uint32_t room;
	int ret;

	memcpy(&info, req->payload, sizeof(info));
	room = info.argsz;
	if (room < sizeof(info))
		return -EINVAL;
	ret = vfu_device_region(ctx->dev, info.index, &region);
	if (ret)
		return ret;
	/* A client that takes no descriptors cannot map; everything traps then. */
	if (!ctx->caps.max_msg_fds) {
		region.flags &= ~VFIO_REGION_INFO_FLAG_MMAP;
		region.nr_areas = 0;
	}
	if (region.nr_areas)
		need += sizeof(struct vfio_region_info_cap_sparse_mmap) +
			region.nr_areas * sizeof(struct vfio_region_sparse_mmap_area);

	info.argsz = (uint32_t)need;
	info.flags = region.flags;
	info.cap_offset = 0;
	info.size = region.size;
	info.offset = 0;
	/* Too little room: the client asks again with what argsz says now. */
	if (!region.nr_areas || room < need) {
		reply_put(rep, &info, sizeof(info));
		return 0;
	}
	info.flags |= VFIO_REGION_INFO_FLAG_CAPS;
	info.cap_offset = sizeof(info);
	reply_put(rep, &info, sizeof(info));
	reply_put_areas(rep, &region);
	rep->fd = region.fd;

	return 0;
}

/* No region has an ioeventfd or the like: writes are handled in one place. */
static int cmd_get_region_io_fds(struct vfu_context *ctx, const struct vfu_request *req,
				 struct vfu_reply *rep)
{
	struct vfu_region_io_fds io;
	struct vfu_region region;
	int ret;

	memcpy(&io, req->payload, sizeof(io));
	if (io.argsz < sizeof(io) || io.flags || io.count)
		return -EINVAL;
	ret = vfu_device_region(ctx->dev, io.index, &region);
	if (ret)
		return ret;
	io.argsz = sizeof(io);
	reply_put(rep, &io, sizeof(io));

	return 0;
}

/* -----------------------------------------------------------------------------
 * Interrupts
 */

static int cmd_get_irq_info(struct vfu_context *ctx, const struct vfu_request *req,
			    struct vfu_reply *rep)
{
	struct vfio_irq_info info;
	int nr;

	memcpy(&info, req->payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	nr = vfu_device_irqs(ctx->dev, info.index);
	if (nr < 0)
		return nr;
	info.argsz = sizeof(info);
	info.flags = nr ? VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE : 0;
	info.count = (uint32_t)nr;
	reply_put(rep, &info, sizeof(info));

	return 0;
}

/* Flags select one action and one kind of data. */
static int irq_set_check(const struct vfio_irq_set *set, int nr, const struct vfu_request *req)
{
	uint32_t action = set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	uint32_t data = set->flags & VFIO_IRQ_SET_DATA_TYPE_MASK;

	if (set->argsz < sizeof(*set) || set->flags != (action | data))
		return -EINVAL;
	if (__builtin_popcount(action) != 1 || __builtin_popcount(data) != 1)
		return -EINVAL;
	if (set->start > (uint32_t)nr || set->count > (uint32_t)nr - set->start)
		return -EINVAL;
	if (data == VFIO_IRQ_SET_DATA_EVENTFD)
		return req->nr_fds && req->nr_fds != set->count ? -EINVAL : 0;
	if (data == VFIO_IRQ_SET_DATA_BOOL && req->len - sizeof(*set) < set->count)
		return -EINVAL;

	return req->nr_fds ? -EINVAL : 0;
}

/* Without descriptors: the vectors get none. */
static void irq_set_eventfds(struct vc_irq *irq, const struct vfio_irq_set *set,
			     const struct vfu_request *req)
{
	uint32_t i;

	for (i = 0; i < set->count; i++) {
		if (!req->nr_fds)
			vc_irq_attach(irq, set->start + i, -1);
		else if (!vc_irq_attach(irq, set->start + i, req->fds[i]))
			req->fds[i] = -1;
	}
}

static void irq_set_one(struct vc_irq *irq, unsigned int line, uint32_t action)
{
	if (action == VFIO_IRQ_SET_ACTION_TRIGGER)
		vc_irq_trigger(irq, line);
	else
		vc_irq_mask(irq, line, action == VFIO_IRQ_SET_ACTION_MASK);
}

static int cmd_set_irqs(struct vfu_context *ctx, const struct vfu_request *req,
			struct vfu_reply *rep)
{
	struct vc_irq *irq = vfu_device_irq(ctx->dev);
	struct vfio_irq_set set;
	const uint8_t *wanted;
	uint32_t action, i;
	int nr, ret;

	memcpy(&set, req->payload, sizeof(set));
	nr = vfu_device_irqs(ctx->dev, set.index);
	if (nr < 0)
		return nr;
	ret = irq_set_check(&set, nr, req);
	if (ret)
		return ret;

	action = set.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK;
	if (set.flags & VFIO_IRQ_SET_DATA_EVENTFD) {
		if (action != VFIO_IRQ_SET_ACTION_TRIGGER)
			return -EINVAL;
		irq_set_eventfds(irq, &set, req);
		return 0;
	}
	/* "Trigger nothing" is how VFIO says: no interrupts of this kind any more. */
	if ((set.flags & VFIO_IRQ_SET_DATA_NONE) && !set.count &&
	    action == VFIO_IRQ_SET_ACTION_TRIGGER) {
		for (i = 0; i < (uint32_t)nr; i++)
			vc_irq_attach(irq, i, -1);
		return 0;
	}

	wanted = req->payload + sizeof(set);
	for (i = 0; i < set.count; i++)
		if ((set.flags & VFIO_IRQ_SET_DATA_NONE) || wanted[i])
			irq_set_one(irq, set.start + i, action);

	return 0;
}

/* -----------------------------------------------------------------------------
 * Registers
 */

static int cmd_region_read(struct vfu_context *ctx, const struct vfu_request *req,
			   struct vfu_reply *rep)
{
	struct vfu_region_access access;
	int ret;

	memcpy(&access, req->payload, sizeof(access));
	if (access.count > VFU_MAX_XFER || access.count > rep->room - sizeof(access))
		return -EINVAL;
	ret = vfu_device_read(ctx->dev, access.region, access.offset,
			      rep->payload + sizeof(access), access.count);
	if (ret)
		return ret;
	reply_put(rep, &access, sizeof(access));
	rep->len += access.count;

	return 0;
}

static int cmd_region_write(struct vfu_context *ctx, const struct vfu_request *req,
			    struct vfu_reply *rep)
{
	struct vfu_region_access access;
	int ret;

	memcpy(&access, req->payload, sizeof(access));
	if (access.count != req->len - sizeof(access))
		return -EINVAL;
	ret = vfu_device_write(ctx->dev, access.region, access.offset,
			       req->payload + sizeof(access), access.count);
	if (ret)
		return ret;
	reply_put(rep, &access, sizeof(access));

	return 0;
}

static int cmd_region_write_multi(struct vfu_context *ctx, const struct vfu_request *req,
				  struct vfu_reply *rep)
{
	struct vfu_multi_write write;
	uint64_t count, i;
	int ret;

	memcpy(&count, req->payload, sizeof(count));
	if (count > VFU_MULTI_MAX || req->len - sizeof(count) != count * sizeof(write))
		return -EINVAL;
	for (i = 0; i < count; i++) {
		memcpy(&write, req->payload + sizeof(count) + i * sizeof(write), sizeof(write));
		if (write.access.count > VFU_MULTI_DATA)
			return -EINVAL;
		ret = vfu_device_write(ctx->dev, write.access.region, write.access.offset,
				       write.data, write.access.count);
		if (ret)
			return ret;
	}
	reply_put(rep, &count, sizeof(count));

	return 0;
}

static int cmd_reset(struct vfu_context *ctx, const struct vfu_request *req,
		     struct vfu_reply *rep)
{
	vfu_device_reset(ctx->dev);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Dispatch
 */

/**
 * struct vfu_command_desc - a command
 * @min_len: bytes its payload has at least
 * @fn: what it does; NULL: we do not offer it
 */
struct vfu_command_desc {
	size_t min_len;
	int (*fn)(struct vfu_context *ctx, const struct vfu_request *req, struct vfu_reply *rep);
};

/* DMA_READ, DMA_WRITE are the server's to send, DIRTY_PAGES is about migration. */
static const struct vfu_command_desc commands[VFU_NR_COMMANDS] = {
	[VFU_VERSION] = { sizeof(struct vfu_version), cmd_version },
	[VFU_DMA_MAP] = { sizeof(struct vfu_dma_map), cmd_dma_map },
	[VFU_DMA_UNMAP] = { sizeof(struct vfu_dma_unmap), cmd_dma_unmap },
	[VFU_DEVICE_GET_INFO] = { sizeof(struct vfu_device_info), cmd_get_info },
	[VFU_DEVICE_GET_REGION_INFO] = { sizeof(struct vfio_region_info), cmd_get_region_info },
	[VFU_DEVICE_GET_REGION_IO_FDS] = { sizeof(struct vfu_region_io_fds),
					   cmd_get_region_io_fds },
	[VFU_DEVICE_GET_IRQ_INFO] = { sizeof(struct vfio_irq_info), cmd_get_irq_info },
	[VFU_DEVICE_SET_IRQS] = { sizeof(struct vfio_irq_set), cmd_set_irqs },
	[VFU_REGION_READ] = { sizeof(struct vfu_region_access), cmd_region_read },
	[VFU_REGION_WRITE] = { sizeof(struct vfu_region_access), cmd_region_write },
	[VFU_DEVICE_RESET] = { 0, cmd_reset },
	[VFU_REGION_WRITE_MULTI] = { sizeof(uint64_t), cmd_region_write_multi },
};

int vfu_command(struct vfu_context *ctx, const struct vfu_request *req, struct vfu_reply *rep)
{
	const struct vfu_command_desc *desc;

	if (req->command >= VFU_NR_COMMANDS || !commands[req->command].fn)
		return -EOPNOTSUPP;
	desc = &commands[req->command];
	if (req->len < desc->min_len)
		return -EINVAL;

	return desc->fn(ctx, req, rep);
}
