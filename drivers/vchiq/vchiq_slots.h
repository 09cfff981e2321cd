/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where messages go in our slots, and who has how many of them on the way.
 *
 * Arithmetic on private memory, with neither lock nor input nor output: the
 * caller holds the transmit lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_SLOTS_H
#define VCHIQ_SLOTS_H

#include <linux/types.h>

#include <videocore/vchiq.h>

#include "vchiq_shared.h"

/* DATA carries a byte at least, so no more of it fit a slot. */
#define VCHIQ_SLOT_MAX_DATA		(VCHIQ_SLOT_SIZE / VCHIQ_MSG_STRIDE(1))

/* One slot is kept for control messages. */
#define VCHIQ_DATA_QUOTA		(VCHIQ_NR_DATA_SLOTS - 1)
/* What a service gets by itself, and must stay below. */
#define VCHIQ_DEFAULT_SLOT_QUOTA	(VCHIQ_NR_DATA_SLOTS / 2)
#define VCHIQ_DEFAULT_MESSAGE_QUOTA	(VCHIQ_DEFAULT_SLOT_QUOTA * 256)
#define VCHIQ_QUOTA_LIMIT		65535

/**
 * struct vchiq_quota - what a service may have on the way
 * @slots: slots with its DATA
 * @messages: DATA messages
 */
struct vchiq_quota {
	u16 slots;
	u16 messages;
};

/**
 * struct vchiq_port_use - what a port has on the way
 * @slots: slots with its DATA
 * @messages: DATA messages
 * @entry: its entry in the slot it sent to last
 *
 * Outlives the service: what it sent counts for the next user of the port.
 */
struct vchiq_port_use {
	u16 slots;
	u16 messages;
	u16 entry;
};

/**
 * struct vchiq_slot_use - whose DATA is in a slot
 * @nr: entries in use
 * @by: one entry for each port
 */
struct vchiq_slot_use {
	u16 nr;
	struct {
		u16 port;
		u16 messages;
	} by[VCHIQ_SLOT_MAX_DATA];
};

/**
 * struct vchiq_tx_state - where we are in transmitting
 * @pos: position of the next message, as published
 * @started: slots ever started, free-running
 * @available: slots ever made available, free-running
 * @ring: slot numbers by count, checked copies of the shared queue
 * @cur: slot that @pos lies in, 0 at a slot boundary
 * @sent: bit (slot - first) is set: filled, the firmware may give it back
 * @nr_data: slots that hold DATA
 * @slots: whose DATA is in each slot, by (slot - first)
 * @ports: what each local port has on the way
 */
struct vchiq_tx_state {
	u32 pos;
	u32 started;
	u32 available;
	u8 ring[VCHIQ_MAX_SLOTS_PER_SIDE];
	u8 cur;
	u64 sent;
	unsigned int nr_data;
	struct vchiq_slot_use slots[VCHIQ_NR_DATA_SLOTS];
	struct vchiq_port_use ports[VCHIQ_MAX_SERVICES];
};

void vchiq_slots_init(struct vchiq_tx_state *st);
u32 vchiq_slots_room(const struct vchiq_tx_state *st);
u32 vchiq_slots_padding(const struct vchiq_tx_state *st, u32 stride);
bool vchiq_slots_over_quota(const struct vchiq_tx_state *st, u16 port, u32 stride,
			    const struct vchiq_quota *quota);
int vchiq_slots_start(struct vchiq_tx_state *st);
void vchiq_slots_account(struct vchiq_tx_state *st, u16 port);
void vchiq_slots_advance(struct vchiq_tx_state *st, u32 len);
int vchiq_slots_take_back(struct vchiq_tx_state *st, u32 slot);
int vchiq_slots_check_quota(u16 used, int value, u16 standard, u16 *quota);

#endif /* VCHIQ_SLOTS_H */
