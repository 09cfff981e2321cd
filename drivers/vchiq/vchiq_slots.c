// SPDX-License-Identifier: GPL-2.0
/*
 * Where messages go in our slots, and who has how many of them on the way.
 *
 * What is in which slot is remembered here, so that a slot is never read after
 * it was published: the firmware may write to it from then on.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "vchiq_slots.h"

static u64 vchiq_slot_bit(u32 slot)
{
	return BIT_ULL(slot - VCHIQ_HOST_FIRST_SLOT);
}

static bool vchiq_slot_is_ours(u32 slot)
{
	return slot >= VCHIQ_HOST_FIRST_SLOT && slot <= VCHIQ_HOST_LAST_SLOT;
}

/**
 * vchiq_slots_init - all slots are ours, nothing was sent
 * @st: state
 */
void vchiq_slots_init(struct vchiq_tx_state *st)
{
	unsigned int i;

	memset(st, 0, sizeof(*st));
	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++)
		st->ring[i] = VCHIQ_HOST_FIRST_SLOT + i;
	st->available = VCHIQ_NR_DATA_SLOTS;
}

/* Bytes left in the slot being filled, 0 if there is none. */
u32 vchiq_slots_room(const struct vchiq_tx_state *st)
{
	return st->cur ? VCHIQ_SLOT_SIZE - VCHIQ_POS_OFFSET(st->pos) : 0;
}

/* Bytes to fill up before a message of @stride bytes fits, 0 if it does. */
u32 vchiq_slots_padding(const struct vchiq_tx_state *st, u32 stride)
{
	u32 room = vchiq_slots_room(st);

	return room < stride ? room : 0;
}

/* What @port has in @slot, NULL if nothing. */
static const u16 *vchiq_slots_messages(const struct vchiq_tx_state *st, u32 slot, u16 port)
{
	const struct vchiq_slot_use *use = &st->slots[slot - VCHIQ_HOST_FIRST_SLOT];
	u16 entry = st->ports[port].entry;

	if (entry >= use->nr || use->by[entry].port != port)
		return NULL;

	return &use->by[entry].messages;
}

/**
 * vchiq_slots_over_quota - would one more DATA message exceed a quota?
 * @st: state
 * @port: local port that sends it
 * @stride: its size in the slot
 * @quota: of the service
 *
 * A slot counts once for everybody who has DATA in it, however much.
 */
bool vchiq_slots_over_quota(const struct vchiq_tx_state *st, u16 port, u32 stride,
			    const struct vchiq_quota *quota)
{
	const struct vchiq_port_use *use = &st->ports[port];
	bool is_new = !st->cur || vchiq_slots_room(st) < stride;

	if (use->messages >= quota->messages)
		return true;
	if (st->nr_data >= VCHIQ_DATA_QUOTA &&
	    (is_new || !st->slots[st->cur - VCHIQ_HOST_FIRST_SLOT].nr))
		return true;

	return use->slots >= quota->slots &&
	       (is_new || !vchiq_slots_messages(st, st->cur, port));
}

/**
 * vchiq_slots_start - begin a slot
 * @st: state, at a slot boundary
 *
 * Return: 0, -EAGAIN if none is free.
 */
int vchiq_slots_start(struct vchiq_tx_state *st)
{
	if (st->started == st->available)
		return -EAGAIN;

	st->cur = st->ring[st->started % VCHIQ_MAX_SLOTS_PER_SIDE];
	st->started++;
	return 0;
}

/**
 * vchiq_slots_account - DATA of @port goes to the current slot
 * @st: state, with a current slot
 * @port: local port
 */
void vchiq_slots_account(struct vchiq_tx_state *st, u16 port)
{
	struct vchiq_slot_use *slot = &st->slots[st->cur - VCHIQ_HOST_FIRST_SLOT];
	struct vchiq_port_use *use = &st->ports[port];

	use->messages++;
	if (!vchiq_slots_messages(st, st->cur, port)) {
		if (!slot->nr)
			st->nr_data++;
		use->slots++;
		use->entry = slot->nr++;
		slot->by[use->entry].port = port;
		slot->by[use->entry].messages = 0;
	}
	slot->by[use->entry].messages++;
}

/**
 * vchiq_slots_advance - @len bytes were written at the position
 * @st: state
 * @len: a multiple of 8 that fits the current slot
 */
void vchiq_slots_advance(struct vchiq_tx_state *st, u32 len)
{
	st->pos += len;
	if (VCHIQ_POS_OFFSET(st->pos))
		return;

	st->sent |= vchiq_slot_bit(st->cur);
	st->cur = 0;
}

/**
 * vchiq_slots_take_back - the firmware gave a slot back
 * @st: state
 * @slot: its number, anything
 *
 * Return: 0, -EPROTO if it is none of ours that was sent.
 */
int vchiq_slots_take_back(struct vchiq_tx_state *st, u32 slot)
{
	struct vchiq_slot_use *use;
	unsigned int i;

	if (!vchiq_slot_is_ours(slot) || !(st->sent & vchiq_slot_bit(slot)))
		return -EPROTO;

	use = &st->slots[slot - VCHIQ_HOST_FIRST_SLOT];
	for (i = 0; i < use->nr; i++) {
		st->ports[use->by[i].port].messages -= use->by[i].messages;
		st->ports[use->by[i].port].slots--;
	}
	if (use->nr)
		st->nr_data--;
	use->nr = 0;
	st->sent &= ~vchiq_slot_bit(slot);
	st->ring[st->available % VCHIQ_MAX_SLOTS_PER_SIDE] = slot;
	st->available++;
	return 0;
}

/**
 * vchiq_slots_check_quota - can a quota be set to a value?
 * @used: what is in use of it now
 * @value: the value, 0 for the standard one
 * @standard: standard value
 * @quota: set if it can
 *
 * Return: 0, -EINVAL if @value is out of range or less than what is in use.
 */
int vchiq_slots_check_quota(u16 used, int value, u16 standard, u16 *quota)
{
	if (!value)
		value = standard;
	if (value < used || value <= 0 || value >= VCHIQ_QUOTA_LIMIT)
		return -EINVAL;

	*quota = value;
	return 0;
}
