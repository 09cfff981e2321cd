// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the words that host and firmware share, and their ordering.
 *
 * The memory is ordinary RAM that may be mapped non-cacheable, and the other
 * side is no processor of this system: hence the mandatory barriers, not the
 * smp_ ones, and no read-modify-write. Every word has one writer at a time;
 * @armed and @fired of an event are written on our side by the one thread that
 * waits for the event.
 *
 * The comments name the cases of Documentation/driver-api/vchiq.rst, "Memory
 * ordering": which accesses of the peer a barrier pairs with and what goes wrong
 * without it.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/string.h>

#include <asm/barrier.h>
#include <asm/byteorder.h>

#include "vchiq_shared.h"

static u32 vchiq_load(const __le32 *word)
{
	return le32_to_cpu(READ_ONCE(*word));
}

static void vchiq_store(__le32 *word, u32 value)
{
	WRITE_ONCE(*word, cpu_to_le32(value));
}

static struct vchiq_remote_event *vchiq_event_of(struct vchiq_shared_state *state,
						 enum vchiq_event event)
{
	switch (event) {
	case VCHIQ_EVENT_TRIGGER:
		return &state->trigger;
	case VCHIQ_EVENT_RECYCLE:
		return &state->recycle;
	case VCHIQ_EVENT_SYNC_TRIGGER:
		return &state->sync_trigger;
	case VCHIQ_EVENT_SYNC_RELEASE:
		break;
	}

	return &state->sync_release;
}

/* -----------------------------------------------------------------------------
 * Set-up. The firmware does not know of the memory yet.
 */

static void vchiq_fill_state(struct vchiq_shared_state *state, u32 sync, u32 first,
			     u32 last)
{
	state->slot_sync = cpu_to_le32(sync);
	state->slot_first = cpu_to_le32(first);
	state->slot_last = cpu_to_le32(last);
}

/**
 * vchiq_shared_fill - lay out slot zero
 * @zero: slot zero, the memory behind it is all zeros
 * @fragments_bus: bus address of the fragments
 */
void vchiq_shared_fill(struct vchiq_slot_zero *zero, u32 fragments_bus)
{
	unsigned int i;

	zero->magic = cpu_to_le32(VCHIQ_MAGIC);
	zero->version = cpu_to_le16(VCHIQ_VERSION);
	zero->version_min = cpu_to_le16(VCHIQ_VERSION_MIN);
	zero->slot_zero_size = cpu_to_le32(sizeof(*zero));
	zero->slot_size = cpu_to_le32(VCHIQ_SLOT_SIZE);
	zero->max_slots = cpu_to_le32(VCHIQ_MAX_SLOTS);
	zero->max_slots_per_side = cpu_to_le32(VCHIQ_MAX_SLOTS_PER_SIDE);
	zero->fragments_addr = cpu_to_le32(fragments_bus);
	zero->fragments_count = cpu_to_le32(VCHIQ_NUM_FRAGMENTS);

	vchiq_fill_state(&zero->master, VCHIQ_FW_SYNC_SLOT, VCHIQ_FW_FIRST_SLOT,
			 VCHIQ_FW_LAST_SLOT);
	vchiq_fill_state(&zero->slave, VCHIQ_HOST_SYNC_SLOT, VCHIQ_HOST_FIRST_SLOT,
			 VCHIQ_HOST_LAST_SLOT);

	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++)
		zero->slave.slot_queue[i] = cpu_to_le32(VCHIQ_HOST_FIRST_SLOT + i);
	zero->slave.slot_queue_recycle = cpu_to_le32(VCHIQ_NR_DATA_SLOTS);
	zero->slave.sync_release.fired = cpu_to_le32(1);
	zero->slave.debug[0] = cpu_to_le32(VCHIQ_DEBUG_ENTRIES);
}

/*
 * Case J. Pairs with the firmware's load barrier between its load of the flag
 * and its other loads: else it would see the flag without the layout.
 */
void vchiq_shared_set_initialised(struct vchiq_slot_zero *zero)
{
	wmb(); /* J: layout before the flag */
	vchiq_store(&zero->slave.initialised, 1);
}

/*
 * Case J, the other way: pairs with the firmware's write barrier before it
 * stores the flag.
 */
bool vchiq_shared_peer_initialised(struct vchiq_slot_zero *zero)
{
	bool initialised = vchiq_load(&zero->master.initialised);

	rmb(); /* J: the flag before the rest */

	return initialised;
}

/**
 * vchiq_shared_version - common protocol version
 * @zero: slot zero
 *
 * Valid once the firmware has sent CONNECT; it may have lowered what we wrote.
 */
int vchiq_shared_version(struct vchiq_slot_zero *zero)
{
	return (s16)le16_to_cpu(READ_ONCE(zero->version));
}

/* -----------------------------------------------------------------------------
 * Events
 */

bool vchiq_event_is_fired(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	return vchiq_load(&vchiq_event_of(&zero->slave, event)->fired);
}

/*
 * Case A (R2, R3). Pairs with the full barrier between the firmware's store of
 * "fired" and its load of "armed": whoever stores last must see the other's
 * flag, else the bell is not rung and we sleep.
 */
void vchiq_event_arm(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	vchiq_store(&vchiq_event_of(&zero->slave, event)->armed, 1);
	mb(); /* A: armed before looking at fired */
}

/*
 * R5. Orders "armed" before acknowledging; nobody depends on it for more
 * than a spared doorbell.
 */
void vchiq_event_disarm(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	vchiq_store(&vchiq_event_of(&zero->slave, event)->armed, 0);
	wmb(); /* R5 */
}

/*
 * Case B (R6, R7). Pairs with the firmware's barrier between publishing and
 * storing "fired": if our 0 overwrites its 1, the loads that follow here must
 * see what was published before that 1. Only a full barrier orders a store
 * before later loads.
 */
void vchiq_event_ack(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	vchiq_store(&vchiq_event_of(&zero->slave, event)->fired, 0);
	mb(); /* B: fired = 0 before looking at the data */
}

/**
 * vchiq_event_signal - tell the firmware that something was published
 * @zero: slot zero
 * @event: what kind
 *
 * First barrier, case B (S2): pairs with the full barrier after the firmware
 * acknowledges. Second, case A (S4): pairs with the one after its store of
 * "armed"; it also puts everything before a doorbell (case F).
 *
 * Return: true when the caller has to ring the doorbell.
 */
bool vchiq_event_signal(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	struct vchiq_remote_event *remote = vchiq_event_of(&zero->master, event);

	mb(); /* B: the data before fired */
	vchiq_store(&remote->fired, 1);
	mb(); /* A: fired before looking at armed */

	return vchiq_load(&remote->armed);
}

/* -----------------------------------------------------------------------------
 * Positions and slots
 */

/*
 * Case C. Pairs with the firmware's load barrier between its load of the
 * position and its load of a header: else it would parse what was there before.
 */
void vchiq_shared_publish_tx(struct vchiq_slot_zero *zero, u32 pos)
{
	wmb(); /* C: messages before the position */
	vchiq_store(&zero->slave.tx_pos, pos);
}

/*
 * Case C, the other way: pairs with the firmware's write barrier before it
 * stores its position. Every message up to the returned position can be read.
 */
u32 vchiq_shared_peer_tx(struct vchiq_slot_zero *zero)
{
	u32 pos = vchiq_load(&zero->master.tx_pos);

	rmb(); /* C: the position before messages */

	return pos;
}

/*
 * Case D. Pairs with the firmware's write barrier between a queue entry and the
 * count: else an entry would be stale and a slot be used twice.
 */
u32 vchiq_shared_recycled(struct vchiq_slot_zero *zero)
{
	u32 count = vchiq_load(&zero->slave.slot_queue_recycle);

	rmb(); /* D: the count before entries */

	return count;
}

u32 vchiq_shared_recycled_slot(struct vchiq_slot_zero *zero, u32 index)
{
	return vchiq_load(&zero->slave.slot_queue[index % VCHIQ_MAX_SLOTS_PER_SIDE]);
}

/* Covered by the load barrier of vchiq_shared_peer_tx(). */
u32 vchiq_shared_peer_slot(struct vchiq_slot_zero *zero, u32 index)
{
	return vchiq_load(&zero->master.slot_queue[index % VCHIQ_MAX_SLOTS_PER_SIDE]);
}

/**
 * vchiq_shared_give_back - return a slot of the firmware
 * @zero: slot zero
 * @count: slots given back so far
 * @slot: the slot
 *
 * First barrier, case E: our loads of the messages come before the firmware may
 * write new ones; pairs with its dependency from the count to those stores.
 * Second, case D: pairs with the firmware's load barrier between the count and
 * the entry.
 */
void vchiq_shared_give_back(struct vchiq_slot_zero *zero, u32 count, u32 slot)
{
	mb(); /* E: reading before giving back */
	vchiq_store(&zero->master.slot_queue[count % VCHIQ_MAX_SLOTS_PER_SIDE], slot);
	wmb(); /* D: the entry before the count */
	vchiq_store(&zero->master.slot_queue_recycle, count + 1);
}

/* -----------------------------------------------------------------------------
 * Messages
 */

static void *vchiq_slot_at(struct vchiq_slot_zero *zero, u32 slot, u32 offset)
{
	return (u8 *)zero + slot * VCHIQ_SLOT_SIZE + offset;
}

/* The caller has checked that the bytes lie in the slot. */
void vchiq_shared_read(struct vchiq_slot_zero *zero, u32 slot, u32 offset,
		       void *data, size_t len)
{
	memcpy(data, vchiq_slot_at(zero, slot, offset), len);
	/* The copy is taken now; it is not read again where it is used. */
	barrier();
}

void vchiq_shared_write(struct vchiq_slot_zero *zero, u32 slot, u32 offset,
			const void *data, size_t len)
{
	memcpy(vchiq_slot_at(zero, slot, offset), data, len);
}
