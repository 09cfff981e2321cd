/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks of what the firmware wrote, on private copies of it.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_PARSE_H
#define VCHIQ_PARSE_H

#include <linux/types.h>

#include <videocore/vchiq.h>

#include "vchiq_shared.h"

/**
 * struct vchiq_rx_msg - a received message, checked, in private memory
 * @msgid: type and ports as they came
 * @type: type
 * @src: firmware's port
 * @dst: our port
 * @len: payload bytes
 * @data: payload
 */
struct vchiq_rx_msg {
	u32 msgid;
	u32 type;
	u32 src;
	u32 dst;
	u32 len;
	const void *data;
};

/**
 * struct vchiq_rx_open - what an OPEN asks for
 * @fourcc: service
 * @client_id: who asks
 * @version: version of the client
 * @version_min: oldest version it accepts
 */
struct vchiq_rx_open {
	u32 fourcc;
	u32 client_id;
	s16 version;
	s16 version_min;
};

int vchiq_parse_avail(u32 avail);
int vchiq_parse_slot(u32 slot);
int vchiq_parse_header(const struct vchiq_header *header, u32 offset, u32 avail,
		       struct vchiq_rx_msg *msg);
int vchiq_parse_sync_header(const struct vchiq_header *header, struct vchiq_rx_msg *msg);
int vchiq_parse_open(const struct vchiq_rx_msg *msg, struct vchiq_rx_open *open);
s16 vchiq_parse_openack(const struct vchiq_rx_msg *msg);
bool vchiq_versions_fit(s16 version, s16 version_min, s16 peer, s16 peer_min);

#endif /* VCHIQ_PARSE_H */
