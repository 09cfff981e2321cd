// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of what the firmware wrote, on private copies of it.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/unaligned.h>

#include <asm/byteorder.h>

#include "vchiq_parse.h"

/* How far the firmware can be ahead: what all its slots hold. */
#define VCHIQ_MAX_AVAIL \
	((VCHIQ_FW_LAST_SLOT - VCHIQ_FW_FIRST_SLOT + 1) * VCHIQ_SLOT_SIZE)

/**
 * vchiq_parse_avail - can this many bytes have been written?
 * @avail: firmware's position minus ours
 *
 * Return: 0 or -EPROTO.
 */
int vchiq_parse_avail(u32 avail)
{
	return avail <= VCHIQ_MAX_AVAIL && IS_ALIGNED(avail, sizeof(struct vchiq_header)) ?
	       0 : -EPROTO;
}

/* Is it a data slot of the firmware's? Return: 0 or -EPROTO. */
int vchiq_parse_slot(u32 slot)
{
	return slot >= VCHIQ_FW_FIRST_SLOT && slot <= VCHIQ_FW_LAST_SLOT ? 0 : -EPROTO;
}

static int vchiq_parse(const struct vchiq_header *header, u32 max, struct vchiq_rx_msg *msg)
{
	msg->msgid = le32_to_cpu(header->msgid);
	msg->type = VCHIQ_MSGID_TYPE(msg->msgid);
	msg->src = VCHIQ_MSGID_SRC(msg->msgid);
	msg->dst = VCHIQ_MSGID_DST(msg->msgid);
	msg->len = le32_to_cpu(header->size);
	msg->data = NULL;

	return msg->len <= max ? 0 : -EPROTO;
}

/**
 * vchiq_parse_header - take a header apart
 * @header: private copy
 * @offset: where in the slot it was, a multiple of 8
 * @avail: bytes that were written from there on, a multiple of 8, 8 or more
 * @msg: filled, but for the data
 *
 * A message ends in its slot and before what was not written.
 *
 * Return: 0 or -EPROTO.
 */
int vchiq_parse_header(const struct vchiq_header *header, u32 offset, u32 avail,
		       struct vchiq_rx_msg *msg)
{
	return vchiq_parse(header, min(avail, VCHIQ_SLOT_SIZE - offset) - sizeof(*header), msg);
}

/* The same for the one message of a synchronous slot. */
int vchiq_parse_sync_header(const struct vchiq_header *header, struct vchiq_rx_msg *msg)
{
	return vchiq_parse(header, VCHIQ_MAX_MSG_SIZE, msg);
}

/**
 * vchiq_parse_open - take an OPEN apart
 * @msg: the message
 * @open: filled
 *
 * Return: 0, -EINVAL if it is too short.
 */
int vchiq_parse_open(const struct vchiq_rx_msg *msg, struct vchiq_rx_open *open)
{
	const struct vchiq_open_payload *payload = msg->data;

	if (msg->len < sizeof(*payload))
		return -EINVAL;

	open->fourcc = get_unaligned_le32(&payload->fourcc);
	open->client_id = get_unaligned_le32(&payload->client_id);
	open->version = get_unaligned_le16(&payload->version);
	open->version_min = get_unaligned_le16(&payload->version_min);
	return 0;
}

/* Version in an OPENACK; old firmware does not tell. */
s16 vchiq_parse_openack(const struct vchiq_rx_msg *msg)
{
	if (msg->len < sizeof(struct vchiq_openack_payload))
		return 0;

	return get_unaligned_le16(msg->data);
}

/* Is either side new enough for the other? */
bool vchiq_versions_fit(s16 version, s16 version_min, s16 peer, s16 peer_min)
{
	return version >= peer_min && peer >= version_min;
}
