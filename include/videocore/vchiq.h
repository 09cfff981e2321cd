/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VCHIQ: layout of the shared slot memory, message headers and payloads.
 *
 * Plain C, shared by drivers/vchiq and videocored. "Host" is the ARM (slave),
 * "firmware" the VideoCore (master). All words are little-endian.
 * Source: spec vchiq.md sections 2, 3 and 5.2.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_VCHIQ_H
#define VIDEOCORE_VCHIQ_H

#include <linux/types.h>

#define VCHIQ_FOURCC(a, b, c, d) \
	(((__u32)(a) << 24) | ((__u32)(b) << 16) | ((__u32)(c) << 8) | (__u32)(d))

#define VCHIQ_MAGIC			VCHIQ_FOURCC('V', 'C', 'H', 'I')
#define VCHIQ_VERSION			8
#define VCHIQ_VERSION_MIN		3
#define VCHIQ_VERSION_SYNC		8	/* sync replies to OPEN from here on */

#define VCHIQ_SLOT_SIZE			4096
#define VCHIQ_MAX_SLOTS			128
#define VCHIQ_MAX_SLOTS_PER_SIDE	64
#define VCHIQ_SLOT_ZERO_SLOTS		1
#define VCHIQ_DEFAULT_SLOTS		64	/* beyond slot zero */
#define VCHIQ_MAX_MSG_SIZE		4088
#define VCHIQ_MAX_SERVICES		4096
#define VCHIQ_PORT_NONE			0x1000
#define VCHIQ_NUM_SERVICE_BULKS		4	/* outstanding, per direction */
#define VCHIQ_NUM_FRAGMENTS		64

/**
 * struct vchiq_remote_event - a level signal owned by its receiver, 12 bytes
 * @armed: receiver only: 1 while it is about to sleep and wants the doorbell
 * @fired: sender stores 1, receiver stores 0
 * @private: owner-private, never touched by the peer, zero on our side
 *
 * Ordering rules: spec vchiq.md 4.5 and 4.6.
 */
struct vchiq_remote_event {
	__le32 armed;
	__le32 fired;
	__le32 private;
};

#define VCHIQ_DEBUG_ENTRIES		11

/**
 * struct vchiq_shared_state - what one side shows to the other, 372 bytes
 * @initialised: non-zero once the owner is ready; the last word it sets up
 * @slot_first: first data slot of the owner, inclusive (host fills both copies)
 * @slot_last: last data slot of the owner, inclusive
 * @slot_sync: the owner's synchronous slot
 * @trigger: peer stored a new @tx_pos of its own
 * @tx_pos: byte position of the owner's next message, free-running
 * @recycle: peer recycled one of the owner's slots
 * @slot_queue_recycle: free-running count of entries written to @slot_queue
 * @sync_trigger: peer wrote a message into its synchronous slot
 * @sync_release: peer is done with the owner's synchronous slot
 * @slot_queue: ring of slots free for the owner; written by the peer once set up
 * @debug: owner's debug words, entry 0 is their number
 */
struct vchiq_shared_state {
	__le32 initialised;
	__le32 slot_first;
	__le32 slot_last;
	__le32 slot_sync;
	struct vchiq_remote_event trigger;
	__le32 tx_pos;
	struct vchiq_remote_event recycle;
	__le32 slot_queue_recycle;
	struct vchiq_remote_event sync_trigger;
	struct vchiq_remote_event sync_release;
	__le32 slot_queue[VCHIQ_MAX_SLOTS_PER_SIDE];
	__le32 debug[VCHIQ_DEBUG_ENTRIES];
};

/**
 * struct vchiq_slot_info - vestigial per-slot counters, kept zero
 * @use_count: unused
 * @release_count: unused
 */
struct vchiq_slot_info {
	__le16 use_count;
	__le16 release_count;
};

/**
 * struct vchiq_slot_zero - head of the shared memory, 1288 bytes
 * @magic: VCHIQ_MAGIC
 * @version: host's version; the firmware may lower it before CONNECT
 * @version_min: oldest version the host accepts
 * @slot_zero_size: sizeof(struct vchiq_slot_zero)
 * @slot_size: VCHIQ_SLOT_SIZE
 * @max_slots: VCHIQ_MAX_SLOTS
 * @max_slots_per_side: VCHIQ_MAX_SLOTS_PER_SIDE
 * @fragments_addr: bus address of the fragment area
 * @fragments_count: number of fragments, each two cache lines
 * @master: firmware's state
 * @slave: host's state
 * @slots: vestigial
 */
struct vchiq_slot_zero {
	__le32 magic;
	__le16 version;
	__le16 version_min;
	__le32 slot_zero_size;
	__le32 slot_size;
	__le32 max_slots;
	__le32 max_slots_per_side;
	__le32 fragments_addr;
	__le32 fragments_count;
	struct vchiq_shared_state master;
	struct vchiq_shared_state slave;
	struct vchiq_slot_info slots[VCHIQ_MAX_SLOTS];
};

_Static_assert(sizeof(struct vchiq_remote_event) == 12, "remote event");
_Static_assert(sizeof(struct vchiq_shared_state) == 372, "shared state");
_Static_assert(sizeof(struct vchiq_slot_zero) == 1288, "slot zero");

/**
 * struct vchiq_header - start of every message, 8 bytes, payload follows
 * @msgid: type << 24 | source port << 12 | destination port
 * @size: payload bytes, without header and padding
 */
struct vchiq_header {
	__le32 msgid;
	__le32 size;
};

#define VCHIQ_MSGID(type, src, dst) \
	(((__u32)(type) << 24) | ((__u32)(src) << 12) | (__u32)(dst))
#define VCHIQ_MSGID_TYPE(id)		((__u32)(id) >> 24)
#define VCHIQ_MSGID_SRC(id)		(((__u32)(id) >> 12) & 0xfff)
#define VCHIQ_MSGID_DST(id)		((__u32)(id) & 0xfff)
/* Set in place by a receiver that holds a DATA message; never sent. */
#define VCHIQ_MSGID_CLAIMED		0x40000000u

/* Bytes a message takes in its slot. @size must have been checked before. */
#define VCHIQ_MSG_STRIDE(size) \
	(((__u32)(size) + (__u32)sizeof(struct vchiq_header) + 7u) & ~7u)

enum vchiq_msg_type {
	VCHIQ_MSG_PADDING		= 0,
	VCHIQ_MSG_CONNECT		= 1,
	VCHIQ_MSG_OPEN			= 2,
	VCHIQ_MSG_OPENACK		= 3,
	VCHIQ_MSG_CLOSE			= 4,
	VCHIQ_MSG_DATA			= 5,
	VCHIQ_MSG_BULK_RX		= 6,
	VCHIQ_MSG_BULK_TX		= 7,
	VCHIQ_MSG_BULK_RX_DONE		= 8,
	VCHIQ_MSG_BULK_TX_DONE		= 9,
	VCHIQ_MSG_PAUSE			= 10,
	VCHIQ_MSG_RESUME		= 11,
	VCHIQ_MSG_REMOTE_USE		= 12,
	VCHIQ_MSG_REMOTE_RELEASE	= 13,
	VCHIQ_MSG_REMOTE_USE_ACTIVE	= 14,
};

/** struct vchiq_open_payload - OPEN, 12 bytes (fourcc, opener's pid, versions) */
struct vchiq_open_payload {
	__le32 fourcc;
	__le32 client_id;
	__le16 version;
	__le16 version_min;
};

/** struct vchiq_openack_payload - OPENACK, 2 bytes; size 0 is accepted too */
struct vchiq_openack_payload {
	__le16 version;
};

/** struct vchiq_bulk_payload - BULK_RX and BULK_TX: page list and byte count */
struct vchiq_bulk_payload {
	__le32 pagelist;
	__le32 size;
};

/** struct vchiq_bulk_done_payload - bytes moved, or VCHIQ_BULK_ABORTED */
struct vchiq_bulk_done_payload {
	__le32 actual;
};

#define VCHIQ_BULK_ABORTED		0xffffffffu

_Static_assert(sizeof(struct vchiq_open_payload) == 12, "OPEN payload");
_Static_assert(sizeof(struct vchiq_bulk_payload) == 8, "BULK payload");

/**
 * struct vchiq_pagelist - what a bulk reads or writes, 8 bytes + runs
 * @length: bytes
 * @type: VCHIQ_PAGELIST_*
 * @offset: of the first byte in the first page, 0..4095
 * @addrs: runs. 32-bit format: page bus address | (pages - 1), 4096 pages at
 *         most; 36-bit format: page frame number << 8 | (pages - 1)
 */
struct vchiq_pagelist {
	__le32 length;
	__le16 type;
	__le16 offset;
	__le32 addrs[];
};

#define VCHIQ_PAGELIST_WRITE		0	/* host to firmware */
#define VCHIQ_PAGELIST_READ		1	/* firmware to host */
#define VCHIQ_PAGELIST_READ_FRAGMENTS	2	/* + index of the fragment */

#endif /* VIDEOCORE_VCHIQ_H */
