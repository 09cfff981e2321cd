// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes what a vfio-user client can send. The first byte says how the bytes
 * arrive and whether the version has been agreed on; the rest is the stream.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <videocore/virt.h>

#include "harness.h"

#define NEGOTIATED	0x01
#define ONE_FD		0x02
#define TWO_FDS		0x04
#define BYTEWISE	0x08
#define SLOW		0x10
#define MEMORY		65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void negotiate(struct harness *h)
{
	static const struct {
		struct vfu_header hdr;
		struct vfu_version ver;
	} version = { .hdr = { .command = VFU_VERSION, .size = 20 } };

	h->in = (const uint8_t *)&version;
	h->in_len = 20;
	h->in_pos = 0;
	if (vfu_session_run(h->session))
		abort();
}

static int new_memory(void)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, MEMORY))
		abort();
	return fd;
}

static void give_fds(struct harness *h, uint8_t how)
{
	h->nr_fds = 0;
	if (how & (ONE_FD | TWO_FDS))
		h->fds[h->nr_fds++] = how & SLOW ? eventfd(0, EFD_NONBLOCK) : new_memory();
	if (how & TWO_FDS)
		h->fds[h->nr_fds++] = eventfd(0, EFD_NONBLOCK);
	h->fds_at = 0;
}

/* Everything the client has mapped can be used. */
static void touch_memory(struct harness *h)
{
	struct vc_guest_view *view = vc_guest_view_get(h->guest);
	volatile uint8_t *at = vc_guest_ptr(view, VC_VIRT_DMA_ALIAS, 1);

	if (at)
		*at = 1;
	vc_guest_view_put(view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct harness *h;
	size_t i;
	int ret;

	if (!size)
		return 0;
	/* One device for all inputs, as for all clients: each must leave it usable. */
	if (!h)
		h = harness_create();
	harness_restart(h);
	if (data[0] & NEGOTIATED)
		negotiate(h);
	give_fds(h, data[0]);
	h->chunk = data[0] & BYTEWISE ? 1 : 0;
	h->in = data + 1;
	h->in_len = size - 1;
	h->in_pos = 0;
	h->eof = true;
	h->out_len = 0;
	do {
		h->out_room = data[0] & SLOW ? 7 : sizeof(h->out);
		h->out_len = 0;
		ret = vfu_session_run(h->session);
	} while (!ret);
	touch_memory(h);
	for (i = 0; i < h->nr_fds; i++)
		close(h->fds[i]);
	vfu_device_disconnect(h->dev);

	return 0;
}
