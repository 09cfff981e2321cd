// SPDX-License-Identifier: GPL-2.0
/*
 * Ordered accesses to VCHIQ memory. Each fence names its pair on the host.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <string.h>

#include "vchiq-shared.h"

#define fence(order) __atomic_thread_fence(order)

void vsh_copy_in(void *to, const void *shared, size_t len)
{
	memcpy(to, shared, len);
}

void vsh_copy_out(void *shared, const void *from, size_t len)
{
	memcpy(shared, from, len);
}

/* R2. Call vsh_events_armed() before looking at the first event. */
void vsh_event_arm(struct vchiq_remote_event *event)
{
	vsh_store(&event->armed, 1);
}

/*
 * R3: armed = 1 before the load of fired. Pairs with S4 of the host; only with
 * full fences on both sides one of the two sees the other's store.
 */
void vsh_events_armed(void)
{
	fence(__ATOMIC_SEQ_CST);
}

/* R4, and R1. */
bool vsh_event_is_fired(const struct vchiq_remote_event *event)
{
	return vsh_load(&event->fired);
}

/* R5. Call vsh_events_disarmed() after the last. */
void vsh_event_disarm(struct vchiq_remote_event *event)
{
	vsh_store(&event->armed, 0);
}

/* R5: armed = 0 before fired = 0, so that the host never sees a stale armed. */
void vsh_events_disarmed(void)
{
	fence(__ATOMIC_RELEASE);
}

/*
 * R6, R7: fired = 0 before the loads of what the event is about. Pairs with S2
 * of the host: a signal that this store wipes out was preceded by data that the
 * loads after the fence see.
 */
bool vsh_event_take(struct vchiq_remote_event *event)
{
	if (!vsh_load(&event->fired))
		return false;
	vsh_store(&event->fired, 0);
	fence(__ATOMIC_SEQ_CST);
	return true;
}

/*
 * S2: what was published before fired = 1; pairs with R7 of the host.
 * S4: fired = 1 before the load of armed; pairs with R3 of the host.
 */
void vsh_event_fire(struct vchiq_remote_event *event)
{
	fence(__ATOMIC_SEQ_CST);
	vsh_store(&event->fired, 1);
	fence(__ATOMIC_SEQ_CST);
}

/* S5. */
bool vsh_event_is_armed(const struct vchiq_remote_event *event)
{
	return vsh_load(&event->armed);
}

/*
 * Position before messages: everything up to the returned position is readable
 * after it. Pairs with the host's write barrier before its tx_pos.
 */
uint32_t vsh_peer_tx_pos(const struct vchiq_shared_state *peer)
{
	uint32_t pos = vsh_load(&peer->tx_pos);

	fence(__ATOMIC_ACQUIRE);
	return pos;
}

/* Messages before position; pairs with the host's load barrier after tx_pos. */
void vsh_publish_tx_pos(struct vchiq_shared_state *own, uint32_t pos)
{
	fence(__ATOMIC_RELEASE);
	vsh_store(&own->tx_pos, pos);
}

void vsh_read_header(const struct vchiq_header *header, uint32_t *msgid,
		     uint32_t *size)
{
	*msgid = vsh_load(&header->msgid);
	*size = vsh_load(&header->size);
}

void vsh_write_header(struct vchiq_header *header, uint32_t msgid, uint32_t size)
{
	vsh_store(&header->size, size);
	vsh_store(&header->msgid, msgid);
}

/*
 * Give a slot back as entry @count of the peer's ring. The fence is two: entry
 * before count, pairs with the host's load barrier between the two; and our loads
 * of the slot's messages before the count, pairs with the host's dependency from
 * count to new messages.
 */
void vsh_recycle_slot(struct vchiq_shared_state *peer, uint32_t count,
		      uint32_t slot)
{
	vsh_store(&peer->slot_queue[count % VCHIQ_MAX_SLOTS_PER_SIDE], slot);
	fence(__ATOMIC_RELEASE);
	vsh_store(&peer->slot_queue_recycle, count + 1);
}

/* Count before entries; pairs with the host's write barrier between the two. */
uint32_t vsh_recycled_count(const struct vchiq_shared_state *own)
{
	uint32_t count = vsh_load(&own->slot_queue_recycle);

	fence(__ATOMIC_ACQUIRE);
	return count;
}

uint32_t vsh_recycled_slot(const struct vchiq_shared_state *own, uint32_t index)
{
	return vsh_load(&own->slot_queue[index % VCHIQ_MAX_SLOTS_PER_SIDE]);
}

/*
 * The slot is free again (msgid 0). The signal that must follow orders this and
 * our loads of the message before sync_release, which is what the host waits for.
 */
void vsh_sync_release(struct vchiq_header *header)
{
	vsh_store(&header->msgid, 0);
}

/* Flag before the rest; pairs with the owner's barrier before setting it. */
uint32_t vsh_initialised(const struct vchiq_shared_state *state)
{
	uint32_t initialised = vsh_load(&state->initialised);

	fence(__ATOMIC_ACQUIRE);
	return initialised;
}

/* The rest before the flag; pairs with the host's load barrier after it. */
void vsh_publish_initialised(struct vchiq_shared_state *own)
{
	fence(__ATOMIC_RELEASE);
	vsh_store(&own->initialised, 1);
}
