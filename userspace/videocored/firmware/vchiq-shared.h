/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every load, store and fence on VCHIQ memory that the host writes too.
 *
 * Nothing else may dereference struct vchiq_slot_zero or struct vchiq_header.
 * Words are accessed with relaxed 32-bit loads and stores, never with
 * read-modify-write: on a Pi the VideoCore is outside of the ARM's exclusive
 * monitors. Steps R1-R8 and S1-S6 are those of the remote event protocol; which
 * fence is needed where follows from enumerating the executions under an
 * ARMv8-like and the C11 model (Documentation/driver-api/vchiq.rst).
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VCHIQ_SHARED_H
#define VIDEOCORED_VCHIQ_SHARED_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <videocore/vchiq.h>

/* A word with no ordering of its own. */
static inline uint32_t vsh_load(const __le32 *word)
{
	return le32toh(__atomic_load_n(word, __ATOMIC_RELAXED));
}

static inline void vsh_store(__le32 *word, uint32_t value)
{
	__atomic_store_n(word, htole32(value), __ATOMIC_RELAXED);
}

static inline uint16_t vsh_load16(const __le16 *half)
{
	return le16toh(__atomic_load_n(half, __ATOMIC_RELAXED));
}

static inline void vsh_store16(__le16 *half, uint16_t value)
{
	__atomic_store_n(half, htole16(value), __ATOMIC_RELAXED);
}

/* Bytes, each read or written once and then never looked at again. */
void vsh_copy_in(void *to, const void *shared, size_t len);
void vsh_copy_out(void *shared, const void *from, size_t len);

/* Receiver of an event: this thread, for the events in the master's state. */
void vsh_event_arm(struct vchiq_remote_event *event);
void vsh_events_armed(void);
bool vsh_event_is_fired(const struct vchiq_remote_event *event);
void vsh_event_disarm(struct vchiq_remote_event *event);
void vsh_events_disarmed(void);
bool vsh_event_take(struct vchiq_remote_event *event);

/* Sender of an event; then whether the doorbell has to be rung. */
void vsh_event_fire(struct vchiq_remote_event *event);
bool vsh_event_is_armed(const struct vchiq_remote_event *event);

/* Messages. */
uint32_t vsh_peer_tx_pos(const struct vchiq_shared_state *peer);
void vsh_publish_tx_pos(struct vchiq_shared_state *own, uint32_t pos);
void vsh_read_header(const struct vchiq_header *header, uint32_t *msgid,
		     uint32_t *size);
void vsh_write_header(struct vchiq_header *header, uint32_t msgid, uint32_t size);

/* Recycled slots: the peer's, given back; our own, taken back. */
void vsh_recycle_slot(struct vchiq_shared_state *peer, uint32_t count,
		      uint32_t slot);
uint32_t vsh_recycled_count(const struct vchiq_shared_state *own);
uint32_t vsh_recycled_slot(const struct vchiq_shared_state *own, uint32_t index);

/* The host's synchronous slot. */
void vsh_sync_release(struct vchiq_header *header);

/* Set-up. */
uint32_t vsh_initialised(const struct vchiq_shared_state *state);
void vsh_publish_initialised(struct vchiq_shared_state *own);

#endif /* VIDEOCORED_VCHIQ_SHARED_H */
