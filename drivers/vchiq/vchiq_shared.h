/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words that host and firmware share. Nothing outside vchiq_shared.c
 * dereferences the mapping or has a memory barrier for it.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_SHARED_H
#define VCHIQ_SHARED_H

#include <linux/types.h>

#include <videocore/vchiq.h>

/*
 * Slots by number: slot zero, then for each side its synchronous slot and its
 * data slots.
 */
#define VCHIQ_NR_SLOTS		(VCHIQ_SLOT_ZERO_SLOTS + VCHIQ_DEFAULT_SLOTS)
#define VCHIQ_FW_SYNC_SLOT	1
#define VCHIQ_FW_FIRST_SLOT	2
#define VCHIQ_FW_LAST_SLOT	(VCHIQ_DEFAULT_SLOTS / 2)
#define VCHIQ_HOST_SYNC_SLOT	(VCHIQ_DEFAULT_SLOTS / 2 + 1)
#define VCHIQ_HOST_FIRST_SLOT	(VCHIQ_DEFAULT_SLOTS / 2 + 2)
#define VCHIQ_HOST_LAST_SLOT	VCHIQ_DEFAULT_SLOTS
#define VCHIQ_NR_DATA_SLOTS	(VCHIQ_HOST_LAST_SLOT - VCHIQ_HOST_FIRST_SLOT + 1)

/* Where a position lies: in its slot, and in the ring of slots. */
#define VCHIQ_POS_OFFSET(pos)	((pos) % VCHIQ_SLOT_SIZE)
#define VCHIQ_POS_INDEX(pos)	((pos) / VCHIQ_SLOT_SIZE)

/**
 * enum vchiq_event - the events that this driver uses
 * @VCHIQ_EVENT_TRIGGER: the peer stored a new transmit position
 * @VCHIQ_EVENT_RECYCLE: the peer gave a slot back
 * @VCHIQ_EVENT_SYNC_TRIGGER: the peer wrote a message to its synchronous slot
 * @VCHIQ_EVENT_SYNC_RELEASE: the peer is done with our synchronous slot
 */
enum vchiq_event {
	VCHIQ_EVENT_TRIGGER,
	VCHIQ_EVENT_RECYCLE,
	VCHIQ_EVENT_SYNC_TRIGGER,
	VCHIQ_EVENT_SYNC_RELEASE,
};

void vchiq_shared_fill(struct vchiq_slot_zero *zero, u32 fragments_bus);
void vchiq_shared_set_initialised(struct vchiq_slot_zero *zero);
bool vchiq_shared_peer_initialised(struct vchiq_slot_zero *zero);
int vchiq_shared_version(struct vchiq_slot_zero *zero);

bool vchiq_event_is_awaited(struct vchiq_slot_zero *zero, enum vchiq_event event);
bool vchiq_event_needs_bell(struct vchiq_slot_zero *zero, enum vchiq_event event);
bool vchiq_event_is_unheard(struct vchiq_slot_zero *zero, enum vchiq_event event);
bool vchiq_event_is_fired(struct vchiq_slot_zero *zero, enum vchiq_event event);
void vchiq_event_arm(struct vchiq_slot_zero *zero, enum vchiq_event event);
void vchiq_event_disarm(struct vchiq_slot_zero *zero, enum vchiq_event event);
void vchiq_event_pass(void);
void vchiq_event_ack(struct vchiq_slot_zero *zero, enum vchiq_event event);
bool vchiq_event_signal(struct vchiq_slot_zero *zero, enum vchiq_event event);

void vchiq_shared_publish_tx(struct vchiq_slot_zero *zero, u32 pos);
u32 vchiq_shared_peer_tx(struct vchiq_slot_zero *zero);
u32 vchiq_shared_recycled(struct vchiq_slot_zero *zero);
u32 vchiq_shared_recycled_slot(struct vchiq_slot_zero *zero, u32 index);
u32 vchiq_shared_peer_slot(struct vchiq_slot_zero *zero, u32 index);
void vchiq_shared_give_back(struct vchiq_slot_zero *zero, u32 count, u32 slot);

bool vchiq_shared_sync_is_free(struct vchiq_slot_zero *zero);
void vchiq_shared_sync_write(struct vchiq_slot_zero *zero, u32 msgid, const void *data,
			     size_t len);
void vchiq_shared_sync_done(struct vchiq_slot_zero *zero);

void vchiq_shared_read(struct vchiq_slot_zero *zero, u32 slot, u32 offset,
		       void *data, size_t len);
void vchiq_shared_write(struct vchiq_slot_zero *zero, u32 slot, u32 offset,
			const void *data, size_t len);

#endif /* VCHIQ_SHARED_H */
