/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VCHIQ as the firmware (master) speaks it: objects private to the transport.
 *
 * Everything here belongs to the firmware thread. A callback of a service never
 * frees a service or a connection: a broken connection is only marked, and
 * taken down from the thread's main loop.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VCHIQ_PRIV_H
#define VIDEOCORED_VCHIQ_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <videocore/vchiq.h>

#include "firmware.h"
#include "vchiq-chaos.h"

struct json_object;
struct vc_guest_view;

/* A service's DATA that waits for the client to read; beyond it send fails. */
#define VCQ_QUEUE_MESSAGES	16384
#define VCQ_QUEUE_BYTES		(8u << 20)
/* Answers without a service; beyond it the host does not read at all. */
#define VCQ_QUEUE_CONTROL	(2 * VCHIQ_MAX_SERVICES)

/**
 * struct vcq_msg - a message that waits for a slot
 * @link: in a service's or the connection's queue
 * @msgid: type and ports
 * @size: payload bytes
 * @data: payload
 */
struct vcq_msg {
	TAILQ_ENTRY(vcq_msg) link;
	uint32_t msgid;
	uint32_t size;
	uint8_t data[];
};

TAILQ_HEAD(vcq_msg_queue, vcq_msg);

enum vcq_slot_state {
	VCQ_SLOT_FOREIGN,	/* not one of our data slots */
	VCQ_SLOT_FREE,
	VCQ_SLOT_FILLING,
	VCQ_SLOT_SENT,		/* in the host's hands until it recycles it */
};

/**
 * struct vcq_tx - our half of the slots
 * @pos: free-running byte position of the next message
 * @published: what the host knows of @pos
 * @available: free-running count of slots ever free for us
 * @started: free-running count of slots ever written to
 * @sent: slots in state VCQ_SLOT_SENT
 * @data_slots: slots that hold DATA and are not recycled
 * @data_quota: limit of @data_slots; keeps a slot for control messages
 * @ring: our copy of slot_queue, checked
 * @state: of each slot of the memory
 * @has_data: whether a slot counts in @data_slots
 * @control: messages that belong to no service
 * @nr_control: length of @control
 */
struct vcq_tx {
	uint32_t pos;
	uint32_t published;
	uint32_t available;
	uint32_t started;
	unsigned int sent;
	unsigned int data_slots;
	unsigned int data_quota;
	uint8_t ring[VCHIQ_MAX_SLOTS_PER_SIDE];
	enum vcq_slot_state state[VCHIQ_MAX_SLOTS];
	bool has_data[VCHIQ_MAX_SLOTS];
	struct vcq_msg_queue control;
	unsigned int nr_control;
};

/**
 * struct vcq_rx - the host's half of the slots
 * @pos: free-running byte position we have read up to
 * @given: free-running count of slots the host may have filled
 * @sync_slot: the host's synchronous slot
 * @ring: our copy of the host's slot_queue, checked
 * @payload: private copy of the message in hand
 */
struct vcq_rx {
	uint32_t pos;
	uint32_t given;
	unsigned int sync_slot;
	uint8_t ring[VCHIQ_MAX_SLOTS_PER_SIDE];
	uint8_t payload[VCHIQ_SLOT_SIZE] __attribute__((aligned(8)));
};

/** struct vcq_rx_msg - a received message, checked and copied */
struct vcq_rx_msg {
	bool is_sync;	/* came in the synchronous slot */
	uint32_t type;
	uint16_t src;
	uint16_t dst;
	uint32_t size;
	const void *data;
};

/* Direction of a bulk queue. */
enum vcq_dir {
	VCQ_TO_FIRMWARE,	/* BULK_TX */
	VCQ_TO_HOST,		/* BULK_RX */
	VCQ_NR_DIRS,
};

/**
 * struct vcq_bulk_queue - pairs the host's bulks with ours, first in first out
 * @local: ours, oldest first
 * @local_tail: where the next one is linked
 * @remote: the host's, a ring
 * @first: oldest of @remote
 * @nr_remote: entries of @remote in use
 * @outstanding: the host's without a DONE on the wire; it must keep to 4
 */
struct vcq_bulk_queue {
	struct fw_bulk *local;
	struct fw_bulk **local_tail;
	struct {
		uint32_t pagelist;
		uint32_t size;
	} remote[VCHIQ_NUM_SERVICE_BULKS];
	unsigned int first;
	unsigned int nr_remote;
	unsigned int outstanding;
};

/*
 * State of a service; there is no LISTENING here, listeners are kept apart.
 *
 *   OPENING    OPENACK         -> OPEN
 *   OPENING    host's CLOSE    -> gone        (refused)
 *   OPENING    we close        -> CLOSESENT
 *   OPEN       host's CLOSE    -> CLOSERECVD  (aborts, close callback, answer)
 *   OPEN       we close        -> CLOSESENT   (aborts, CLOSE queued)
 *   CLOSESENT  host's CLOSE    -> CLOSERECVD  (close callback) or gone, if our
 *                                             CLOSE is on the wire already
 *   CLOSERECVD our CLOSE sent  -> gone
 */
enum vcq_service_state {
	VCQ_SERVICE_OPENING,
	VCQ_SERVICE_OPEN,
	VCQ_SERVICE_CLOSESENT,
	VCQ_SERVICE_CLOSERECVD,
};

struct vcq_counters {
	uint64_t rx_messages, rx_bytes;
	uint64_t tx_messages, tx_bytes;
	uint64_t bulks[VCQ_NR_DIRS], bulk_bytes[VCQ_NR_DIRS], bulk_aborts;
	uint64_t errors;
};

struct vcq_listener {
	SLIST_ENTRY(vcq_listener) link;
	const struct fw_service_ops *ops;
	void *ctx;
	unsigned int nr_open;	/* firmware thread */
};

SLIST_HEAD(vcq_listeners, vcq_listener);

struct fw_service {
	TAILQ_ENTRY(fw_service) link;
	struct vcq_connection *conn;
	const struct fw_service_ops *ops;
	void *ctx;
	struct vcq_listener *listener;	/* NULL: the host listens */
	uint32_t fourcc;
	enum vcq_service_state state;
	uint16_t port;
	uint16_t peer_port;		/* VCHIQ_PORT_NONE while OPENING */
	uint32_t client_id;
	int16_t client_version;
	bool is_sync;
	bool close_on_wire;
	void *priv;
	struct vcq_msg_queue queue;
	struct vcq_msg_queue sync_queue;
	unsigned int nr_queued;
	size_t bytes_queued;
	struct vcq_bulk_queue bulks[VCQ_NR_DIRS];
	struct vcq_counters count;
};

TAILQ_HEAD(vcq_services, fw_service);

/* REMOTE_USE that the host has not answered. */
#define VCQ_MAX_USES	64u

/** struct vcq_use - a REMOTE_USE on the wire; @active is NULL if nobody cares */
struct vcq_use {
	STAILQ_ENTRY(vcq_use) link;
	void (*active)(void *arg, int error);
	void *arg;
};

STAILQ_HEAD(vcq_uses, vcq_use);

/*
 *   CONNECTING -- host's CONNECT --> CONNECTED
 *   CONNECTED  -- host's PAUSE   --> PAUSING -- our PAUSE sent --> PAUSED
 *   CONNECTED  -- we pause       --> PAUSE_QUEUED -- sent --> PAUSE_SENT
 *   PAUSE_SENT -- host's PAUSE   --> PAUSED
 *   PAUSED     -- host's RESUME  --> CONNECTED
 *   PAUSED     -- we resume      --> RESUMING -- RESUME sent --> CONNECTED
 *   any        -- violation      --> BROKEN, for good
 */
enum vcq_state {
	VCQ_CONNECTING,
	VCQ_CONNECTED,
	VCQ_PAUSING,
	VCQ_PAUSE_QUEUED,
	VCQ_PAUSE_SENT,
	VCQ_PAUSED,
	VCQ_RESUMING,
	VCQ_BROKEN,
	VCQ_NR_STATES,
};

/**
 * struct vcq_connection - one slot memory that a host handed over
 * @fw: the firmware
 * @bus: bus address of slot zero
 * @view: keeps the slot memory mapped; NULL once the connection is closed
 * @zero: slot zero, also the base of all slots
 * @nr_slots: slots of the memory, including slot zero
 * @fragments: fragment area, NULL if the host gave none
 * @nr_fragments: its length
 * @config: line size and page list format
 * @version: common protocol version
 * @state: see enum vcq_state
 * @wants_resume: resume as soon as the host's PAUSE is here
 * @uses: REMOTE_USE that wait for their answer, oldest first
 * @nr_uses: length of @uses
 * @sync_slot: our synchronous slot
 * @nr_sync: messages that wait for it
 * @broken_why: for the status
 * @tx: our slots
 * @rx: the host's slots
 * @services: open and closing
 * @ports: the same by port; port 0 is not given out
 * @count: totals, services that have gone included
 * @rings: doorbells rung
 * @signals: events signalled, rung or not
 * @stalls: times the transmitter ran out of slots or quota
 * @pauses: times the host had us pause until it resumed
 * @chaos: how we misbehave, or NULL
 */
struct vcq_connection {
	struct vc_firmware *fw;
	uint32_t bus;
	struct vc_guest_view *view;
	struct vchiq_slot_zero *zero;
	unsigned int nr_slots;
	uint8_t *fragments;
	unsigned int nr_fragments;
	struct vc_firmware_config config;
	int version;
	enum vcq_state state;
	bool wants_resume;
	struct vcq_uses uses;
	unsigned int nr_uses;
	unsigned int sync_slot;
	unsigned int nr_sync;
	char broken_why[96];
	struct vcq_tx tx;
	struct vcq_rx rx;
	struct vcq_services services;
	struct fw_service *ports[VCHIQ_MAX_SERVICES];
	struct vcq_counters count;
	uint64_t rings;
	uint64_t signals;
	uint64_t stalls;
	uint64_t pauses;
	struct vcq_chaos *chaos;
};

/* firmware.c */
struct vcq_listener *vcq_listener_find(struct vc_firmware *fw, uint32_t fourcc,
				       int version, int version_min);
void vcq_ring_host(struct vc_firmware *fw);
struct vc_guest_view *vcq_guest_view_get(struct vc_firmware *fw);

/* vchiq-connection.c */
int vcq_connection_create(struct vc_firmware *fw,
			  const struct vc_firmware_config *config, uint32_t bus,
			  struct vcq_connection **out);
void vcq_connection_start(struct vcq_connection *conn);
void vcq_connection_close(struct vcq_connection *conn);
void vcq_connection_destroy(struct vcq_connection *conn);
bool vcq_connection_is_living(struct vcq_connection *conn, uint32_t bus);
bool vcq_connection_has_work(struct vcq_connection *conn);
bool vcq_connection_poll(struct vcq_connection *conn);
bool vcq_connection_arm(struct vcq_connection *conn);
void vcq_connection_disarm(struct vcq_connection *conn);
void vcq_signal(struct vcq_connection *conn, struct vchiq_remote_event *event);
void vcq_break(struct vcq_connection *conn, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void vcq_error(struct vcq_connection *conn, struct fw_service *svc,
	       const char *what, const struct vcq_rx_msg *msg);
struct vchiq_header *vcq_header(struct vcq_connection *conn, unsigned int slot,
				uint32_t offset);

/* vchiq-layout.c: -EPROTO and a log line when slot zero is not acceptable */
int vcq_layout_attach(struct vcq_connection *conn);

/* vchiq-transmit.c */
void vcq_tx_init(struct vcq_connection *conn, unsigned int first,
		 unsigned int last);
void vcq_tx_fini(struct vcq_connection *conn);
void vcq_tx_control(struct vcq_connection *conn, uint32_t msgid);
int vcq_tx_service(struct fw_service *svc, enum vchiq_msg_type type,
		   const void *data, size_t len);
struct vcq_msg *vcq_msg_create(uint32_t msgid, const void *data, size_t len);
void vcq_queue_free(struct vcq_msg_queue *queue);
void vcq_tx_urgent(struct vcq_connection *conn, uint32_t msgid);
bool vcq_tx_retract(struct vcq_connection *conn, uint32_t msgid);
void vcq_tx_drop(struct fw_service *svc, bool only_data);
/*
 * For who misbehaves: a message at once, with whatever header; false if there is
 * no room. And the end of the slot being filled.
 */
bool vcq_tx_raw(struct vcq_connection *conn, uint32_t msgid, uint32_t claimed,
		const void *data, uint32_t size);
void vcq_tx_pad(struct vcq_connection *conn);
bool vcq_tx_pump(struct vcq_connection *conn);
void vcq_tx_recycled(struct vcq_connection *conn);

/* vchiq-receive.c */
int vcq_rx_init(struct vcq_connection *conn, unsigned int first,
		unsigned int last);
void vcq_rx_run(struct vcq_connection *conn);
void vcq_rx_sync(struct vcq_connection *conn);
/* A slot of the host, read to its end. */
void vcq_rx_give_back(struct vcq_connection *conn, uint8_t slot);

/* vchiq-sync.c */
int vcq_sync_service(struct fw_service *svc, enum vchiq_msg_type type,
		     const void *data, size_t len);
void vcq_sync_drop(struct fw_service *svc);
bool vcq_sync_pump(struct vcq_connection *conn);

/* vchiq-pause.c */
void vcq_peer_paused(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_peer_resumed(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_peer_uses(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_use_active(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_use_drop(struct vcq_connection *conn);
int vcq_pause(struct vcq_connection *conn);
int vcq_resume(struct vcq_connection *conn);
int vcq_use(struct vcq_connection *conn, void (*active)(void *arg, int error), void *arg);
void vcq_pause_on_wire(struct vcq_connection *conn);
void vcq_resume_on_wire(struct vcq_connection *conn);
bool vcq_is_paused(const struct vcq_connection *conn);
bool vcq_may_send(const struct vcq_connection *conn);

/* vchiq-service.c */
void vcq_service_acked(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_service_open(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_service_peer_closed(struct vcq_connection *conn,
			     const struct vcq_rx_msg *msg);
void vcq_service_data(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
struct fw_service *vcq_service_of(struct vcq_connection *conn,
				  const struct vcq_rx_msg *msg);
void vcq_service_close_on_wire(struct fw_service *svc);
void vcq_service_close_all(struct vcq_connection *conn);

/* vchiq-bulk.c */
void vcq_bulk_init(struct fw_service *svc);
void vcq_bulk_posted(struct vcq_connection *conn, const struct vcq_rx_msg *msg);
void vcq_bulk_resolve(struct vcq_connection *conn);
void vcq_bulk_abort(struct fw_service *svc, bool tell_host);

/* vchiq-pagelist.c */
int vcq_pagelist_copy(struct vcq_connection *conn, uint32_t pagelist,
		      uint32_t size, uint32_t moved, enum vcq_dir dir, void *data);

/* vchiq-status.c */
void vcq_status(const struct vcq_connection *conn, struct json_object *out);

#endif /* VIDEOCORED_VCHIQ_PRIV_H */
