/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each vfio-user command does, given the payload of a frame.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_COMMANDS_H
#define VIDEOCORED_VFIO_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "caps.h"

struct vfu_device;

/**
 * struct vfu_context - what commands of one connection share
 * @dev: the function
 * @negotiated: VERSION was accepted
 * @caps: what the client takes
 */
struct vfu_context {
	struct vfu_device *dev;
	bool negotiated;
	struct vfu_caps caps;
};

/**
 * struct vfu_request - a request, already out of the client's reach
 * @command: enum vfu_command, or anything
 * @payload: 8-byte aligned
 * @len: bytes of @payload
 * @fds: descriptors; a command that keeps one replaces it by -1
 * @nr_fds: entries of @fds
 */
struct vfu_request {
	uint16_t command;
	const uint8_t *payload;
	size_t len;
	int *fds;
	size_t nr_fds;
};

/**
 * struct vfu_reply - the answer
 * @payload: where it is written, 8-byte aligned
 * @room: bytes that fit
 * @len: bytes written
 * @fd: descriptor that goes with it, -1 without; stays its owner's
 */
struct vfu_reply {
	uint8_t *payload;
	size_t room;
	size_t len;
	int fd;
};

/* 0 with *@rep filled, or -errno for an error reply. */
int vfu_command(struct vfu_context *ctx, const struct vfu_request *req, struct vfu_reply *rep);

#endif /* VIDEOCORED_VFIO_COMMANDS_H */
