/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of vc_mmal share.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef MMAL_PRIV_H
#define MMAL_PRIV_H

#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/videocore/mmal.h>
#include <linux/videocore/vchiq.h>

#define VC_MMAL_MAX_PAYLOAD	(MMAL_MAX_MSG - sizeof(struct mmal_msg_header))
#define VC_MMAL_PARAM_MAX	(MMAL_PARAM_MAX_WORDS * sizeof(u32))

struct dentry;
struct vc_mmal_queued_event;

/* A message as it is sent; zeroed before it is filled. */
struct vc_mmal_msg {
	struct mmal_msg_header header;
	u8 payload[VC_MMAL_MAX_PAYLOAD];
};

/* A message that names a buffer. */
struct vc_mmal_buffer_msg {
	struct mmal_msg_header header;
	struct mmal_msg_buffer buffer;
};

/* Index of a lane. */
enum vc_mmal_lane_index {
	VC_MMAL_LANE_TO_FIRMWARE,
	VC_MMAL_LANE_TO_HOST,
	VC_MMAL_NR_LANES,
};

/**
 * struct vc_mmal_lane - bulks of one direction, see mmal_bulk.c
 * @mmal: connection
 * @queued: waiting for @work, protected by vc_mmal.lock
 * @work: posts them one after the other
 */
struct vc_mmal_lane {
	struct vc_mmal *mmal;
	struct list_head queued;
	struct work_struct work;
};

/**
 * struct vc_mmal_call - a request and its answer
 * @name: of the component it is for, NULL: none
 * @type: enum mmal_msg_type, also of the answer
 * @payload: what is sent
 * @len: bytes of it
 * @reply: where the answer is put, cut to
 * @reply_size: that many bytes
 * @reply_min: a shorter answer breaks the protocol
 * @reply_len: bytes put in @reply
 * @must_wait: not to be interrupted by a fatal signal: it undoes something, or what it
 *	does can only be undone by who has the answer
 * @flush: port whose bulks the request must not overtake, or NULL
 * @done: private: completed when answered, or never to be
 * @error: private: 0, or why there is no answer
 */
struct vc_mmal_call {
	const char *name;
	u32 type;
	const void *payload;
	size_t len;
	void *reply;
	size_t reply_size;
	size_t reply_min;
	size_t reply_len;
	bool must_wait;
	const struct vc_mmal_port *flush;
	struct completion done;
	int error;
};

/**
 * struct vc_mmal_stats - counters for debugfs
 * @calls: requests sent
 * @timeouts: requests the firmware has not answered in time
 * @late: answers and buffers that came to nobody
 * @violations: messages that break the protocol
 * @events: events received
 * @events_lost: of these, dropped for want of memory
 * @buffers_sent: buffers given to the firmware
 * @buffers_done: buffers it gave back
 * @buffers_reclaimed: buffers taken back without it
 * @bulks: payloads that came as a bulk
 * @shorts: payloads that came inside a message
 * @bytes_copied: of payloads, in both directions
 */
struct vc_mmal_stats {
	u64 calls;
	u64 timeouts;
	u64 late;
	u64 violations;
	u64 events;
	u64 events_lost;
	u64 buffers_sent;
	u64 buffers_done;
	u64 buffers_reclaimed;
	u64 bulks;
	u64 shorts;
	u64 bytes_copied;
};

/**
 * struct vc_mmal - a connection to the firmware's "mmal" service
 * @vdev: device it belongs to
 * @svc: the service
 * @ops: the client's callbacks
 * @priv: the client's
 * @major: version of the firmware
 * @minor: version of the firmware
 * @debugfs: directory
 * @components: by our id
 * @event_work: delivers @events
 * @event_lock: protects @events and @nr_events
 * @events: not delivered yet
 * @nr_events: how many these are
 * @bulk_wait: for vc_mmal_port.nr_bulks to become 0
 * @lanes: bulks of ports that copy
 * @lock: held by the receiving context while it uses an entry of @calls or
 *	@buffers, and by the owner of an entry who takes it out; protects @stats
 * @silent: the last call timed out and nothing was answered since
 * @closed: nothing will be answered any more
 * @calls: requests waiting for their answer, by context
 * @next_call: for the cyclic allocation of @calls
 * @buffers: with the firmware, by context
 * @next_buffer: for the cyclic allocation of @buffers
 * @stats: counters
 */
struct vc_mmal {
	struct vchiq_device *vdev;
	struct vchiq_service *svc;
	const struct vc_mmal_ops *ops;
	void *priv;
	u32 major;
	u32 minor;
	struct dentry *debugfs;
	struct xarray components;

	struct work_struct event_work;
	spinlock_t event_lock; /* Protects events and nr_events */
	struct list_head events;
	unsigned int nr_events;

	wait_queue_head_t bulk_wait;
	struct vc_mmal_lane lanes[VC_MMAL_NR_LANES];

	struct mutex lock; /* Protects all below */
	bool silent;
	bool closed;
	struct xarray calls;
	u32 next_call;
	struct xarray buffers;
	u32 next_buffer;
	struct vc_mmal_stats stats;
};

#define VC_MMAL_ID_LIMIT	XA_LIMIT(1, 0x7fffffff)

/* mmal_core.c */
int vc_mmal_errno(u32 status);
int vc_mmal_send(struct vc_mmal *mmal, const void *msg, size_t len);
void vc_mmal_violation(struct vc_mmal *mmal, const char *what, u32 value);

/* mmal_call.c */
bool vc_mmal_is_undecided(int ret);
int vc_mmal_call(struct vc_mmal *mmal, struct vc_mmal_call *call);
int vc_mmal_call_status(struct vc_mmal *mmal, struct vc_mmal_call *call);
void vc_mmal_call_answered(struct vc_mmal *mmal, const struct mmal_msg_header *h,
			   const void *payload, size_t len);
void vc_mmal_calls_closed(struct vc_mmal *mmal);

/* mmal_buffer.c */
int vc_mmal_buffer_send(struct vc_mmal *mmal, const struct vc_mmal_buffer *buf,
			u32 type, bool is_short);
void vc_mmal_buffer_complete(struct vc_mmal *mmal, struct vc_mmal_buffer *buf,
			     int status);
void vc_mmal_buffer_end(struct vc_mmal *mmal, struct vc_mmal_buffer *buf,
			int status);
void vc_mmal_buffer_returned(struct vc_mmal *mmal,
			     const struct mmal_msg_header *h,
			     const void *payload, size_t len);
void vc_mmal_buffers_reclaim(struct vc_mmal *mmal, struct vc_mmal_port *port,
			     int status);

/* mmal_bulk.c */
void vc_mmal_lanes_init(struct vc_mmal *mmal);
void vc_mmal_lanes_flush(struct vc_mmal *mmal);
int vc_mmal_xfer_attach(struct vc_mmal_port *port, struct vc_mmal_buffer *buf);
void vc_mmal_xfer_send(struct vc_mmal *mmal, struct vc_mmal_buffer *buf);
void vc_mmal_xfer_receive(struct vc_mmal_buffer *buf, u32 len, int status);
void vc_mmal_xfer_follow(struct vc_mmal_buffer *buf, int status);
bool vc_mmal_xfer_receives(const struct vc_mmal_buffer *buf);
bool vc_mmal_xfer_release(struct vc_mmal_buffer *buf, int status);
void vc_mmal_xfers_cancel(struct vc_mmal_port *port);
void vc_mmal_xfers_await(struct vc_mmal_port *port);
int vc_mmal_xfer_flush(const struct vc_mmal_port *port, u32 context);
int vc_mmal_xfer_event(struct vc_mmal *mmal, struct vc_mmal_queued_event *q,
		       void *data, u32 len);

/* mmal_event.c */
void vc_mmal_event_received(struct vc_mmal *mmal, const void *payload,
			    size_t len);
void vc_mmal_event_arrived(struct vc_mmal *mmal,
			   struct vc_mmal_queued_event *q, bool is_whole);
void vc_mmal_event_work(struct work_struct *work);
void vc_mmal_events_drop(struct vc_mmal *mmal);

/* mmal_format.c */
void vc_mmal_port_from_wire(struct vc_mmal_port *port,
			    const struct mmal_msg_port_info_reply *wire);
void vc_mmal_format_to_wire(const struct vc_mmal_format *format,
			    struct mmal_msg_port_info_set *wire);

#endif /* MMAL_PRIV_H */
