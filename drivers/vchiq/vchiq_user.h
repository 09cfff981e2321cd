/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the character device share: an open file is a "user", and
 * has services, events that wait to be read, and bulks.
 *
 * Lock order: vchiq_cdev.lock, vchiq_user.down_lock, vchiq_user_service.lock,
 * vchiq_user.lock. The transport's locks come after all of them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCHIQ_USER_H
#define VCHIQ_USER_H

#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/dma-direction.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <uapi/linux/vchiq.h>

#include "vchiq_priv.h"

/* close() returns then; the rest of the closing goes on without the program. */
#define VCHIQ_USER_CLOSE_TIMEOUT_MS	800
/* Of a dma-buf's fences: no device takes longer to finish a frame. */
#define VCHIQ_USER_FENCE_TIMEOUT_MS	5000

#define VCHIQ_USER_NR_OPTIONS		(VCHIQ_OPTION_TRACE + 1)

/* -----------------------------------------------------------------------------
 * Device
 */

/**
 * struct vchiq_cdev - the character device of a connection
 * @dev: device of class "vchiq"; outlives the connection while a file is open
 * @cdev: what is opened
 * @conn: the connection; to be used in a call that @srcu protects
 * @index: number of the device
 * @srcu: calls that are under way
 * @sequence: last number given to a service, the upper bits of its handle
 * @lock: protects the rest
 * @users: open files that have not been taken down, struct vchiq_user
 * @is_dead: the connection goes away
 */
struct vchiq_cdev {
	struct device dev;
	struct cdev cdev;
	struct vchiq_conn *conn;
	int index;
	struct srcu_struct srcu;
	atomic_t sequence;

	struct mutex lock; /* Protects users and is_dead */
	struct list_head users;
	bool is_dead;
};

struct vchiq_cdev *vchiq_cdev_get(struct vchiq_conn *conn);
bool vchiq_cdev_queue_work(struct work_struct *work);

/* -----------------------------------------------------------------------------
 * Layouts of the ioctls' structures
 */

struct vchiq_user;

/* The structures as the driver sees them, of 64-bit and 32-bit programs alike. */
struct vchiq_args_create {
	u32 fourcc;
	u64 userdata;
	s16 version;
	s16 version_min;
	bool is_open;
	bool is_vchi;
	u32 __user *handle_to;
};

struct vchiq_args_message {
	u32 handle;
	u32 count;
	u64 elements;
};

struct vchiq_args_bulk {
	u32 handle;
	u64 data;
	u64 size;
	u64 userdata;
	u32 mode;
	bool to_host;
	bool is_dmabuf;
	s32 fd;
	u64 offset;
	s32 __user *mode_to;
};

struct vchiq_args_await {
	u32 count;
	u64 buf;
	u32 msgbufsize;
	u32 msgbufcount;
	u64 msgbufs;
	u32 __user *msgbufcount_to;
};

struct vchiq_args_dequeue {
	u32 handle;
	bool is_blocking;
	u32 bufsize;
	u64 buf;
};

struct vchiq_args_config {
	u32 size;
	u64 config;
};

struct vchiq_args_option {
	u32 handle;
	s32 option;
	s32 value;
};

union vchiq_args {
	unsigned long value;
	struct vchiq_args_create create;
	struct vchiq_args_message message;
	struct vchiq_args_bulk bulk;
	struct vchiq_args_await await;
	struct vchiq_args_dequeue dequeue;
	struct vchiq_args_config config;
	struct vchiq_args_option option;
};

/**
 * struct vchiq_element - part of a message
 * @data: user address
 * @size: bytes
 */
struct vchiq_element {
	u64 data;
	u32 size;
};

/**
 * struct vchiq_completion - an event as it is told to the program
 * @reason: enum vchiq_reason
 * @header: user address of the buffer that the message is in, or 0
 * @service_userdata: the program's cookie of the service
 * @bulk_userdata: the program's cookie of the bulk
 */
struct vchiq_completion {
	u32 reason;
	u64 header;
	u64 service_userdata;
	u64 bulk_userdata;
};

struct vchiq_layout;

/**
 * struct vchiq_ioc - a command in one layout
 * @cmd: the number, which tells the size of the structure
 * @get: takes the structure apart; NULL if the argument is a value
 * @run: does it
 */
struct vchiq_ioc {
	unsigned int cmd;
	void (*get)(union vchiq_args *args, const void *arg, void __user *uarg);
	long (*run)(struct vchiq_user *user, const struct vchiq_layout *layout,
		    union vchiq_args *args);
};

/**
 * struct vchiq_layout - how the structures of a program look
 * @iocs: commands by their number, @cmd is 0 where there is none
 * @nr_iocs: how many
 * @is_strict: a message without elements is an error of the arguments
 * @get_element: read an element of a message
 * @get_msgbuf: read the address of a message buffer
 * @put_completion: write a completion
 */
struct vchiq_layout {
	const struct vchiq_ioc *iocs;
	unsigned int nr_iocs;
	bool is_strict;
	int (*get_element)(struct vchiq_element *element, u64 array, unsigned int index);
	int (*get_msgbuf)(u64 *msgbuf, u64 array, unsigned int index);
	int (*put_completion)(u64 array, unsigned int index,
			      const struct vchiq_completion *completion);
};

extern const struct vchiq_layout vchiq_layout32;
#ifdef CONFIG_64BIT
extern const struct vchiq_layout vchiq_layout64;
#endif

/* Structures of commands do not get larger. */
#define VCHIQ_MAX_IOC_SIZE	64

long vchiq_layout_ioctl(struct vchiq_user *user, const struct vchiq_layout *layout,
			unsigned int cmd, unsigned long arg);

#define VCHIQ_DECLARE_COMMAND(name) \
	long vchiq_cmd_##name(struct vchiq_user *user, const struct vchiq_layout *layout, \
			      union vchiq_args *args)

VCHIQ_DECLARE_COMMAND(connect);
VCHIQ_DECLARE_COMMAND(shutdown);
VCHIQ_DECLARE_COMMAND(create_service);
VCHIQ_DECLARE_COMMAND(remove_service);
VCHIQ_DECLARE_COMMAND(queue_message);
VCHIQ_DECLARE_COMMAND(queue_bulk);
VCHIQ_DECLARE_COMMAND(await_completion);
VCHIQ_DECLARE_COMMAND(dequeue_message);
VCHIQ_DECLARE_COMMAND(get_client_id);
VCHIQ_DECLARE_COMMAND(get_config);
VCHIQ_DECLARE_COMMAND(close_service);
VCHIQ_DECLARE_COMMAND(use_service);
VCHIQ_DECLARE_COMMAND(release_service);
VCHIQ_DECLARE_COMMAND(set_service_option);
VCHIQ_DECLARE_COMMAND(lib_version);
VCHIQ_DECLARE_COMMAND(close_delivered);

/* -----------------------------------------------------------------------------
 * Users
 */

/**
 * struct vchiq_user - an open file
 * @ref: one for the file, one for each service and each work
 * @cdev: the device
 * @node: in vchiq_cdev.users
 * @pid: who opened it
 * @comm: its name
 * @services: by the low bits of their handle
 * @wait: readers of events, and who waits for a close to be acknowledged
 * @luck: of polling for events, a hint
 * @bulk_luck: of polling for the end of a bulk, a hint
 * @read_lock: events are copied by one reader at a time
 * @connect_lock: serialises CONNECT with the creation of servers
 * @down_lock: serialises taking it down; protects @is_down
 * @down_work: takes it down without the program
 * @is_down: all services are closed, and no new ones appear
 * @is_ended: the program has closed it
 * @cleaned: nothing is left of it
 * @lock: protects the rest, and what struct vchiq_user_service says
 * @error: errno of all calls from now on, once set
 * @is_connected: CONNECT was done
 * @is_shut: SHUTDOWN was done
 * @is_close_delivered: the program acknowledges each close
 * @events: to be read, struct vchiq_user_event
 * @nr_events: how many
 * @nr_held: messages that wait, be it here or to be dequeued
 * @bytes_held: their bytes
 * @waits: waits that a signal interrupted, struct vchiq_user_bulk
 */
struct vchiq_user {
	struct kref ref;
	struct vchiq_cdev *cdev;
	struct list_head node;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	struct xarray services;
	wait_queue_head_t wait;
	struct vchiq_luck luck;
	struct vchiq_luck bulk_luck;
	struct mutex read_lock; /* One reader of events at a time */
	struct mutex connect_lock; /* CONNECT against creation of servers */

	struct mutex down_lock; /* Protects is_down */
	struct work_struct down_work;
	bool is_down;
	bool is_ended;
	struct completion cleaned;

	spinlock_t lock; /* Protects the rest and the state of the services */
	int error;
	bool is_connected;
	bool is_shut;
	bool is_close_delivered;
	struct list_head events;
	unsigned int nr_events;
	unsigned int nr_held;
	size_t bytes_held;
	struct list_head waits;
};

struct vchiq_user *vchiq_user_create(struct vchiq_cdev *cdev);
void vchiq_user_get(struct vchiq_user *user);
void vchiq_user_put(struct vchiq_user *user);
void vchiq_user_fail(struct vchiq_user *user, int error);
void vchiq_user_down(struct vchiq_user *user);
void vchiq_user_queue_down(struct vchiq_user *user);
void vchiq_user_end(struct vchiq_user *user);
bool vchiq_user_is_readable(struct vchiq_user *user);
int vchiq_user_errno(int error);

static inline int vchiq_user_error(struct vchiq_user *user)
{
	return READ_ONCE(user->error);
}

/* -----------------------------------------------------------------------------
 * Services of users
 */

/**
 * enum vchiq_user_state - state of a user's service
 * @VCHIQ_USER_HIDDEN: server, the user is not connected yet
 * @VCHIQ_USER_LISTENING: server, not open
 * @VCHIQ_USER_OPENING: client, the firmware was asked
 * @VCHIQ_USER_OPEN: open
 * @VCHIQ_USER_CLOSING: the program closes it
 * @VCHIQ_USER_CLOSED: closed by either side
 *
 *	HIDDEN    -> LISTENING   CONNECT
 *	LISTENING -> OPEN        the firmware opens it
 *	OPENING   -> OPEN        the firmware agrees
 *	OPEN      -> LISTENING   server with autoclose, the firmware closes it
 *	CLOSED    -> LISTENING   server, CLOSE_SERVICE
 *	OPEN      -> CLOSING     the program closes it
 *	any       -> CLOSED      closed by either side, or removed
 */
enum vchiq_user_state {
	VCHIQ_USER_HIDDEN,
	VCHIQ_USER_LISTENING,
	VCHIQ_USER_OPENING,
	VCHIQ_USER_OPEN,
	VCHIQ_USER_CLOSING,
	VCHIQ_USER_CLOSED,
};

/**
 * enum vchiq_user_close - what became of a SERVICE_CLOSED
 * @VCHIQ_USER_CLOSE_NONE: there is none, or it was acknowledged
 * @VCHIQ_USER_CLOSE_QUEUED: it waits to be read
 * @VCHIQ_USER_CLOSE_TOLD: it was read and waits to be acknowledged
 */
enum vchiq_user_close {
	VCHIQ_USER_CLOSE_NONE,
	VCHIQ_USER_CLOSE_QUEUED,
	VCHIQ_USER_CLOSE_TOLD,
};

struct vchiq_user_service;

/**
 * struct vchiq_user_event - something the program is told
 * @node: in vchiq_user.events, or vchiq_user_service.messages
 * @us: its service; a reference is held while it is queued
 * @reason: what
 * @is_held: counts for the bounds of the user
 * @bulk_userdata: the program's cookie
 */
struct vchiq_user_event {
	struct list_head node;
	struct vchiq_user_service *us;
	enum vchiq_reason reason;
	bool is_held;
	u64 bulk_userdata;
};

/**
 * struct vchiq_user_message - a message that waits
 * @event: first, for it is freed by it
 * @header: in front of the payload when it is copied with the event
 * @data: payload
 */
struct vchiq_user_message {
	struct vchiq_user_event event;
	struct vchiq_ioc_header header;
	u8 data[];
};

/**
 * struct vchiq_user_service - a service of a user
 * @ref: one for the table, each queued event, each call
 * @user: its user
 * @handle: low bits: index in the table; upper bits: sequence
 * @fourcc: name
 * @userdata: the program's cookie
 * @version: version offered
 * @version_min: oldest peer version accepted
 * @client_id: process that created it
 * @is_server: the firmware opens it
 * @is_vchi: messages are dequeued
 * @wait: who dequeues
 * @overrun_work: closes it because the program does not read
 * @lock: serialises listening and closing; protects @options
 * @options: values set, for a server that listens later
 * @options_set: which of them
 * @state: state; this and the rest under vchiq_user.lock
 * @svc: the transport's service, NULL when hidden or closed by us
 * @close: what became of SERVICE_CLOSED
 * @is_autoclose: a server listens again by itself
 * @is_overrun: @overrun_work is to close it
 * @is_awaited: a call waits for the acknowledgment, or did and comes back
 * @nr_dequeuing: calls that wait for a message
 * @answer_luck: of polling for messages, a hint
 * @messages: to be dequeued, struct vchiq_user_message
 * @nr_messages: how many
 * @available: MESSAGE_AVAILABLE of a service whose messages are dequeued
 * @is_available_queued: it waits to be read
 * @closed: SERVICE_CLOSED to be, so that it never lacks memory
 */
struct vchiq_user_service {
	struct kref ref;
	struct vchiq_user *user;
	u32 handle;
	u32 fourcc;
	u64 userdata;
	s16 version;
	s16 version_min;
	u32 client_id;
	bool is_server;
	bool is_vchi;
	wait_queue_head_t wait;
	struct work_struct overrun_work;

	struct mutex lock; /* Serialises listening and closing, protects options */
	s32 options[VCHIQ_USER_NR_OPTIONS];
	unsigned long options_set;

	enum vchiq_user_state state;
	struct vchiq_service *svc;
	enum vchiq_user_close close;
	bool is_autoclose;
	bool is_overrun;
	bool is_awaited;
	unsigned int nr_dequeuing;
	struct vchiq_luck answer_luck;
	struct list_head messages;
	unsigned int nr_messages;
	struct vchiq_user_event available;
	bool is_available_queued;
	struct vchiq_user_event *closed;
};

struct vchiq_user_service *vchiq_user_find(struct vchiq_user *user, u32 handle);
struct vchiq_user_service *vchiq_user_next(struct vchiq_user *user, unsigned long *index);
struct vchiq_service *vchiq_user_service_get_open(struct vchiq_user_service *us);
struct vchiq_service *vchiq_user_service_get_any(struct vchiq_user_service *us);
void vchiq_user_service_get(struct vchiq_user_service *us);
void vchiq_user_service_put(struct vchiq_user_service *us);
void vchiq_user_service_end(struct vchiq_user_service *us);
bool vchiq_user_service_drop(struct vchiq_user_service *us);
long vchiq_user_with_service(struct vchiq_user *user, u32 handle,
			     int (*run)(struct vchiq_user_service *us));
void vchiq_user_messages_drop(struct vchiq_user_service *us);
extern const struct vchiq_service_ops vchiq_user_service_ops;

/* -----------------------------------------------------------------------------
 * Events
 */

void vchiq_user_queue(struct vchiq_user_service *us, struct vchiq_user_event *event);
void vchiq_user_queue_locked(struct vchiq_user_service *us, struct vchiq_user_event *event);
void vchiq_user_queue_closed_locked(struct vchiq_user_service *us);
void vchiq_user_hold_locked(struct vchiq_user *user, struct vchiq_user_event *event);
void vchiq_user_unhold_locked(struct vchiq_user *user, struct vchiq_user_event *event);
bool vchiq_user_may_hold_locked(struct vchiq_user *user, unsigned int events, size_t bytes);
void vchiq_user_event_free(struct vchiq_user_event *event);
void vchiq_user_events_drop(struct vchiq_user *user);

/* -----------------------------------------------------------------------------
 * Bulks
 */

struct dma_buf;
struct dma_buf_attachment;

/**
 * struct vchiq_user_dmabuf - a dma-buf that takes part in a bulk
 * @dmabuf: the dma-buf
 * @attachment: of the transport's DMA device
 * @sgt: mapped
 * @direction: as mapped
 */
struct vchiq_user_dmabuf {
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attachment;
	struct sg_table *sgt;
	enum dma_data_direction direction;
};

int vchiq_user_dmabuf_get(struct vchiq_user_dmabuf *buf, struct device *dev,
			  const struct vchiq_args_bulk *args);
void vchiq_user_dmabuf_put(struct vchiq_user_dmabuf *buf);
void vchiq_user_bulks_forget(struct vchiq_user *user);

#endif /* VCHIQ_USER_H */
