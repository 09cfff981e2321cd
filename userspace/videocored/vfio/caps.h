/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capabilities of VERSION: a JSON text each way.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VFIO_CAPS_H
#define VIDEOCORED_VFIO_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct vfu_caps - what the client said, or the protocol's defaults
 * @max_msg_fds: descriptors it takes in one frame
 * @max_data_xfer_size: bytes of data in one frame
 * @write_multiple: it may send REGION_WRITE_MULTI
 */
struct vfu_caps {
	uint32_t max_msg_fds;
	uint64_t max_data_xfer_size;
	bool write_multiple;
};

/* @text of @len bytes, the NUL included; none at all is allowed. 0 or -EINVAL. */
int vfu_caps_parse(struct vfu_caps *caps, const char *text, size_t len);
/* Our side for a client with @caps, malloc'ed; NULL without memory. */
char *vfu_caps_format(const struct vfu_caps *caps);

#endif /* VIDEOCORED_VFIO_CAPS_H */
