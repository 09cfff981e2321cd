// SPDX-License-Identifier: GPL-2.0
/*
 * Users: open files, how they begin and end, and the events they are told.
 *
 * The receiver puts events into private memory and goes on; it never waits for a
 * program. What a program leaves unread is bounded: see vchiq_user_service.c.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "vchiq_user.h"

static void vchiq_user_clean(struct vchiq_user *user);

/* -----------------------------------------------------------------------------
 * Objects
 */

static void vchiq_user_down_work(struct work_struct *work)
{
	struct vchiq_user *user = container_of(work, struct vchiq_user, down_work);

	vchiq_user_down(user);
	if (READ_ONCE(user->is_ended))
		vchiq_user_clean(user);
	vchiq_user_put(user);
}

/* Return: a user of @cdev that has yet to be added to it, or NULL. */
struct vchiq_user *vchiq_user_create(struct vchiq_cdev *cdev)
{
	struct vchiq_user *user = kzalloc(sizeof(*user), GFP_KERNEL);

	if (!user)
		return NULL;

	kref_init(&user->ref);
	get_device(&cdev->dev);
	user->cdev = cdev;
	INIT_LIST_HEAD(&user->node);
	user->pid = task_tgid_nr(current);
	get_task_comm(user->comm, current);
	xa_init_flags(&user->services, XA_FLAGS_ALLOC);
	init_waitqueue_head(&user->wait);
	mutex_init(&user->read_lock);
	mutex_init(&user->connect_lock);
	mutex_init(&user->down_lock);
	INIT_WORK(&user->down_work, vchiq_user_down_work);
	init_completion(&user->cleaned);
	spin_lock_init(&user->lock);
	INIT_LIST_HEAD(&user->events);
	INIT_LIST_HEAD(&user->waits);
	return user;
}

static void vchiq_user_release(struct kref *ref)
{
	struct vchiq_user *user = container_of(ref, struct vchiq_user, ref);

	xa_destroy(&user->services);
	mutex_destroy(&user->read_lock);
	mutex_destroy(&user->connect_lock);
	mutex_destroy(&user->down_lock);
	put_device(&user->cdev->dev);
	kfree(user);
}

void vchiq_user_get(struct vchiq_user *user)
{
	kref_get(&user->ref);
}

void vchiq_user_put(struct vchiq_user *user)
{
	kref_put(&user->ref, vchiq_user_release);
}

/*
 * What a program is told for an error of the transport. There is no way for a
 * failure to become a success.
 */
int vchiq_user_errno(int error)
{
	switch (error) {
	case 0:
	case -ENOMEM:
	case -ENODEV:
	case -ENOTCONN:
	case -ETIMEDOUT:
		return error;
	case -ERESTARTSYS:
	case -EINTR:
	case -EAGAIN:
		return -EINTR;
	case -ECONNRESET:
	case -ESHUTDOWN:
		return -ENOTCONN;
	default:
		return error < 0 ? -EIO : error;
	}
}

/* -----------------------------------------------------------------------------
 * The end
 */

static void vchiq_user_wake_all(struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index;

	wake_up_all(&user->wait);
	xa_lock(&user->services);
	xa_for_each(&user->services, index, us)
		wake_up_all(&us->wait);
	xa_unlock(&user->services);
}

/**
 * vchiq_user_fail - let all calls of a file fail from now on
 * @user: the file
 * @error: with this; that the device has gone overrides that it broke
 */
void vchiq_user_fail(struct vchiq_user *user, int error)
{
	scoped_guard(spinlock, &user->lock) {
		if (!user->error || error == -ENODEV)
			WRITE_ONCE(user->error, error);
	}
	vchiq_user_wake_all(user);
}

static void vchiq_user_forget(struct vchiq_user *user)
{
	guard(mutex)(&user->cdev->lock);
	list_del_init(&user->node);
}

static void vchiq_user_end_services(struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index = 0;

	while ((us = vchiq_user_next(user, &index))) {
		vchiq_user_service_end(us);
		vchiq_user_service_put(us);
	}
}

/**
 * vchiq_user_down - close all services of a file
 * @user: the file, after vchiq_user_fail()
 *
 * On return it uses the transport no more, whoever did it.
 *
 * Context: Process context, not a callback of the transport. Bounded.
 */
void vchiq_user_down(struct vchiq_user *user)
{
	scoped_guard(mutex, &user->down_lock) {
		if (user->is_down)
			return;
		vchiq_user_end_services(user);
		user->is_down = true;
	}
	vchiq_user_forget(user);
}

/* The same, later. Once queued it need not be queued again. */
void vchiq_user_queue_down(struct vchiq_user *user)
{
	vchiq_user_get(user);
	if (!vchiq_cdev_queue_work(&user->down_work))
		vchiq_user_put(user);
}

/* No call is under way and none will be: forget what was not read. */
static void vchiq_user_clean(struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index = 0;

	vchiq_user_bulks_forget(user);
	vchiq_user_events_drop(user);
	while ((us = vchiq_user_next(user, &index))) {
		vchiq_user_service_drop(us);
		vchiq_user_service_put(us);
	}
	complete_all(&user->cleaned);
}

/**
 * vchiq_user_end - the last reference to a file is gone
 * @user: the file
 *
 * A firmware that does not answer does not keep the program from ending.
 */
void vchiq_user_end(struct vchiq_user *user)
{
	vchiq_user_fail(user, -ENODEV);
	/* Whoever takes it down from here on cleans up too. */
	WRITE_ONCE(user->is_ended, true);
	vchiq_user_queue_down(user);
	wait_for_completion_timeout(&user->cleaned,
				    msecs_to_jiffies(VCHIQ_USER_CLOSE_TIMEOUT_MS));
}

/* -----------------------------------------------------------------------------
 * Events
 */

/* Reading does not wait. */
bool vchiq_user_is_readable(struct vchiq_user *user)
{
	guard(spinlock)(&user->lock);

	return user->error || user->is_shut || !list_empty(&user->events);
}

static size_t vchiq_user_event_len(const struct vchiq_user_event *event)
{
	if (!event->is_held || event->reason != VCHIQ_REASON_MESSAGE_AVAILABLE)
		return 0;

	return container_of_const(event, struct vchiq_user_message, event)->header.size;
}

bool vchiq_user_may_hold_locked(struct vchiq_user *user, unsigned int events, size_t bytes)
{
	lockdep_assert_held(&user->lock);

	return user->nr_held + events <= VCHIQ_MAX_UNREAD_MESSAGES &&
	       user->bytes_held + bytes <= VCHIQ_MAX_UNREAD_BYTES;
}

void vchiq_user_hold_locked(struct vchiq_user *user, struct vchiq_user_event *event)
{
	lockdep_assert_held(&user->lock);
	event->is_held = true;
	user->nr_held++;
	user->bytes_held += vchiq_user_event_len(event);
}

void vchiq_user_unhold_locked(struct vchiq_user *user, struct vchiq_user_event *event)
{
	lockdep_assert_held(&user->lock);
	if (!event->is_held)
		return;

	user->nr_held--;
	user->bytes_held -= vchiq_user_event_len(event);
	event->is_held = false;
}

/* @event is the user's from now on. Whoever calls wakes vchiq_user.wait. */
void vchiq_user_queue_locked(struct vchiq_user_service *us, struct vchiq_user_event *event)
{
	struct vchiq_user *user = us->user;

	lockdep_assert_held(&user->lock);
	vchiq_user_service_get(us);
	event->us = us;
	list_add_tail(&event->node, &user->events);
	user->nr_events++;
}

void vchiq_user_queue(struct vchiq_user_service *us, struct vchiq_user_event *event)
{
	scoped_guard(spinlock, &us->user->lock)
		vchiq_user_queue_locked(us, event);
	wake_up_all(&us->user->wait);
}

/* The last event of the service, at least until it is opened again. */
void vchiq_user_queue_closed_locked(struct vchiq_user_service *us)
{
	struct vchiq_user_event *event = us->closed;

	lockdep_assert_held(&us->user->lock);
	if (!event)
		return;

	us->closed = NULL;
	us->close = VCHIQ_USER_CLOSE_QUEUED;
	event->reason = VCHIQ_REASON_SERVICE_CLOSED;
	vchiq_user_queue_locked(us, event);
}

/* @event was taken off its list. */
void vchiq_user_event_free(struct vchiq_user_event *event)
{
	struct vchiq_user_service *us = event->us;

	if (event != &us->available)
		kfree(event);
	vchiq_user_service_put(us);
}

static struct vchiq_user_event *vchiq_user_event_pop(struct vchiq_user *user)
{
	struct vchiq_user_event *event;

	guard(spinlock)(&user->lock);
	event = list_first_entry_or_null(&user->events, struct vchiq_user_event, node);
	if (!event)
		return NULL;

	list_del_init(&event->node);
	user->nr_events--;
	vchiq_user_unhold_locked(user, event);
	return event;
}

/* Nobody will read them. */
void vchiq_user_events_drop(struct vchiq_user *user)
{
	struct vchiq_user_event *event;

	while ((event = vchiq_user_event_pop(user)))
		vchiq_user_event_free(event);
}

/* -----------------------------------------------------------------------------
 * Reading
 */

/**
 * struct vchiq_reader - a call of AWAIT_COMPLETION
 * @user: the file
 * @layout: layout of the program's structures
 * @args: arguments
 * @count: completions written
 * @msgbufs: message buffers left
 */
struct vchiq_reader {
	struct vchiq_user *user;
	const struct vchiq_layout *layout;
	const struct vchiq_args_await *args;
	unsigned int count;
	u32 msgbufs;
};

static bool vchiq_event_has_message(const struct vchiq_user_event *event)
{
	return event->reason == VCHIQ_REASON_MESSAGE_AVAILABLE &&
	       event != &event->us->available;
}

/* Return: 0, or an errno if the message stays where it is. */
static int vchiq_read_message(struct vchiq_reader *reader, const struct vchiq_user_message *msg,
			      u64 *header)
{
	size_t len = sizeof(msg->header) + msg->header.size;
	u64 msgbuf;
	int ret;

	if (!reader->msgbufs || reader->args->msgbufsize < len)
		return -EMSGSIZE;

	ret = reader->layout->get_msgbuf(&msgbuf, reader->args->msgbufs, reader->msgbufs - 1);
	if (ret)
		return ret;
	if (copy_to_user(u64_to_user_ptr(msgbuf), &msg->header, len))
		return -EFAULT;

	*header = msgbuf;
	return 0;
}

static int vchiq_read_event(struct vchiq_reader *reader, const struct vchiq_user_event *event)
{
	struct vchiq_completion completion = {
		.reason = event->reason,
		.service_userdata = event->us->userdata,
		.bulk_userdata = event->bulk_userdata,
	};
	bool has_message = vchiq_event_has_message(event);
	const struct vchiq_user_message *msg;
	int ret;

	if (has_message) {
		msg = container_of_const(event, struct vchiq_user_message, event);
		ret = vchiq_read_message(reader, msg, &completion.header);
		if (ret)
			return ret;
	}
	ret = reader->layout->put_completion(reader->args->buf, reader->count, &completion);
	if (ret)
		return ret;

	reader->msgbufs -= has_message;
	reader->count++;
	return 0;
}

/* The program knows that the service is closed. */
static void vchiq_user_told_closed(struct vchiq_user_service *us)
{
	struct vchiq_user *user = us->user;
	bool is_last;

	scoped_guard(spinlock, &user->lock) {
		us->close = user->is_close_delivered ? VCHIQ_USER_CLOSE_TOLD :
						       VCHIQ_USER_CLOSE_NONE;
		is_last = !user->is_close_delivered && !us->is_server;
	}
	if (is_last)
		vchiq_user_service_drop(us);
}

static struct vchiq_user_event *vchiq_user_peek(struct vchiq_user *user)
{
	guard(spinlock)(&user->lock);

	return list_first_entry_or_null(&user->events, struct vchiq_user_event, node);
}

/* The first event was read; only readers take events off the list. */
static void vchiq_user_event_read(struct vchiq_user *user, struct vchiq_user_event *event)
{
	scoped_guard(spinlock, &user->lock) {
		list_del_init(&event->node);
		user->nr_events--;
		vchiq_user_unhold_locked(user, event);
		if (event == &event->us->available)
			event->us->is_available_queued = false;
	}
	if (event->reason == VCHIQ_REASON_SERVICE_CLOSED)
		vchiq_user_told_closed(event->us);
	vchiq_user_event_free(event);
}

/* Return: 0 if something was read or there is nothing, else why not. */
static int vchiq_read_events(struct vchiq_reader *reader)
{
	struct vchiq_user_event *event;
	int ret;

	while (reader->count < reader->args->count) {
		event = vchiq_user_peek(reader->user);
		if (!event)
			break;
		ret = vchiq_read_event(reader, event);
		if (ret)
			return reader->count ? 0 : ret;
		vchiq_user_event_read(reader->user, event);
	}

	return 0;
}

static bool vchiq_user_is_readable_by(void *user)
{
	return vchiq_user_is_readable(user);
}

static int vchiq_user_await(struct vchiq_user *user)
{
	int ret;

	vchiq_poll(user->cdev->conn, &user->luck, vchiq_user_is_readable_by, user);
	ret = wait_event_interruptible(user->wait, vchiq_user_is_readable(user));
	if (ret)
		return -EINTR;

	return vchiq_user_error(user);
}

static int vchiq_read_once(struct vchiq_reader *reader)
{
	struct vchiq_user *user = reader->user;
	int ret;

	ret = vchiq_user_await(user);
	if (ret)
		return ret;
	if (mutex_lock_interruptible(&user->read_lock))
		return -EINTR;
	ret = vchiq_read_events(reader);
	mutex_unlock(&user->read_lock);
	return ret;
}

static bool vchiq_user_is_shut(struct vchiq_user *user)
{
	guard(spinlock)(&user->lock);

	return user->is_shut && list_empty(&user->events);
}

/* Another reader may have been faster; what 0 would mean is that there is no more. */
static int vchiq_read(struct vchiq_reader *reader)
{
	int ret;

	do {
		ret = vchiq_read_once(reader);
	} while (!ret && !reader->count && reader->args->count &&
		 !vchiq_user_is_shut(reader->user));

	return ret;
}

long vchiq_cmd_await_completion(struct vchiq_user *user, const struct vchiq_layout *layout,
				union vchiq_args *args)
{
	struct vchiq_reader reader = {
		.user = user,
		.layout = layout,
		.args = &args->await,
		.msgbufs = args->await.msgbufcount,
	};
	int ret;

	if (!READ_ONCE(user->is_connected))
		return -ENOTCONN;

	ret = vchiq_read(&reader);
	if (reader.msgbufs != args->await.msgbufcount &&
	    put_user(reader.msgbufs, args->await.msgbufcount_to))
		return -EFAULT;

	return ret ?: (long)reader.count;
}
