// SPDX-License-Identifier: GPL-2.0
/*
 * Access to the words that host and firmware share, and their ordering.
 *
 * The memory is ordinary RAM that may be mapped non-cacheable, and the other
 * side is no processor of this system: hence the mandatory barriers, not the
 * smp_ ones, and no read-modify-write. Every word has one writer at a time;
 * @armed and @fired of an event are written on our side by its holder alone: the
 * thread that waits for it, or who acts in its place.
 *
 * The comments name the cases of Documentation/driver-api/vchiq-ordering.rst:
 * which accesses of the peer a barrier pairs with and what goes wrong
 * without it. "Model" is the Spin model that shows it: tests/models/event.pml has
 * cases A, B, F, G and K, slots.pml C, D and E, sync.pml H, setup.pml J, poll.pml K.
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
 *
 * Model: tests/models/setup.pml, case J.
 */
void vchiq_shared_set_initialised(struct vchiq_slot_zero *zero)
{
	wmb(); /* J: layout before the flag */
	vchiq_store(&zero->slave.initialised, 1);
}

/*
 * Case J, the other way: pairs with the firmware's write barrier before it
 * stores the flag.
 *
 * Model: tests/models/setup.pml, case J.
 */
bool vchiq_shared_peer_initialised(struct vchiq_slot_zero *zero)
{
	bool initialised = vchiq_load(&zero->master.initialised);

	rmb(); /* J: the flag before the rest */

	return initialised;
}

/*
 * The common protocol version, valid once the firmware has sent CONNECT; it may
 * have lowered what we wrote.
 */
int vchiq_shared_version(struct vchiq_slot_zero *zero)
{
	return (s16)le16_to_cpu(READ_ONCE(zero->version));
}

/* -----------------------------------------------------------------------------
 * Events
 */

/*
 * For the interrupt handler: is somebody asleep whose event is fired? The
 * firmware rang because it saw "armed", so we see it too, after the handler's read
 * of the bell (case G), which orders these loads behind it.
 *
 * Model: tests/models/event.pml, cases G and K.
 */
bool vchiq_event_is_awaited(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	const struct vchiq_remote_event *own = vchiq_event_of(&zero->slave, event);

	return vchiq_load(&own->armed) && vchiq_load(&own->fired);
}

/* Has the firmware yet to look at what we signalled last? A hint only. */
bool vchiq_event_is_unheard(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	return vchiq_load(&vchiq_event_of(&zero->master, event)->fired);
}

/* Would a signal have to ring now? A hint only. */
bool vchiq_event_needs_bell(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	return vchiq_load(&vchiq_event_of(&zero->master, event)->armed);
}

bool vchiq_event_is_fired(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	return vchiq_load(&vchiq_event_of(&zero->slave, event)->fired);
}

/*
 * Case A (R2, R3). Pairs with the full barrier between the firmware's store of
 * "fired" and its load of "armed": whoever stores last must see the other's
 * flag, else the bell is not rung and we sleep.
 *
 * Model: tests/models/event.pml, case A.
 */
void vchiq_event_arm(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	vchiq_store(&vchiq_event_of(&zero->slave, event)->armed, 1);
	mb(); /* A: armed before looking at fired */
}

/*
 * R5. Disarmed before acknowledging: a firmware that signals again after it saw our
 * acknowledgment does not ring for a receiver that is awake.
 *
 * Model: tests/models/event.pml, case R5.
 */
void vchiq_event_disarm(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	vchiq_store(&vchiq_event_of(&zero->slave, event)->armed, 0);
	wmb(); /* R5: disarmed before acknowledging */
}

/*
 * Case K. For a holder that leaves the event without arming it: pairs with the next
 * one's accesses. His armed = 1 must not be overtaken by our armed = 0, which no barrier of
 * this system holds up on its way to the firmware.
 *
 * Model: tests/models/poll.pml, case K.
 */
void vchiq_event_pass(void)
{
	mb(); /* K: our stores before those of the next holder */
}

/*
 * Case B (R6, R7). Pairs with the firmware's barrier between publishing and
 * storing "fired": if our 0 overwrites its 1, the loads that follow here must
 * see what was published before that 1. Only a full barrier orders a store
 * before later loads.
 *
 * Model: tests/models/event.pml, case B.
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
 * While "fired" is set the firmware has yet to acknowledge and to look: whoever set
 * it rings if need be, and the acknowledgment finds what is published by now. So
 * a firmware that takes its time to wake up is rung for once.
 *
 * Model: tests/models/event.pml, cases A, B and F.
 *
 * Return: true when the caller has to ring the doorbell.
 */
bool vchiq_event_signal(struct vchiq_slot_zero *zero, enum vchiq_event event)
{
	struct vchiq_remote_event *remote = vchiq_event_of(&zero->master, event);

	mb(); /* B: the data before fired, loaded or stored */
	if (vchiq_load(&remote->fired))
		return false;
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
 *
 * Model: tests/models/slots.pml, case C.
 */
void vchiq_shared_publish_tx(struct vchiq_slot_zero *zero, u32 pos)
{
	wmb(); /* C: messages before the position */
	vchiq_store(&zero->slave.tx_pos, pos);
}

/*
 * Case C, the other way: pairs with the firmware's write barrier before it
 * stores its position. Every message up to the returned position can be read, so
 * one barrier serves a batch.
 *
 * Model: tests/models/slots.pml, case C.
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
 *
 * Model: tests/models/slots.pml, case D.
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
 *
 * Model: tests/models/slots.pml, cases D and E.
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

/* -----------------------------------------------------------------------------
 * Synchronous slots
 */

static struct vchiq_header *vchiq_sync_header(struct vchiq_slot_zero *zero, u32 slot)
{
	return vchiq_slot_at(zero, slot, 0);
}

/* After SYNC_RELEASE was acknowledged the firmware has let go of our slot. */
bool vchiq_shared_sync_is_free(struct vchiq_slot_zero *zero)
{
	return !vchiq_load(&vchiq_sync_header(zero, VCHIQ_HOST_SYNC_SLOT)->msgid);
}

/**
 * vchiq_shared_sync_write - put a message in our synchronous slot
 * @zero: slot zero
 * @msgid: type and ports
 * @data: payload
 * @len: its length
 *
 * The slot is ours since SYNC_RELEASE was acknowledged. Case H: the first barrier
 * of vchiq_event_signal(), which must follow, orders all this and our clearing
 * of the release event before the firmware's event is fired. Else the firmware
 * would read what was there before, or we would overwrite its next release.
 *
 * Model: tests/models/sync.pml, case H.
 */
void vchiq_shared_sync_write(struct vchiq_slot_zero *zero, u32 msgid, const void *data,
			     size_t len)
{
	struct vchiq_header *header = vchiq_sync_header(zero, VCHIQ_HOST_SYNC_SLOT);

	memcpy(header + 1, data, len);
	vchiq_store(&header->size, len);
	vchiq_store(&header->msgid, msgid);
}

/**
 * vchiq_shared_sync_done - the message in the firmware's synchronous slot was read
 * @zero: slot zero
 *
 * Case H, the other way: the first barrier of vchiq_event_signal(), which must
 * follow, orders our loads of the message and this store before the release.
 *
 * Model: tests/models/sync.pml, case H.
 */
void vchiq_shared_sync_done(struct vchiq_slot_zero *zero)
{
	vchiq_store(&vchiq_sync_header(zero, VCHIQ_FW_SYNC_SLOT)->msgid, 0);
}
