// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever the firmware writes: nothing outside of the slot, or of what was
 * written, is read.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <stdlib.h>

#include "vchiq_parse.c"

#include "proof.h"

void prove_avail(void)
{
	u32 tx_pos, rx_pos;
	u32 avail = tx_pos - rx_pos;

	prove(vchiq_parse_avail(avail) ||
	      (avail / VCHIQ_SLOT_SIZE <= VCHIQ_NR_DATA_SLOTS && !(avail % 8)));
}

void prove_slot(void)
{
	u32 slot;

	prove(vchiq_parse_slot(slot) || (slot && slot < VCHIQ_NR_SLOTS));
}

void prove_header(void)
{
	struct vchiq_header header;
	struct vchiq_rx_msg msg;
	u32 offset, avail;
	int ret;

	assume(offset < VCHIQ_SLOT_SIZE && !(offset % 8));
	assume(avail && !vchiq_parse_avail(avail));
	ret = vchiq_parse_header(&header, offset, avail, &msg);
	if (ret)
		return;
	prove((u64)offset + sizeof(header) + msg.len <= VCHIQ_SLOT_SIZE);
	prove(VCHIQ_MSG_STRIDE(msg.len) <= avail);
	prove(VCHIQ_MSG_STRIDE(msg.len) >= sizeof(header) + msg.len);
	prove(offset + VCHIQ_MSG_STRIDE(msg.len) <= VCHIQ_SLOT_SIZE);
	prove(msg.src < VCHIQ_MAX_SERVICES && msg.dst < VCHIQ_MAX_SERVICES && msg.type <= 255);
}

void prove_sync_header(void)
{
	struct vchiq_header header;
	struct vchiq_rx_msg msg;
	int ret = vchiq_parse_sync_header(&header, &msg);

	prove(ret || sizeof(header) + msg.len <= VCHIQ_SLOT_SIZE);
}

/* The payload is as long as it says and no byte longer. */
void prove_payloads(void)
{
	struct vchiq_rx_open open;
	struct vchiq_rx_msg msg;
	int ret;

	assume(msg.len <= 32);
	msg.data = malloc(msg.len);
	assume(msg.data);
	ret = vchiq_parse_open(&msg, &open);
	prove(ret || msg.len >= sizeof(struct vchiq_open_payload));
	vchiq_parse_openack(&msg);
}
