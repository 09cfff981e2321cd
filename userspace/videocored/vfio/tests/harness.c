// SPDX-License-Identifier: GPL-2.0
/*
 * Device, session and transport for tests.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>

#include <videocore/virt.h>

#include "harness.h"

static ssize_t harness_recv(struct vfu_tran *tran, void *buf, size_t len, int *fds, size_t *nr_fds)
{
	struct harness *h = vc_container_of(tran, struct harness, tran);
	size_t n = h->in_len - h->in_pos, room = *nr_fds, i;

	*nr_fds = 0;
	if (!n)
		return h->eof ? 0 : -EAGAIN;
	n = n < len ? n : len;
	if (h->chunk && n > h->chunk)
		n = h->chunk;
	if (h->nr_fds && h->fds_at >= h->in_pos && h->fds_at < h->in_pos + n) {
		if (h->nr_fds > room)
			return -E2BIG;
		for (i = 0; i < h->nr_fds; i++)
			fds[i] = h->fds[i];
		*nr_fds = h->nr_fds;
		h->nr_fds = 0;
	}
	memcpy(buf, h->in + h->in_pos, n);
	h->in_pos += n;

	return (ssize_t)n;
}

static ssize_t harness_send(struct vfu_tran *tran, const void *buf, size_t len, int fd)
{
	struct harness *h = vc_container_of(tran, struct harness, tran);

	if (!h->out_room)
		return -EAGAIN;
	len = len < h->out_room ? len : h->out_room;
	/* What does not fit is forgotten: only the fuzzer sends so much. */
	if (len <= sizeof(h->out) - h->out_len) {
		memcpy(h->out + h->out_len, buf, len);
		h->out_len += len;
	}
	h->out_room -= len;
	h->out_fds += fd >= 0;

	return (ssize_t)len;
}

static const struct vfu_tran_ops harness_ops = {
	.recv = harness_recv,
	.send = harness_send,
};

static uint32_t block_read(struct vc_block *block, uint32_t off)
{
	struct harness *h = vc_container_of(block, struct harness, block);

	return h->regs[off / 4];
}

static void block_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct harness *h = vc_container_of(block, struct harness, block);

	h->regs[off / 4] = val;
}

static void block_reset(struct vc_block *block)
{
	struct harness *h = vc_container_of(block, struct harness, block);

	memset(h->regs, 0, sizeof(h->regs));
	h->resets++;
}

static const struct vc_block_ops block_ops = {
	.read = block_read,
	.write = block_write,
	.reset = block_reset,
};

static void device_reset(void *arg)
{
	struct harness *h = arg;

	h->reset_calls++;
}

static int harness_add_blocks(struct harness *h)
{
	h->block.name = "test";
	h->block.base = HARNESS_REGS;
	h->block.size = sizeof(h->regs);
	h->block.ops = &block_ops;
	h->ram.name = "ram";
	h->ram.base = HARNESS_RAM;
	h->ram.size = HARNESS_RAM_SIZE;
	return vc_bus_add(h->bus, &h->block) || vc_bus_add_ram(h->bus, &h->ram);
}

static int harness_create_device(struct harness *h)
{
	struct vfu_device_config config = {
		.keeper = -1,
		.instance = HARNESS_INSTANCE,
		.reset = device_reset,
		.reset_arg = h,
	};

	h->loop = vc_loop_create();
	h->guest = vc_guest_create(VC_VIRT_RAM_BASE);
	h->bus = vc_bus_create();
	if (!h->loop || !h->guest || !h->bus || harness_add_blocks(h))
		return -1;
	h->irq = vc_irq_create(h->loop);
	config.bus = h->bus;
	config.guest = h->guest;
	config.irq = h->irq;
	h->dev = vfu_device_create(&config);

	return h->irq && h->dev ? 0 : -1;
}

struct harness *harness_create(void)
{
	struct harness *h;

	h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->tran.ops = &harness_ops;
	if (harness_create_device(h))
		abort();
	harness_restart(h);

	return h;
}

void harness_restart(struct harness *h)
{
	vfu_session_destroy(h->session);
	h->session = vfu_session_create(&h->tran, h->dev, &h->stats);
	if (!h->session)
		abort();
	h->in_len = 0;
	h->in_pos = 0;
	h->chunk = 0;
	h->eof = false;
	h->nr_fds = 0;
	h->out_len = 0;
	h->out_room = sizeof(h->out);
	h->out_fds = 0;
}

void harness_destroy(struct harness *h)
{
	vfu_session_destroy(h->session);
	vfu_device_destroy(h->dev);
	vc_bus_destroy(h->bus);
	vc_irq_destroy(h->irq);
	vc_guest_destroy(h->guest);
	vc_loop_destroy(h->loop);
	free(h);
}
