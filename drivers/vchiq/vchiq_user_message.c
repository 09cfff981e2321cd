// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of users, both ways, and all else that the receiver brings.
 *
 * The receiver copies a message to memory of the file and goes on. A file that
 * holds too much loses the service that brings more; others do not notice.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vchiq_user.h"

/* -----------------------------------------------------------------------------
 * What the receiver calls. It must not wait for the program.
 */

/* Under vchiq_user.lock: the program does not read what the service brings. */
static void vchiq_user_service_overrun_locked(struct vchiq_user_service *us)
{
	struct vchiq_user *user = us->user;

	lockdep_assert_held(&user->lock);
	if (us->is_overrun)
		return;

	us->is_overrun = true;
	dev_notice_ratelimited(&user->cdev->dev,
			       "%s[%d] leaves %u messages, %zu bytes unread, closing its service\n",
			       user->comm, user->pid, user->nr_held, user->bytes_held);
	vchiq_user_service_get(us);
	if (!vchiq_cdev_queue_work(&us->overrun_work))
		vchiq_user_service_put(us);
}

static struct vchiq_user_message *vchiq_user_message_alloc(struct vchiq_service *svc,
							   const void *data, size_t len)
{
	struct vchiq_user_message *msg = kmalloc(struct_size(msg, data, len), GFP_KERNEL);

	if (!msg)
		return NULL;

	memset(&msg->event, 0, sizeof(msg->event));
	msg->event.reason = VCHIQ_REASON_MESSAGE_AVAILABLE;
	msg->header.msgid = VCHIQ_MSGID(VCHIQ_MSG_DATA, READ_ONCE(svc->remote_port), svc->port);
	msg->header.size = len;
	memcpy(msg->data, data, len);
	return msg;
}

/* One notice of messages is enough, and none is needed by who waits already. */
static void vchiq_user_notify_locked(struct vchiq_user_service *us)
{
	lockdep_assert_held(&us->user->lock);
	if (us->nr_dequeuing || us->is_available_queued)
		return;

	us->is_available_queued = true;
	vchiq_user_queue_locked(us, &us->available);
}

static void vchiq_user_queue_message_locked(struct vchiq_user_service *us,
					    struct vchiq_user_message *msg)
{
	lockdep_assert_held(&us->user->lock);
	list_add_tail(&msg->event.node, &us->messages);
	us->nr_messages++;
	vchiq_user_notify_locked(us);
}

/* Return: true if @msg was taken. */
static bool vchiq_user_take_message(struct vchiq_user_service *us, struct vchiq_user_message *msg)
{
	struct vchiq_user *user = us->user;

	guard(spinlock)(&user->lock);
	if (us->is_overrun ||
	    (us->state != VCHIQ_USER_OPEN && us->state != VCHIQ_USER_OPENING))
		return false;
	if (!msg || !vchiq_user_may_hold_locked(user, 1, msg->header.size)) {
		vchiq_user_service_overrun_locked(us);
		return false;
	}

	vchiq_user_hold_locked(user, &msg->event);
	if (us->is_vchi)
		vchiq_user_queue_message_locked(us, msg);
	else
		vchiq_user_queue_locked(us, &msg->event);
	return true;
}

static void vchiq_user_message(struct vchiq_service *svc, const void *data, size_t len)
{
	struct vchiq_user_service *us = vchiq_service_priv(svc);
	struct vchiq_user_message *msg = vchiq_user_message_alloc(svc, data, len);

	if (!vchiq_user_take_message(us, msg)) {
		kfree(msg);
		return;
	}
	wake_up_all(&us->wait);
	wake_up_all(&us->user->wait);
}

/* Return: true if both events were taken. */
static bool vchiq_user_take_opened(struct vchiq_user_service *us, struct vchiq_service *svc,
				   struct vchiq_user_event *opened,
				   struct vchiq_user_event *closed)
{
	struct vchiq_user *user = us->user;

	guard(spinlock)(&user->lock);
	us->state = VCHIQ_USER_OPEN;
	/* It may be open before the call that offers it has returned. */
	us->svc = svc;
	if (!opened || !closed || us->closed || !vchiq_user_may_hold_locked(user, 1, 0)) {
		vchiq_user_service_overrun_locked(us);
		return false;
	}

	us->closed = closed;
	vchiq_user_hold_locked(user, opened);
	vchiq_user_queue_locked(us, opened);
	return true;
}

static void vchiq_user_opened(struct vchiq_service *svc)
{
	struct vchiq_user_service *us = vchiq_service_priv(svc);
	struct vchiq_user_event *opened = kzalloc(sizeof(*opened), GFP_KERNEL);
	struct vchiq_user_event *closed = kzalloc(sizeof(*closed), GFP_KERNEL);

	if (opened)
		opened->reason = VCHIQ_REASON_SERVICE_OPENED;
	if (!vchiq_user_take_opened(us, svc, opened, closed)) {
		kfree(opened);
		kfree(closed);
		return;
	}
	wake_up_all(&us->user->wait);
}

static void vchiq_user_closed(struct vchiq_service *svc)
{
	struct vchiq_user_service *us = vchiq_service_priv(svc);
	struct vchiq_user *user = us->user;

	scoped_guard(spinlock, &user->lock) {
		if (us->state != VCHIQ_USER_OPEN && us->state != VCHIQ_USER_OPENING)
			return;
		vchiq_user_queue_closed_locked(us);
		us->state = us->is_server && us->is_autoclose ? VCHIQ_USER_LISTENING :
								VCHIQ_USER_CLOSED;
	}
	wake_up_all(&us->wait);
	wake_up_all(&user->wait);
}

const struct vchiq_service_ops vchiq_user_service_ops = {
	.opened = vchiq_user_opened,
	.message = vchiq_user_message,
	.closed = vchiq_user_closed,
};

/* -----------------------------------------------------------------------------
 * Dequeuing
 */

static bool vchiq_user_is_closed_locked(struct vchiq_user_service *us)
{
	lockdep_assert_held(&us->user->lock);

	return us->state == VCHIQ_USER_CLOSED || us->state == VCHIQ_USER_CLOSING;
}

static bool vchiq_user_can_dequeue(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);

	return !list_empty(&us->messages) || vchiq_user_is_closed_locked(us) || us->user->error;
}

static bool vchiq_user_can_dequeue_from(void *us)
{
	return vchiq_user_can_dequeue(us);
}

/* Look for the message before sleeping. */
static void vchiq_user_poll_message(struct vchiq_user_service *us)
{
	struct vchiq_service *svc = vchiq_user_service_get_open(us);

	if (IS_ERR(svc))
		return;

	vchiq_poll(svc->conn, &us->answer_luck, vchiq_user_can_dequeue_from, us);
	vchiq_service_put(svc);
}

static int vchiq_user_await_message(struct vchiq_user_service *us)
{
	int ret;

	scoped_guard(spinlock, &us->user->lock)
		us->nr_dequeuing++;
	vchiq_user_poll_message(us);
	ret = wait_event_interruptible(us->wait, vchiq_user_can_dequeue(us));
	scoped_guard(spinlock, &us->user->lock)
		us->nr_dequeuing--;

	return ret ? -EINTR : vchiq_user_error(us->user);
}

/* Return: a message that fits, or why there is none; one that does not fit stays. */
static struct vchiq_user_message *
vchiq_user_message_pop(struct vchiq_user_service *us, const struct vchiq_args_dequeue *args)
{
	struct vchiq_user_message *msg;

	guard(spinlock)(&us->user->lock);
	msg = list_first_entry_or_null(&us->messages, struct vchiq_user_message, event.node);
	if (!msg)
		return ERR_PTR(vchiq_user_is_closed_locked(us) ? -ENOTCONN : -EWOULDBLOCK);
	if (args->buf && msg->header.size > args->bufsize)
		return ERR_PTR(-EMSGSIZE);

	list_del_init(&msg->event.node);
	us->nr_messages--;
	return msg;
}

static void vchiq_user_message_push_back(struct vchiq_user_service *us,
					 struct vchiq_user_message *msg)
{
	guard(spinlock)(&us->user->lock);
	list_add(&msg->event.node, &us->messages);
	us->nr_messages++;
}

static void vchiq_user_message_free(struct vchiq_user_service *us,
				    struct vchiq_user_message *msg)
{
	scoped_guard(spinlock, &us->user->lock)
		vchiq_user_unhold_locked(us->user, &msg->event);
	kfree(msg);
}

/* Nobody will dequeue them. */
void vchiq_user_messages_drop(struct vchiq_user_service *us)
{
	struct vchiq_user_message *msg, *tmp;

	list_for_each_entry_safe(msg, tmp, &us->messages, event.node)
		vchiq_user_message_free(us, msg);
}

static long vchiq_user_try_dequeue(struct vchiq_user_service *us,
				   const struct vchiq_args_dequeue *args)
{
	struct vchiq_user_message *msg = vchiq_user_message_pop(us, args);
	long len;

	if (IS_ERR(msg))
		return PTR_ERR(msg);

	len = msg->header.size;
	if (args->buf && copy_to_user(u64_to_user_ptr(args->buf), msg->data, len)) {
		vchiq_user_message_push_back(us, msg);
		return -EFAULT;
	}
	vchiq_user_message_free(us, msg);
	return len;
}

/* Others may have come while this call waited, and it has taken or left one. */
static void vchiq_user_renotify(struct vchiq_user_service *us)
{
	scoped_guard(spinlock, &us->user->lock) {
		if (list_empty(&us->messages))
			return;
		vchiq_user_notify_locked(us);
	}
	wake_up_all(&us->user->wait);
}

static long vchiq_user_dequeue(struct vchiq_user_service *us,
			       const struct vchiq_args_dequeue *args)
{
	bool has_waited = false;
	long ret;

	if (!us->is_vchi)
		return -EINVAL;

	while ((ret = vchiq_user_try_dequeue(us, args)) == -EWOULDBLOCK && args->is_blocking) {
		has_waited = true;
		ret = vchiq_user_await_message(us);
		if (ret)
			break;
	}
	if (has_waited)
		vchiq_user_renotify(us);
	else if (ret >= 0 && args->is_blocking)
		vchiq_poll_answered(&us->answer_luck);

	return ret;
}

long vchiq_cmd_dequeue_message(struct vchiq_user *user, const struct vchiq_layout *layout,
			       union vchiq_args *args)
{
	struct vchiq_user_service *us = vchiq_user_find(user, args->dequeue.handle);
	long ret;

	if (!us)
		return -EINVAL;

	ret = vchiq_user_dequeue(us, &args->dequeue);
	vchiq_user_service_put(us);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Sending
 */

/* Return: bytes, or what is wrong with the elements. */
static long vchiq_user_get_elements(const struct vchiq_layout *layout,
				    const struct vchiq_args_message *args,
				    struct vchiq_element *elements)
{
	size_t total = 0;
	u32 i;

	if (args->count > VCHIQ_MAX_ELEMENTS)
		return -EINVAL;
	if (layout->is_strict && (!args->elements || !args->count))
		return -EINVAL;

	for (i = 0; i < args->count; i++) {
		if (layout->get_element(&elements[i], args->elements, i))
			return -EFAULT;
		if (elements[i].size && !elements[i].data)
			return -EFAULT;
		total += min_t(size_t, elements[i].size, VCHIQ_MAX_MSG_SIZE + 1);
	}

	return total && total <= VCHIQ_MAX_MSG_SIZE ? total : -EIO;
}

static int vchiq_user_gather(u8 *to, const struct vchiq_element *elements, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (copy_from_user(to, u64_to_user_ptr(elements[i].data), elements[i].size))
			return -EIO;
		to += elements[i].size;
	}

	return 0;
}

static int vchiq_user_send(struct vchiq_user_service *us, const void *data, size_t len)
{
	struct vchiq_service *svc = vchiq_user_service_get_open(us);
	int ret;

	if (IS_ERR(svc))
		return PTR_ERR(svc);

	ret = vchiq_user_errno(vchiq_service_send(svc, data, len));
	if (!ret && us->is_vchi)
		vchiq_poll_asked(svc->conn, &us->answer_luck);
	vchiq_service_put(svc);
	return ret;
}

/* The message is complete in private memory before the transport sees it. */
static long vchiq_user_queue_message(struct vchiq_user_service *us,
				     const struct vchiq_layout *layout,
				     const struct vchiq_args_message *args)
{
	struct vchiq_element elements[VCHIQ_MAX_ELEMENTS] = { };
	u8 *data;
	long ret;

	ret = vchiq_user_get_elements(layout, args, elements);
	if (ret < 0)
		return ret;

	data = kmalloc(ret, GFP_KERNEL);
	if (!data)
		return -ENOMEM;

	if (vchiq_user_gather(data, elements, args->count))
		ret = -EIO;
	else
		ret = vchiq_user_send(us, data, ret);
	kfree(data);
	return ret;
}

long vchiq_cmd_queue_message(struct vchiq_user *user, const struct vchiq_layout *layout,
			     union vchiq_args *args)
{
	struct vchiq_user_service *us = vchiq_user_find(user, args->message.handle);
	long ret;

	if (!us)
		return -EINVAL;

	ret = vchiq_user_queue_message(us, layout, &args->message);
	vchiq_user_service_put(us);
	return ret;
}
