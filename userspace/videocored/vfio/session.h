/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One client's connection: frames in, frames out. Loop thread; never blocks.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_SESSION_H
#define VIDEOCORED_VFIO_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol.h"

struct vfu_device;
struct vfu_session;
struct vfu_tran;

/**
 * struct vfu_stats - frames of all sessions so far
 * @commands: requests by command, 0 for those we do not know
 * @errors: requests answered with an error
 * @posted: requests that wanted no answer
 * @broken: connections ended for a malformed frame
 */
struct vfu_stats {
	uint64_t commands[VFU_NR_COMMANDS];
	uint64_t errors;
	uint64_t posted;
	uint64_t broken;
};

/* @tran, @dev and @stats outlive the session. */
struct vfu_session *vfu_session_create(struct vfu_tran *tran, struct vfu_device *dev,
				       struct vfu_stats *stats);
void vfu_session_destroy(struct vfu_session *s);

/*
 * Handle what the transport has, as far as it goes without waiting. 0 to go on;
 * -ENOTCONN when the client closed; another -errno when the connection is to be
 * ended, vfu_session_error() says why.
 */
int vfu_session_run(struct vfu_session *s);
/* True while an answer waits for the transport; nothing is read meanwhile. */
bool vfu_session_wants_write(const struct vfu_session *s);
const char *vfu_session_error(const struct vfu_session *s);

#endif /* VIDEOCORED_VFIO_SESSION_H */
