/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device with one register block and one block of memory, a session on it,
 * and a transport made of buffers, for tests and the fuzzer.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_TESTS_HARNESS_H
#define VIDEOCORED_VFIO_TESTS_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "guest.h"
#include "loop.h"
#include "soc/bus.h"
#include "soc/irq.h"
#include "vfio/device.h"
#include "vfio/session.h"
#include "vfio/transport.h"

#define HARNESS_REGS		0x1000u
#define HARNESS_NR_REGS		8u
#define HARNESS_RAM		0x402000u
#define HARNESS_RAM_SIZE	0x4000u
#define HARNESS_INSTANCE	7
#define HARNESS_FDS		32u

/**
 * struct harness - everything a session needs
 * @in: what the client sends
 * @in_len: bytes of @in
 * @in_pos: bytes the session has taken
 * @chunk: bytes one recv() gives at most, 0 = all
 * @eof: after @in comes the end rather than a wait
 * @fds: descriptors that go with the byte at @fds_at
 * @out: what the session has sent
 * @out_len: bytes of @out
 * @out_room: bytes that may be sent before the transport is full
 * @out_fds: descriptors sent
 * @regs: registers of the test block
 * @resets: resets of the test block
 * @reset_calls: calls of the device's reset hook
 */
struct harness {
	struct vfu_tran tran;
	struct vc_loop *loop;
	struct vc_guest *guest;
	struct vc_irq *irq;
	struct vc_bus *bus;
	struct vfu_device *dev;
	struct vfu_stats stats;
	struct vfu_session *session;
	const uint8_t *in;
	size_t in_len;
	size_t in_pos;
	size_t chunk;
	bool eof;
	int fds[HARNESS_FDS];
	size_t nr_fds;
	size_t fds_at;
	uint8_t out[2 * VFU_MAX_FRAME];
	size_t out_len;
	size_t out_room;
	size_t out_fds;
	struct vc_block block;
	struct vc_block ram;
	uint32_t regs[HARNESS_NR_REGS];
	unsigned int resets;
	unsigned int reset_calls;
};

struct harness *harness_create(void);
void harness_destroy(struct harness *h);
/* A new session on the same device, nothing sent or received yet. */
void harness_restart(struct harness *h);

#endif /* VIDEOCORED_VFIO_TESTS_HARNESS_H */
