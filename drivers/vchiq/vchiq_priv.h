/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the transport share.
 *
 * Lock order: vchiq_service.call_lock, vchiq_tx.lock, vchiq_conn.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_PRIV_H
#define VCHIQ_PRIV_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/dma-mapping.h>
#include <linux/hrtimer.h>
#include <linux/irqreturn.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/rcupdate.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <linux/videocore/vchiq.h>

#include "vchiq_pagelist.h"
#include "vchiq_parse.h"
#include "vchiq_shared.h"
#include "vchiq_slots.h"
#include "vchiq_state.h"

struct dma_pool;
struct rpi_firmware;
struct task_struct;
struct vchiq_cdev;
struct vchiq_conn;
struct vchiq_xfer;

/*
 * Bounds of waiting for the firmware. It answers within a millisecond; these
 * are for a machine that emulates, under load. When it does not answer at all,
 * the watchdog ends the waits earlier. Closing has its own bound: a client that
 * goes must not be held up, and what it leaves behind is looked after.
 */
#define VCHIQ_CONNECT_TIMEOUT_MS	5000
#define VCHIQ_RECONNECT_TIMEOUT_MS	1000
#define VCHIQ_OPEN_TIMEOUT_MS		10000
#define VCHIQ_SEND_TIMEOUT_MS		10000
#define VCHIQ_RESUME_TIMEOUT_MS		1000
#define VCHIQ_PAUSE_TIMEOUT_MS		1000
#define VCHIQ_CLOSE_TIMEOUT_MS		800
/* Closing when the firmware missed the last bound and was not heard since. */
#define VCHIQ_SILENT_TIMEOUT_MS		50

/* Names itself in the messages that ask whether the firmware lives. */
#define VCHIQ_PROBE_PORT		(VCHIQ_MAX_SERVICES - 1)
/* No firmware has such a service; its refusal shows that the firmware lives. */
#define VCHIQ_NO_SERVICE		VCHIQ_FOURCC('n', 'o', 'n', 'e')

/* -----------------------------------------------------------------------------
 * Memory the firmware was given
 */

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
 * @size: its size, and that of @old_cpu
 * @old_cpu: memory of the connection that broke, which a firmware that lives may
 *	still write to; NULL unless a new connection is being made
 * @old_dma: its bus address
 * @fragments_offset: of the fragments
 * @line_size: cache line that the firmware assumes
 * @is_alive: the firmware uses the memory and the positions below are valid
 * @tx: transmit state
 * @rx: receive state
 * @fragments: fragments in use
 * @ports: ports that the firmware never closed
 * @parked: bulks that the firmware never gave back to an earlier probe, struct
 *	vchiq_xfer; never touched again
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
	void *old_cpu;
	dma_addr_t old_dma;
	size_t fragments_offset;
	unsigned int line_size;
	bool is_alive;
	struct vchiq_tx_state tx;
	struct vchiq_rx_state rx;
	DECLARE_BITMAP(fragments, VCHIQ_NUM_FRAGMENTS);
	DECLARE_BITMAP(ports, VCHIQ_MAX_SERVICES);
	struct list_head parked;
};

#define VCHIQ_KEPT_LAYOUT		3

int vchiq_memory_get(struct vchiq_conn *conn);
void vchiq_memory_put(struct vchiq_conn *conn);
void vchiq_memory_format(struct vchiq_kept *kept);
void vchiq_memory_given(struct vchiq_conn *conn);
int vchiq_memory_renew(struct vchiq_conn *conn);
void vchiq_memory_free_old(struct vchiq_conn *conn);
void *vchiq_memory_fragment(struct vchiq_kept *kept, unsigned int index);

/* -----------------------------------------------------------------------------
 * Threads
 */

/**
 * struct vchiq_worker - a thread that waits for an event of the firmware
 * @conn: the connection
 * @event: the event
 * @run: examines what the event is about
 * @settle: what is to be done before sleeping and at the end, or NULL
 * @is_wanted: whether the event is of interest now, NULL: always
 * @holder: who alone writes the words of the event and calls @run: the thread, or
 *	who acts in its place, see vchiq_worker_borrow(); NULL while it is for the taking
 * @is_armed: the holder has armed the event
 * @left: when somebody who acted in its place left without arming it
 * @rearm: has the thread arm it a while after that
 * @is_stopping: nobody is to act in its place any more
 * @wait: the thread sleeps here, woken by interrupt, kick and stop
 * @kicked: run once although the event is not fired
 * @task: the thread, NULL while it does not run
 */
struct vchiq_worker {
	struct vchiq_conn *conn;
	enum vchiq_event event;
	void (*run)(struct vchiq_conn *conn);
	void (*settle)(struct vchiq_conn *conn);
	bool (*is_wanted)(struct vchiq_conn *conn);
	struct task_struct *holder;
	bool is_armed;
	ktime_t left;
	struct hrtimer rearm;
	bool is_stopping;
	wait_queue_head_t wait;
	atomic_t kicked;
	struct task_struct *task;
};

void vchiq_worker_init(struct vchiq_worker *worker, struct vchiq_conn *conn,
		       enum vchiq_event event, void (*run)(struct vchiq_conn *conn));
void vchiq_worker_hear(struct vchiq_worker *worker);
void vchiq_worker_kick(struct vchiq_worker *worker);
bool vchiq_worker_borrow(struct vchiq_worker *worker);
void vchiq_worker_return(struct vchiq_worker *worker, bool is_back_soon);
bool vchiq_worker_look(struct vchiq_worker *worker);
bool vchiq_worker_is_kicked(struct vchiq_worker *worker);
int vchiq_worker_start(struct vchiq_worker *worker, const char *name);
void vchiq_worker_stop(struct vchiq_worker *worker);

static inline bool vchiq_worker_is_stopping(const struct vchiq_worker *worker)
{
	return READ_ONCE(worker->is_stopping);
}

/**
 * struct vchiq_luck - how well polling went lately
 * @score: grows when it was worth it, up to VCHIQ_LUCK_MAX, else falls
 * @skipped: times it was not tried, at 0
 * @asked: when the last message was sent that may be answered
 * @run: messages that were sent one right after the other
 */
struct vchiq_luck {
	unsigned int score;
	unsigned int skipped;
	ktime_t asked;
	unsigned int run;
};

#define VCHIQ_LUCK_MAX			16

void vchiq_poll(struct vchiq_conn *conn, struct vchiq_luck *luck, bool (*is_done)(void *arg),
		void *arg);
void vchiq_poll_asked(struct vchiq_conn *conn, struct vchiq_luck *luck);
void vchiq_poll_answered(struct vchiq_luck *luck);
bool vchiq_poll_slots(struct vchiq_conn *conn, struct vchiq_luck *luck, u32 seen);

/* -----------------------------------------------------------------------------
 * Connection
 */

/**
 * enum vchiq_pause - who forbade sending
 * @VCHIQ_PAUSE_NONE: nobody
 * @VCHIQ_PAUSE_SENT: we did, the firmware has not answered
 * @VCHIQ_PAUSE_ON: both sides have sent PAUSE
 */
enum vchiq_pause {
	VCHIQ_PAUSE_NONE,
	VCHIQ_PAUSE_SENT,
	VCHIQ_PAUSE_ON,
};

/**
 * struct vchiq_tx - transmit side
 * @lock: protects what is below and what @st points to, and the writing of messages
 * @st: positions and slots
 * @pause: nothing may be sent but RESUME
 * @answers: answers and CLOSEs that found no room, struct vchiq_answer; they go
 *	out before anything else
 * @nr_answers: how many
 * @nr_waiting: blocked senders nobody has woken yet; the recycle event is of
 *	interest to them only
 * @luck: of polling for slots
 * @generation: grows when a blocked sender should look again
 * @wait: blocked senders
 */
struct vchiq_tx {
	struct mutex lock; /* Protects all below, and what st points to */
	struct vchiq_tx_state *st;
	enum vchiq_pause pause;
	struct list_head answers;
	unsigned int nr_answers;
	unsigned int nr_waiting;
	struct vchiq_luck luck;
	u32 generation;
	wait_queue_head_t wait;
};

/**
 * struct vchiq_sync - synchronous channel
 * @worker: receives from the firmware's synchronous slot
 * @buf: private copy of the message being handled, of the worker
 * @lock: one sender at a time; it alone writes the words of the release event
 * @wait: the sender waits here for our slot to be released
 * @ack_work: sends the OPENACKs of services that listen
 */
struct vchiq_sync {
	struct vchiq_worker worker;
	u8 *buf;
	struct mutex lock; /* Our slot, and the words of its release event */
	wait_queue_head_t wait;
	struct work_struct ack_work;
};

/**
 * struct vchiq_watch - finds out that the firmware does not answer
 * @work: looks once in a while, as long as somebody waits
 * @flags: VCHIQ_WATCH_RUNNING
 * @nr_waiting: waits in progress
 * @heard: what the firmware had done when we looked last
 * @silent: looks in a row that found nothing new
 * @missed: what it had done when a wait ended in vain
 * @has_missed: @missed is valid
 */
struct vchiq_watch {
	struct delayed_work work;
	unsigned long flags;
	atomic_t nr_waiting;
	u64 heard;
	unsigned int silent;
	u64 missed;
	bool has_missed;
};

#define VCHIQ_WATCH_RUNNING		0

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
 * @sync_tx: messages sent through the synchronous slot
 * @sync_rx: messages received through it
 * @bulks: bulks completed
 * @bulk_bytes: bytes moved by bulks
 * @bulk_bounced: bytes of bulks that were copied
 * @doorbells: doorbells rung
 * @interrupts: doorbells heard
 * @timeouts: waits for the firmware that ended in vain
 * @probes: times the firmware was asked whether it lives
 * @violations: protocol violations
 * @reconnects: new connections after one broke
 */
struct vchiq_stats {
	u64 tx_messages;
	u64 tx_bytes;
	u64 tx_slots;
	u64 tx_stalls;
	u64 rx_messages;
	u64 rx_bytes;
	u64 rx_slots;
	atomic64_t rx_ignored;
	u64 sync_tx;
	u64 sync_rx;
	u64 bulks;
	u64 bulk_bytes;
	atomic64_t bulk_bounced;
	atomic64_t doorbells;
	atomic64_t interrupts;
	atomic64_t timeouts;
	u64 probes;
	atomic64_t violations;
	u64 reconnects;
};

/**
 * struct vchiq_conn - one VideoCore
 * @dev: the platform device; slots and page lists are its
 * @dma_dev: device that the data of bulks is mapped for
 * @max_segment: so much is mapped as one piece at most, whole pages
 * @list_format: of page lists
 * @firmware: property channel
 * @regs: doorbells
 * @irq: doorbell interrupt
 * @line_size: cache line size that the firmware assumes
 * @kept: slot memory and state that survives us
 * @zero: slot zero, in @kept
 * @rx: receives messages and runs callbacks
 * @recycle: takes slots back for blocked senders; separate from @rx so that a
 *	callback may wait for a lock whose holder waits for a slot
 * @tx: transmit side
 * @sync: synchronous channel
 * @watch: watchdog
 * @rx_untold: slots given back since the firmware was last told of; the receiver's
 * @rx_buf: private copy of the message being handled
 * @lock: protects @state, @services' objects (states, ports, bulk queues), @parked
 * @state: connection state
 * @services: by local port
 * @nr_parked_services: services whose client has gone before the firmware's CLOSE
 * @nr_bulks: bulks posted
 * @remote_use: times the firmware said it needs us
 * @keep: "KEEP", which the firmware may open to say so; NULL while there is none
 * @connected: the firmware's CONNECT came, or the connection broke
 * @paused: the firmware has answered our PAUSE
 * @list_pool: page lists of up to one page
 * @fragment_wait: waits for a fragment
 * @parked: bulks that are still the firmware's after their service ended
 * @nr_parked: how many, those of earlier probes too
 * @recover: makes a new connection after this one broke
 * @was_refused: the firmware does not take a new one, and that was told
 * @is_bound: between the end of probe and remove; a connection that breaks is
 *	made again
 * @clients: devices on the bus, struct vchiq_client
 * @cdev: the character device's, between vchiq_cdev_add() and vchiq_cdev_remove()
 * @debugfs: directory
 * @stats: counters
 */
struct vchiq_conn {
	struct device *dev;
	struct device *dma_dev;
	size_t max_segment;
	enum vchiq_list_format list_format;
	struct rpi_firmware *firmware;
	void __iomem *regs;
	int irq;
	unsigned int line_size;
	struct vchiq_kept *kept;
	struct vchiq_slot_zero *zero;
	struct vchiq_worker rx;
	struct vchiq_worker recycle;
	struct vchiq_tx tx;
	struct vchiq_sync sync;
	struct vchiq_watch watch;
	unsigned int rx_untold;
	u8 *rx_buf;

	spinlock_t lock; /* Protects state, services and what is in them, parked */
	enum vchiq_conn_state state;
	struct xarray services;
	unsigned int nr_parked_services;
	unsigned int nr_bulks;
	unsigned int remote_use;
	struct vchiq_service *keep;

	struct completion connected;
	struct completion paused;
	struct dma_pool *list_pool;
	wait_queue_head_t fragment_wait;
	struct list_head parked;
	unsigned int nr_parked;
	struct delayed_work recover;
	bool was_refused;
	bool is_bound;
	struct list_head clients;
	struct vchiq_cdev *cdev;
	struct dentry *debugfs;
	struct vchiq_stats stats;
};

int vchiq_conn_init(struct vchiq_conn *conn);
void vchiq_conn_fini(struct vchiq_conn *conn);
int vchiq_conn_up(struct vchiq_conn *conn);
int vchiq_conn_again(struct vchiq_conn *conn);
void vchiq_conn_down(struct vchiq_conn *conn);
void vchiq_conn_connected(struct vchiq_conn *conn);
int vchiq_conn_error(struct vchiq_conn *conn);
bool vchiq_conn_is_up(struct vchiq_conn *conn);
void vchiq_conn_ring(struct vchiq_conn *conn);
void vchiq_conn_signal(struct vchiq_conn *conn, enum vchiq_event event);
irqreturn_t vchiq_conn_interrupt(int irq, void *data);
__printf(2, 3)
void vchiq_conn_break(struct vchiq_conn *conn, const char *fmt, ...);
int vchiq_conn_pause(struct vchiq_conn *conn);
int vchiq_conn_unpause(struct vchiq_conn *conn);

/* Callbacks of clients run in these threads, which must not wait for themselves. */
static inline bool vchiq_in_callback(struct vchiq_conn *conn)
{
	return READ_ONCE(conn->rx.holder) == current || conn->sync.worker.task == current;
}

void vchiq_watch_init(struct vchiq_conn *conn);
void vchiq_watch_stop(struct vchiq_conn *conn);
void vchiq_watch_kick(struct vchiq_conn *conn);
void vchiq_watch_begin(struct vchiq_conn *conn);
void vchiq_watch_end(struct vchiq_conn *conn);
void vchiq_watch_missed(struct vchiq_conn *conn);
unsigned long vchiq_watch_close_timeout(struct vchiq_conn *conn);

int vchiq_keep_start(struct vchiq_conn *conn);
void vchiq_keep_stop(struct vchiq_conn *conn);

void vchiq_recover_init(struct vchiq_conn *conn);
void vchiq_recover_begin(struct vchiq_conn *conn);
void vchiq_recover_allow(struct vchiq_conn *conn);
void vchiq_recover_stop(struct vchiq_conn *conn);

/* -----------------------------------------------------------------------------
 * Transmit, receive
 */

/**
 * struct vchiq_msg - a message to send
 * @svc: DATA and bulks: the service, which must be open; else NULL
 * @xfer: bulks: what is queued with the message, else NULL
 * @type: message type
 * @src: source port, without @svc
 * @dst: destination port, without @svc
 * @data: payload, in kernel memory
 * @len: its length
 * @timeout_ms: how long to wait for space, 0 = not at all
 * @is_interruptible: any signal ends the wait, not only a fatal one
 */
struct vchiq_msg {
	struct vchiq_service *svc;
	struct vchiq_xfer *xfer;
	enum vchiq_msg_type type;
	u16 src;
	u16 dst;
	const void *data;
	size_t len;
	unsigned int timeout_ms;
	bool is_interruptible;
};

void vchiq_tx_init(struct vchiq_conn *conn);
void vchiq_tx_reset(struct vchiq_conn *conn);
int vchiq_tx_send(struct vchiq_conn *conn, const struct vchiq_msg *msg);
void vchiq_tx_answer(struct vchiq_conn *conn, const struct vchiq_msg *msg);
void vchiq_tx_recycle(struct vchiq_conn *conn);
bool vchiq_tx_wants_slots(struct vchiq_conn *conn);
void vchiq_tx_wake(struct vchiq_conn *conn);
void vchiq_tx_peer_paused(struct vchiq_conn *conn);
void vchiq_tx_resumed(struct vchiq_conn *conn);
void vchiq_rx_run(struct vchiq_conn *conn);
void vchiq_rx_settle(struct vchiq_conn *conn);

int vchiq_sync_init(struct vchiq_conn *conn);
int vchiq_sync_start(struct vchiq_conn *conn);
void vchiq_sync_stop(struct vchiq_conn *conn);
void vchiq_sync_hear(struct vchiq_conn *conn);
int vchiq_sync_send(struct vchiq_service *svc, const void *data, size_t len,
		    unsigned int timeout_ms);
void vchiq_sync_acknowledge(struct vchiq_conn *conn);

/* -----------------------------------------------------------------------------
 * Services and bulks
 */

/* Bulk directions. */
enum vchiq_dir {
	VCHIQ_DIR_TX,
	VCHIQ_DIR_RX,
	VCHIQ_NR_DIRS,
};

/**
 * struct vchiq_service_stats - counters of a service
 * @tx_messages: messages sent
 * @tx_bytes: payload sent
 * @tx_stalls: times a sender had to wait
 * @rx_messages: messages received
 * @rx_bytes: payload received
 * @bulks: bulks done, by direction
 * @bulk_bytes: bytes moved by them
 * @bulk_aborts: bulks that were aborted
 */
struct vchiq_service_stats {
	u64 tx_messages;
	u64 tx_bytes;
	u64 tx_stalls;
	u64 rx_messages;
	u64 rx_bytes;
	u64 bulks[VCHIQ_NR_DIRS];
	u64 bulk_bytes[VCHIQ_NR_DIRS];
	u64 bulk_aborts;
};

/**
 * struct vchiq_service - a service, of the firmware's or of ours
 * @conn: its connection
 * @ref: one for the port, one for the client, short ones for the receiver
 * @rcu: for freeing
 * @fourcc: name
 * @version: version offered
 * @version_min: oldest peer version accepted
 * @ops: callbacks
 * @priv: client's
 * @owner: of a service that listens: who may offer another of this name; else NULL
 * @port: local port
 * @is_interruptible: any signal ends a wait of its client
 * @wait: waits for a change of state, or for room for a bulk
 * @call_lock: held in callbacks, so that there is one at a time; protects @is_muted
 * @is_muted: the client has gone, no more callbacks
 * @state: state; this and the rest under vchiq_conn.lock
 * @error: errno for callers, once closed
 * @remote_port: firmware's port, VCHIQ_PORT_NONE while there is none
 * @peer_version: firmware's version, 0 if it did not tell
 * @client_id: who opened a service that listens
 * @use_count: nothing is sent while it is 0
 * @quota: what may be on its way
 * @is_sync: a service that listens: DATA goes through the synchronous slots
 * @is_once: a service that listens: does not do so again after a close
 * @may_poll: who waits for room for a bulk may do the receiver's work meanwhile
 * @is_traced: messages are traced with their contents
 * @needs_ack: its OPENACK has yet to be sent through the synchronous slot
 * @was_opened: the client knows that it is open, it will want to know of the end
 * @is_leaving: being closed for good
 * @is_parked: the client has gone before the firmware's CLOSE
 * @bulks: posted bulks of each direction, struct vchiq_xfer
 * @nr_bulks: how many
 * @room_luck: of polling for room for a bulk; a hint
 * @stats: counters, each with one writer at a time
 */
struct vchiq_service {
	struct vchiq_conn *conn;
	struct kref ref;
	struct rcu_head rcu;
	u32 fourcc;
	s16 version;
	s16 version_min;
	const struct vchiq_service_ops *ops;
	void *priv;
	const void *owner;
	u16 port;
	bool is_interruptible;
	wait_queue_head_t wait;
	struct mutex call_lock; /* One callback at a time, protects is_muted */
	bool is_muted;

	enum vchiq_service_state state;
	int error;
	u16 remote_port;
	s16 peer_version;
	u32 client_id;
	unsigned int use_count;
	struct vchiq_quota quota;
	bool is_sync;
	bool is_once;
	bool may_poll;
	bool is_traced;
	bool needs_ack;
	bool was_opened;
	bool is_leaving;
	bool is_parked;
	struct list_head bulks[VCHIQ_NR_DIRS];
	unsigned int nr_bulks[VCHIQ_NR_DIRS];
	struct vchiq_luck room_luck;
	struct vchiq_service_stats stats;
};

struct vchiq_service *vchiq_service_alloc(struct vchiq_conn *conn,
					  const struct vchiq_service_params *params);
int vchiq_service_add(struct vchiq_service *svc);
void vchiq_service_remove(struct vchiq_service *svc);
struct vchiq_service *vchiq_service_find(struct vchiq_conn *conn, u32 port);
struct vchiq_service *vchiq_service_get(struct vchiq_service *svc);
void vchiq_service_put(struct vchiq_service *svc);
bool vchiq_service_enter(struct vchiq_service *svc);
void vchiq_service_leave(struct vchiq_service *svc);
void vchiq_service_mute(struct vchiq_service *svc);
bool vchiq_service_step(struct vchiq_service *svc, enum vchiq_step step);
bool vchiq_service_is_peer(struct vchiq_service *svc, u32 src);
void vchiq_service_wake(struct vchiq_service *svc);
void vchiq_service_opened(struct vchiq_service *svc);
void vchiq_service_peer_closed(struct vchiq_service *svc);

void vchiq_service_rx_open(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg);
void vchiq_service_rx_openack(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg,
			      bool is_sync);
void vchiq_service_rx_close(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg);
void vchiq_service_rx_data(struct vchiq_conn *conn, const struct vchiq_rx_msg *msg,
			   bool is_sync);
void vchiq_services_broken(struct vchiq_conn *conn);
void vchiq_services_drop(struct vchiq_conn *conn);

struct vchiq_service *vchiq_service_open_on(struct vchiq_conn *conn,
					    const struct vchiq_service_params *params,
					    unsigned int timeout_ms);
struct vchiq_service *vchiq_service_listen_on(struct vchiq_conn *conn,
					      const struct vchiq_service_params *params,
					      const void *owner);
long vchiq_service_wait_error(struct vchiq_conn *conn, long left);

/**
 * struct vchiq_xfer - what a bulk holds until the firmware is done with it
 * @node: in vchiq_service.bulks, vchiq_conn.parked or vchiq_kept.parked
 * @bulk: the client's, NULL once that was completed
 * @mem: client's memory, or NULL
 * @dir: direction
 * @len: bytes
 * @buf: kernel buffer, NULL with @mem
 * @bounce: private copy that @buf points to, or NULL
 * @pages: pages of the buffer; each has a reference if @buf is the client's
 * @nr_pages: how many
 * @offset: of the buffer in the first page
 * @own_sgt: the same, mapped for the firmware
 * @list: page list
 * @list_dma: its bus address
 * @list_size: bytes allocated for it, 0 if it comes from the pool
 * @fragment: fragment in use, or -1
 */
struct vchiq_xfer {
	struct list_head node;
	struct vchiq_bulk *bulk;
	struct vchiq_bulk_mem *mem;
	enum vchiq_dir dir;
	size_t len;
	void *buf;
	void *bounce;
	struct page **pages;
	unsigned int nr_pages;
	unsigned int offset;
	struct sg_table own_sgt;
	struct vchiq_pagelist *list;
	dma_addr_t list_dma;
	size_t list_size;
	int fragment;
};

struct vchiq_xfer *vchiq_xfer_alloc(struct vchiq_service *svc, struct vchiq_bulk *bulk);
void vchiq_xfer_finish(struct vchiq_conn *conn, struct vchiq_xfer *xfer, size_t actual);
void vchiq_xfer_free(struct vchiq_conn *conn, struct vchiq_xfer *xfer);
void vchiq_xfer_park(struct vchiq_conn *conn, struct vchiq_xfer *xfer);
void vchiq_xfer_free_parked(struct vchiq_conn *conn);
int vchiq_xfer_init(struct vchiq_conn *conn);
void vchiq_xfer_fini(struct vchiq_conn *conn);

int vchiq_bulk_queue_check(struct vchiq_service *svc, const struct vchiq_xfer *xfer);
void vchiq_bulk_queue_add(struct vchiq_service *svc, struct vchiq_xfer *xfer);
void vchiq_bulk_rx_done(struct vchiq_conn *conn, enum vchiq_dir dir,
			const struct vchiq_rx_msg *msg);
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

/* -----------------------------------------------------------------------------
 * Character device
 */

int vchiq_cdev_init(void);
void vchiq_cdev_exit(void);
int vchiq_cdev_add(struct vchiq_conn *conn);
void vchiq_cdev_break(struct vchiq_conn *conn);
void vchiq_cdev_drain(struct vchiq_conn *conn);
void vchiq_cdev_remove(struct vchiq_conn *conn);
void vchiq_cdev_debugfs_add(struct vchiq_conn *conn);

#endif /* VCHIQ_PRIV_H */
