// SPDX-License-Identifier: GPL-2.0
/*
 * Slots and quotas: from any state that makes sense every step leads to one that
 * does, whatever slot the firmware gives back. No slot is ever used twice, no
 * count runs over or below nothing, and nobody gets more than a quota allows.
 *
 * Sums over all slots and ports are too much for a proof at full size: tests/models/run
 * scales the constants down ("few" ports, "small" slots).
 *
 * Copyright (C) 2026 vc-media project
 */

#include "vchiq_slots.c"

#include "proof.h"

#define LEAST_STRIDE	VCHIQ_MSG_STRIDE(1)

/* -----------------------------------------------------------------------------
 * States that make sense
 */

static u32 nr_free(const struct vchiq_tx_state *st)
{
	return st->available - st->started;
}

static bool is_current(const struct vchiq_tx_state *st, u32 slot)
{
	return st->cur == slot;
}

static bool is_sent(const struct vchiq_tx_state *st, u32 slot)
{
	return st->sent & vchiq_slot_bit(slot);
}

/* How many slots are filled, current, or free, each once. */
static bool slots_add_up(const struct vchiq_tx_state *st)
{
	u32 slot, nr = 0;

	for (slot = VCHIQ_HOST_FIRST_SLOT; slot <= VCHIQ_HOST_LAST_SLOT; slot++) {
		if (is_sent(st, slot) && is_current(st, slot))
			return false;
		nr += is_sent(st, slot) || is_current(st, slot);
	}

	return nr_free(st) <= VCHIQ_NR_DATA_SLOTS && nr + nr_free(st) == VCHIQ_NR_DATA_SLOTS &&
	       !(st->sent >> VCHIQ_NR_DATA_SLOTS);
}

/* What is free is ours, empty, and there once. */
static bool ring_is_sane(const struct vchiq_tx_state *st)
{
	u64 seen = 0;
	u32 i, slot;

	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++) {
		if (i >= nr_free(st))
			break;
		slot = st->ring[(st->started + i) % VCHIQ_MAX_SLOTS_PER_SIDE];
		if (!vchiq_slot_is_ours(slot) || seen & vchiq_slot_bit(slot) ||
		    is_sent(st, slot) || is_current(st, slot) ||
		    st->slots[slot - VCHIQ_HOST_FIRST_SLOT].nr)
			return false;
		seen |= vchiq_slot_bit(slot);
	}

	return true;
}

/* Position, current slot and count of slots say the same. */
static bool position_is_sane(const struct vchiq_tx_state *st)
{
	u32 begun = st->started - !!st->cur;

	if (st->cur && !vchiq_slot_is_ours(st->cur))
		return false;

	return !(st->pos % 8) && (st->cur || !VCHIQ_POS_OFFSET(st->pos)) &&
	       begun % VCHIQ_MAX_SLOTS_PER_SIDE ==
	       VCHIQ_POS_INDEX(st->pos) % VCHIQ_MAX_SLOTS_PER_SIDE;
}

/* One entry for each port, each with messages, no more than fit. */
static bool use_is_sane(const struct vchiq_slot_use *use, u32 bytes)
{
	u32 i, j, messages = 0;

	if (use->nr > VCHIQ_SLOT_MAX_DATA)
		return false;
	for (i = 0; i < use->nr; i++) {
		if (use->by[i].port >= VCHIQ_MAX_SERVICES || !use->by[i].messages)
			return false;
		for (j = 0; j < i; j++) {
			if (use->by[j].port == use->by[i].port)
				return false;
		}
		messages += use->by[i].messages;
	}

	return messages * LEAST_STRIDE <= bytes;
}

static bool uses_are_sane(const struct vchiq_tx_state *st)
{
	u32 i, bytes, nr_data = 0;

	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++) {
		bytes = is_current(st, VCHIQ_HOST_FIRST_SLOT + i) ?
			VCHIQ_POS_OFFSET(st->pos) : VCHIQ_SLOT_SIZE;
		if (!use_is_sane(&st->slots[i], bytes))
			return false;
		nr_data += !!st->slots[i].nr;
	}

	return nr_data == st->nr_data;
}

/* A port counts what the slots hold of it, and knows its entry in the current one. */
static bool port_is_sane(const struct vchiq_tx_state *st, u32 port)
{
	u32 i, j, slots = 0, messages = 0;

	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++) {
		for (j = 0; j < VCHIQ_SLOT_MAX_DATA && j < st->slots[i].nr; j++) {
			if (st->slots[i].by[j].port != port)
				continue;
			if (is_current(st, VCHIQ_HOST_FIRST_SLOT + i) &&
			    st->ports[port].entry != j)
				return false;
			messages += st->slots[i].by[j].messages;
			slots++;
		}
	}

	return st->ports[port].slots == slots && st->ports[port].messages == messages;
}

static bool ports_are_sane(const struct vchiq_tx_state *st)
{
	u32 port;

	for (port = 0; port < VCHIQ_MAX_SERVICES; port++) {
		if (!port_is_sane(st, port))
			return false;
	}

	return true;
}

static bool is_sane(const struct vchiq_tx_state *st)
{
	return position_is_sane(st) && slots_add_up(st) && ring_is_sane(st) &&
	       uses_are_sane(st) && ports_are_sane(st);
}

/* -----------------------------------------------------------------------------
 * Proofs
 */

void prove_init(void)
{
	struct vchiq_tx_state st;

	vchiq_slots_init(&st);
	prove(is_sane(&st));
	prove(nr_free(&st) == VCHIQ_NR_DATA_SLOTS);
}

/* Padding and the slot that follows: then there is room, or no slot is free. */
void prove_place(void)
{
	struct vchiq_tx_state st;
	u32 stride, padding;

	assume(is_sane(&st));
	assume(stride >= 8 && stride <= VCHIQ_SLOT_SIZE && !(stride % 8));
	padding = vchiq_slots_padding(&st, stride);
	prove(!padding || (st.cur && padding >= 8 && padding < stride));
	if (padding)
		vchiq_slots_advance(&st, padding);
	prove(is_sane(&st));
	if (!st.cur && vchiq_slots_start(&st)) {
		prove(!nr_free(&st));
		return;
	}
	prove(is_sane(&st));
	prove(vchiq_slots_room(&st) >= stride);
	vchiq_slots_advance(&st, stride);
	prove(is_sane(&st));
}

/* DATA that no quota forbids. */
void prove_data(void)
{
	struct vchiq_tx_state st;
	struct vchiq_port_use before;
	struct vchiq_quota quota;
	u32 stride, padding, nr_data;
	u16 port;

	assume(is_sane(&st));
	assume(stride >= LEAST_STRIDE && stride <= VCHIQ_SLOT_SIZE && !(stride % 8));
	assume(port < VCHIQ_MAX_SERVICES);
	before = st.ports[port];
	nr_data = st.nr_data;
	if (vchiq_slots_over_quota(&st, port, stride, &quota))
		return;
	padding = vchiq_slots_padding(&st, stride);
	if (padding)
		vchiq_slots_advance(&st, padding);
	if (!st.cur && vchiq_slots_start(&st))
		return;
	vchiq_slots_account(&st, port);
	vchiq_slots_advance(&st, stride);
	prove(is_sane(&st));
	prove(st.ports[port].messages == before.messages + 1);
	prove(st.ports[port].messages <= quota.messages);
	prove(st.ports[port].slots == before.slots || st.ports[port].slots <= quota.slots);
	prove(st.nr_data == nr_data || st.nr_data <= VCHIQ_DATA_QUOTA);
}

/* One slot is left for what is no DATA, as long as none of that is on the way. */
void prove_control(void)
{
	struct vchiq_tx_state st;
	struct vchiq_quota quota;
	u16 port;
	u32 i;

	assume(is_sane(&st) && port < VCHIQ_MAX_SERVICES);
	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++)
		assume(st.slots[i].nr || !(st.sent & BIT_ULL(i)));
	assume(!st.cur && nr_free(&st) == 1);
	prove(vchiq_slots_over_quota(&st, port, LEAST_STRIDE, &quota));
}

void prove_take_back(void)
{
	struct vchiq_tx_state st;
	u32 slot, nr_before;
	bool was_sent;

	assume(is_sane(&st));
	was_sent = vchiq_slot_is_ours(slot) && is_sent(&st, slot);
	nr_before = nr_free(&st);
	if (vchiq_slots_take_back(&st, slot)) {
		prove(!was_sent && nr_free(&st) == nr_before);
	} else {
		prove(was_sent && nr_free(&st) == nr_before + 1);
		prove(!is_sent(&st, slot));
	}
	prove(is_sane(&st));
}

/* A quota is never less than what is in use of it, and never nothing. */
void prove_quota(void)
{
	u16 used, standard, quota = 1;
	int value, ret;

	assume(standard && standard < VCHIQ_QUOTA_LIMIT);
	ret = vchiq_slots_check_quota(used, value, standard, &quota);
	prove(ret ? quota == 1 : quota && quota >= used && quota < VCHIQ_QUOTA_LIMIT);
	prove(ret || !value || quota == value);
}
