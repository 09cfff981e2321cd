/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the transport share.
 *
 * Lock order: vchiq_service.bulk_lock, vchiq_tx.lock, vchiq_conn.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_PRIV_H
#define VCHIQ_PRIV_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/irqreturn.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/xarray.h>

#include <linux/videocore/vchiq.h>

#include "vchiq_shared.h"

struct dma_pool;
struct rpi_firmware;
struct task_struct;
struct vchiq_conn;

/*
 * Bounds of waiting for the firmware. It answers within a millisecond; these
 * are for a machine that emulates, under load. Once it has missed one, the
 * others shrink to the last, until it shows itself again.
 */
#define VCHIQ_CONNECT_TIMEOUT_MS	5000
#define VCHIQ_OPEN_TIMEOUT_MS		10000
#define VCHIQ_CLOSE_TIMEOUT_MS		3000
#define VCHIQ_SEND_TIMEOUT_MS		10000
#define VCHIQ_RESUME_TIMEOUT_MS		1000
#define VCHIQ_SILENT_TIMEOUT_MS		100

/* One slot is kept for control messages; no service may take most of the rest. */
#define VCHIQ_DATA_QUOTA		(VCHIQ_NR_DATA_SLOTS - 1)
#define VCHIQ_SERVICE_QUOTA		(VCHIQ_NR_DATA_SLOTS / 2)

/* -----------------------------------------------------------------------------
 * Memory the firmware was given
 */

/**
 * struct vchiq_tx_state - where we are in transmitting
 * @pos: position of the next message, as published
 * @started: slots ever started, free-running
 * @available: slots ever made available, free-running
 * @ring: slot numbers by count, checked copies of the shared queue
 * @cur: slot that @pos lies in, 0 at a slot boundary
 * @sent: bit (slot - first) is set: filled, the firmware may give it back
 * @data: bit is set: holds DATA, counts for the quota
 */
struct vchiq_tx_state {
	u32 pos;
	u32 started;
	u32 available;
	u8 ring[VCHIQ_MAX_SLOTS_PER_SIDE];
	u8 cur;
	u64 sent;
	u64 data;
};

/**
 * struct vchiq_rx_state - where we are in receiving
 * @pos: position of the next message
 * @cur: slot that @pos lies in, 0 at a slot boundary
 * @recycled: slots ever given back, free-running
 */
struct vchiq_rx_state {
	u32 pos;
	u8 cur;
	u32 recycled;
};

/**
 * struct vchiq_kept - memory the firmware has, and the state of its connection
 * @prop: device tree property "vc-media,slot-memory" that holds on to all this
 *	while no driver is bound
 * @name: name of @prop
 * @value: bus address and size of the memory, %VCHIQ_KEPT_LAYOUT
 * @cpu: the memory: slots, then fragments
 * @dma: its bus address
 * @size: its size
 * @fragments_offset: of the fragments
 * @line_size: cache line that the firmware assumes
 * @is_alive: the firmware uses the memory and the positions below are valid
 * @tx: transmit state
 * @rx: receive state
 * @fragments: fragments in use
 * @ports: ports that the firmware never closed
 * @parked: bulks that the firmware never gave back, struct vchiq_xfer
 *
 * The firmware cannot be told to forget slot zero, so this outlives unbind and
 * module. See vchiq_memory.c.
 */
struct vchiq_kept {
	struct property prop;
	char name[32];
	__be32 value[3];
	void *cpu;
	dma_addr_t dma;
	size_t size;
	size_t fragments_offset;
	unsigned int line_size;
	bool is_alive;
	struct vchiq_tx_state tx;
	struct vchiq_rx_state rx;
	DECLARE_BITMAP(fragments, VCHIQ_NUM_FRAGMENTS);
	DECLARE_BITMAP(ports, VCHIQ_MAX_SERVICES);
	struct list_head parked;
};

#define VCHIQ_KEPT_LAYOUT		1

int vchiq_memory_get(struct vchiq_conn *conn);
void vchiq_memory_put(struct vchiq_conn *conn);
void vchiq_memory_format(struct vchiq_kept *kept);
void vchiq_memory_given(struct vchiq_conn *conn);
void *vchiq_memory_fragment(struct vchiq_kept *kept, unsigned int index);

/* -----------------------------------------------------------------------------
 * Connection
 */

/**
 * enum vchiq_conn_state - state of a connection
 * @VCHIQ_CONN_DOWN: nothing sent yet
 * @VCHIQ_CONN_UP: CONNECT was exchanged
 * @VCHIQ_CONN_BROKEN: the firmware violated the protocol; stays so
 *
 * DOWN -> UP when the firmware's CONNECT arrives (or a living connection is
 * resumed); any -> BROKEN. Changed in vchiq_conn.c only.
 */
enum vchiq_conn_state {
	VCHIQ_CONN_DOWN,
	VCHIQ_CONN_UP,
	VCHIQ_CONN_BROKEN,
};

/**
 * struct vchiq_worker - a thread that waits for an event of the firmware
 * @conn: the connection
 * @event: the event; this thread alone writes its words
 * @run: examines what the event is about
 * @wait: the thread sleeps here, woken by interrupt, kick and stop
 * @kicked: run once although the event is not fired
 * @task: the thread
 */
struct vchiq_worker {
	struct vchiq_conn *conn;
	enum vchiq_event event;
	void (*run)(struct vchiq_conn *conn);
	wait_queue_head_t wait;
	atomic_t kicked;
	struct task_struct *task;
};

/**
 * struct vchiq_tx - transmit side
 * @lock: protects @st, @is_paused and what it points to, and the writing of messages
 * @st: positions and slots
 * @is_paused: the firmware forbade everything until RESUME
 * @generation: grows when a blocked sender should look again
 * @wait: blocked senders
 */
struct vchiq_tx {
	struct mutex lock; /* Protects all below, and what st points to */
	struct vchiq_tx_state *st;
	bool is_paused;
	u32 generation;
	wait_queue_head_t wait;
};

/**
 * struct vchiq_stats - counters shown in debugfs, each with one writer at a time
 * @tx_messages: messages sent
 * @tx_bytes: payload sent
 * @tx_slots: slots started
 * @tx_stalls: times a sender had to wait
 * @rx_messages: messages received
 * @rx_bytes: payload received
 * @rx_slots: slots given back
 * @rx_ignored: messages for nobody
 * @bulks: bulks completed
 * @bulk_bytes: bytes moved by bulks
 * @bulk_bounced: bytes of bulks that were copied
 * @doorbells: doorbells rung
 * @interrupts: doorbells heard
 * @timeouts: waits for the firmware that ended in vain
 * @violations: protocol violations
 */
struct vchiq_stats {
	u64 tx_messages;
	u64 tx_bytes;
	u64 tx_slots;
	u64 tx_stalls;
	u64 rx_messages;
	u64 rx_bytes;
	u64 rx_slots;
	u64 rx_ignored;
	u64 bulks;
	u64 bulk_bytes;
	atomic64_t bulk_bounced;
	atomic64_t doorbells;
	atomic64_t interrupts;
	atomic64_t timeouts;
	atomic64_t violations;
};

/**
 * struct vchiq_conn - one VideoCore
 * @dev: the platform device
 * @firmware: property channel
 * @regs: doorbells
 * @irq: doorbell interrupt
 * @line_size: cache line size that the firmware assumes
 * @kept: slot memory and state that survives us
 * @zero: slot zero, in @kept
 * @rx: receives messages and runs all callbacks
 * @recycle: takes slots back; separate from @rx so that a callback may wait for
 *	a lock whose holder waits for a slot
 * @tx: transmit side
 * @rx_buf: private copy of the message being handled
 * @lock: protects @state, @services' objects (states, ports, bulk queues)
 * @state: connection state
 * @services: by local port
 * @connected: the firmware's CONNECT came, or the connection broke
 * @is_silent: the firmware missed a bound and was not heard since
 * @list_pool: page lists of up to one page
 * @fragment_wait: waits for a fragment
 * @nr_parked: bulks that are still the firmware's after their service ended
 * @clients: devices on the bus, struct vchiq_client
 * @debugfs: directory
 * @stats: counters
 */
struct vchiq_conn {
	struct device *dev;
	struct rpi_firmware *firmware;
	void __iomem *regs;
	int irq;
	unsigned int line_size;
	struct vchiq_kept *kept;
	struct vchiq_slot_zero *zero;
	struct vchiq_worker rx;
	struct vchiq_worker recycle;
	struct vchiq_tx tx;
	u8 *rx_buf;

	spinlock_t lock; /* Protects state, services and what is in them */
	enum vchiq_conn_state state;
	struct xarray services;

	struct completion connected;
	bool is_silent;
	struct dma_pool *list_pool;
	unsigned int nr_parked;
	struct list_head clients;
	struct dentry *debugfs;
	struct vchiq_stats stats;
};

int vchiq_conn_init(struct vchiq_conn *conn);
void vchiq_conn_fini(struct vchiq_conn *conn);
int vchiq_conn_up(struct vchiq_conn *conn);
void vchiq_conn_down(struct vchiq_conn *conn);
void vchiq_conn_connected(struct vchiq_conn *conn);
int vchiq_conn_error(struct vchiq_conn *conn);
void vchiq_conn_ring(struct vchiq_conn *conn);
void vchiq_conn_signal(struct vchiq_conn *conn, enum vchiq_event event);
void vchiq_conn_timed_out(struct vchiq_conn *conn);
unsigned long vchiq_conn_timeout(struct vchiq_conn *conn, unsigned int timeout_ms);
irqreturn_t vchiq_conn_interrupt(int irq, void *data);
__printf(2, 3)
void vchiq_conn_break(struct vchiq_conn *conn, const char *fmt, ...);

static inline bool vchiq_in_callback(struct vchiq_conn *conn)
{
	return conn->rx.task == current;
}

/* -----------------------------------------------------------------------------
 * Transmit, receive
 */

/**
 * struct vchiq_msg - a message to send
 * @svc: DATA and bulks: the service, which must be open; else NULL
 * @type: message type
 * @src: source port, without @svc
 * @dst: destination port, without @svc
 * @data: payload, in kernel memory
 * @len: its length
 * @timeout_ms: how long to wait for space, 0 = not at all
 */
struct vchiq_msg {
	struct vchiq_service *svc;
	enum vchiq_msg_type type;
	u16 src;
	u16 dst;
	const void *data;
	size_t len;
	unsigned int timeout_ms;
};

void vchiq_tx_init(struct vchiq_conn *conn);
int vchiq_tx_send(struct vchiq_conn *conn, const struct vchiq_msg *msg);
void vchiq_tx_recycled(struct vchiq_conn *conn);
void vchiq_tx_wake(struct vchiq_conn *conn);
void vchiq_tx_pause(struct vchiq_conn *conn, bool is_paused);
void vchiq_rx_run(struct vchiq_conn *conn);

/* -----------------------------------------------------------------------------
 * Services and bulks
 */

/**
 * enum vchiq_service_state - state of a service
 * @VCHIQ_SERVICE_OPENING: OPEN was sent
 * @VCHIQ_SERVICE_OPEN: OPENACK was received
 * @VCHIQ_SERVICE_CLOSING: CLOSE was sent first
 * @VCHIQ_SERVICE_CLOSED: the firmware sent CLOSE, or the connection broke
 *
 *	OPENING -> OPEN      OPENACK
 *	OPENING -> CLOSED    CLOSE (refused), connection broken
 *	OPENING -> CLOSING   opener gave up
 *	OPEN    -> CLOSING   vchiq_service_close()
 *	OPEN    -> CLOSED    CLOSE (answered), connection broken
 *	CLOSING -> CLOSED    CLOSE, connection broken
 */
enum vchiq_service_state {
	VCHIQ_SERVICE_OPENING,
	VCHIQ_SERVICE_OPEN,
	VCHIQ_SERVICE_CLOSING,
	VCHIQ_SERVICE_CLOSED,
};

/* Bulk directions. */
enum vchiq_dir {
	VCHIQ_DIR_TX,
	VCHIQ_DIR_RX,
	VCHIQ_NR_DIRS,
};

/**
 * struct vchiq_service - an open service
 * @conn: its connection
 * @ref: one for the port, one for the client, short ones for the receiver
 * @fourcc: name
 * @version: version offered
 * @version_min: oldest peer version accepted
 * @ops: callbacks
 * @priv: client's
 * @port: local port
 * @answered: state is not OPENING any more
 * @closed: the receiver has done everything that CLOSED asks for
 * @idle: waits for the end of a callback
 * @bulk_wait: waits for room for a bulk
 * @bulk_lock: keeps the queue of bulks in the order of their messages
 * @state: state; this and the rest under vchiq_conn.lock
 * @error: errno for callers, once CLOSED
 * @remote_port: firmware's port, VCHIQ_PORT_NONE until OPENACK
 * @peer_version: firmware's version, 0 if it did not tell
 * @is_muted: the client has gone, no more callbacks
 * @is_parked: it has gone before the firmware's CLOSE
 * @in_callback: a callback is running
 * @bulks: posted bulks of each direction, struct vchiq_xfer
 * @nr_bulks: how many
 * @slots: our slots that hold its DATA; under vchiq_tx.lock
 */
struct vchiq_service {
	struct vchiq_conn *conn;
	struct kref ref;
	u32 fourcc;
	s16 version;
	s16 version_min;
	const struct vchiq_service_ops *ops;
	void *priv;
	u16 port;
	struct completion answered;
	struct completion closed;
	wait_queue_head_t idle;
	wait_queue_head_t bulk_wait;
	struct mutex bulk_lock; /* Order of the bulks is that of their messages */

	enum vchiq_service_state state;
	int error;
	u16 remote_port;
	s16 peer_version;
	bool is_muted;
	bool is_parked;
	bool in_callback;
	struct list_head bulks[VCHIQ_NR_DIRS];
	unsigned int nr_bulks[VCHIQ_NR_DIRS];

	u64 slots;
};

/**
 * struct vchiq_xfer - what a bulk holds until the firmware is done with it
 * @node: in vchiq_service.bulks, or vchiq_kept.parked
 * @bulk: the client's, NULL once that was completed
 * @dir: direction
 * @buf: what is transferred
 * @bounce: private copy that @buf points to, or NULL
 * @len: bytes
 * @pages: pages of @buf, each with a reference unless @bounce
 * @nr_pages: how many
 * @sgt: the same, mapped for the firmware
 * @list: page list
 * @list_dma: its bus address
 * @list_size: bytes allocated for it
 * @fragment: fragment in use, or -1
 */
struct vchiq_xfer {
	struct list_head node;
	struct vchiq_bulk *bulk;
	enum vchiq_dir dir;
	void *buf;
	void *bounce;
	size_t len;
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table sgt;
	struct vchiq_pagelist *list;
	dma_addr_t list_dma;
	size_t list_size;
	int fragment;
};

struct vchiq_service *vchiq_service_open_on(struct vchiq_conn *conn,
					    const struct vchiq_service_params *params,
					    unsigned int timeout_ms);
struct vchiq_service *vchiq_service_find(struct vchiq_conn *conn, u32 port);
void vchiq_service_put(struct vchiq_service *svc);
bool vchiq_service_enter(struct vchiq_service *svc);
void vchiq_service_leave(struct vchiq_service *svc);

void vchiq_service_rx_openack(struct vchiq_conn *conn, u32 src, u32 dst,
			      const void *data, size_t len);
void vchiq_service_rx_close(struct vchiq_conn *conn, u32 src, u32 dst);
void vchiq_service_rx_data(struct vchiq_conn *conn, u32 src, u32 dst,
			   const void *data, size_t len);
void vchiq_services_recycled(struct vchiq_conn *conn, u64 slot_bit);
void vchiq_services_broken(struct vchiq_conn *conn);
void vchiq_services_drop(struct vchiq_conn *conn);

int vchiq_bulk_init(struct vchiq_conn *conn);
void vchiq_bulk_fini(struct vchiq_conn *conn);
void vchiq_bulk_rx_done(struct vchiq_conn *conn, enum vchiq_dir dir, u32 src,
			u32 dst, const void *data, size_t len);
void vchiq_bulk_abort_all(struct vchiq_service *svc, int status, bool park);
void vchiq_bulk_abandon_all(struct vchiq_service *svc, int status);

/* -----------------------------------------------------------------------------
 * Bus, debugfs
 */

extern const struct bus_type vchiq_bus_type;

int vchiq_bus_add_devices(struct vchiq_conn *conn);
void vchiq_bus_remove_devices(struct vchiq_conn *conn);

void vchiq_debugfs_add(struct vchiq_conn *conn);
void vchiq_debugfs_remove(struct vchiq_conn *conn);

#endif /* VCHIQ_PRIV_H */
