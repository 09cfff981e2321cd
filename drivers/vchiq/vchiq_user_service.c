// SPDX-License-Identifier: GPL-2.0
/*
 * Services of users: opening, listening, closing, and what the transport calls.
 *
 * A handle is an index into the table of its file and a sequence number of the
 * device, so that neither a stale handle nor another file's is taken for a
 * service.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "vchiq_handle.h"
#include "vchiq_user.h"

/* -----------------------------------------------------------------------------
 * Objects
 */

static void vchiq_user_service_release(struct kref *ref)
{
	struct vchiq_user_service *us = container_of(ref, struct vchiq_user_service, ref);

	vchiq_user_messages_drop(us);
	kfree(us->closed);
	mutex_destroy(&us->lock);
	vchiq_user_put(us->user);
	kfree(us);
}

void vchiq_user_service_get(struct vchiq_user_service *us)
{
	kref_get(&us->ref);
}

void vchiq_user_service_put(struct vchiq_user_service *us)
{
	kref_put(&us->ref, vchiq_user_service_release);
}

static void vchiq_user_overrun_work(struct work_struct *work)
{
	struct vchiq_user_service *us =
		container_of(work, struct vchiq_user_service, overrun_work);

	vchiq_user_service_end(us);
	vchiq_user_service_put(us);
}

static struct vchiq_user_service *vchiq_user_service_alloc(struct vchiq_user *user,
							   const struct vchiq_args_create *args)
{
	struct vchiq_user_service *us = kzalloc(sizeof(*us), GFP_KERNEL);

	if (!us)
		return NULL;

	/* That of a server comes with its SERVICE_OPENED. */
	if (args->is_open) {
		us->closed = kzalloc(sizeof(*us->closed), GFP_KERNEL);
		if (!us->closed) {
			kfree(us);
			return NULL;
		}
	}

	kref_init(&us->ref);
	vchiq_user_get(user);
	us->user = user;
	us->fourcc = args->fourcc;
	us->userdata = args->userdata;
	us->version = args->version;
	us->version_min = args->version_min;
	us->client_id = task_tgid_nr(current);
	us->is_server = !args->is_open;
	us->is_vchi = args->is_vchi;
	us->is_autoclose = true;
	us->state = us->is_server ? VCHIQ_USER_HIDDEN : VCHIQ_USER_OPENING;
	us->available.reason = VCHIQ_REASON_MESSAGE_AVAILABLE;
	init_waitqueue_head(&us->wait);
	INIT_WORK(&us->overrun_work, vchiq_user_overrun_work);
	mutex_init(&us->lock);
	INIT_LIST_HEAD(&us->messages);
	return us;
}

/* Its place in the table; it is not found there before vchiq_user_service_show(). */
static int vchiq_user_service_reserve(struct vchiq_user_service *us)
{
	struct vchiq_user *user = us->user;
	int ret;

	ret = vchiq_handle_reserve(&user->services, &user->cdev->sequence, &us->handle);
	return ret == -EBUSY ? -EEXIST : ret;
}

static void vchiq_user_service_show(struct vchiq_user_service *us)
{
	vchiq_user_service_get(us);
	/* The place is there, so this needs no memory. */
	xa_store(&us->user->services, VCHIQ_HANDLE_INDEX(us->handle), us, GFP_KERNEL);
}

static void vchiq_user_service_unreserve(struct vchiq_user_service *us)
{
	xa_erase(&us->user->services, VCHIQ_HANDLE_INDEX(us->handle));
}

/* Return: the service of @user with that handle and a reference, or NULL. */
struct vchiq_user_service *vchiq_user_find(struct vchiq_user *user, u32 handle)
{
	struct vchiq_user_service *us;

	xa_lock(&user->services);
	us = vchiq_handle_load(&user->services, handle);
	if (us && us->handle == handle)
		vchiq_user_service_get(us);
	else
		us = NULL;
	xa_unlock(&user->services);

	return us;
}

/* Return: what @run returns for the service, -EINVAL if @user has none with that handle. */
long vchiq_user_with_service(struct vchiq_user *user, u32 handle,
			     int (*run)(struct vchiq_user_service *us))
{
	struct vchiq_user_service *us = vchiq_user_find(user, handle);
	int ret;

	if (!us)
		return -EINVAL;

	ret = run(us);
	vchiq_user_service_put(us);
	return ret;
}

/**
 * vchiq_user_next - go through the services of a file
 * @user: the file
 * @index: where to begin; then where to go on
 *
 * Return: a service with a reference, or NULL.
 */
struct vchiq_user_service *vchiq_user_next(struct vchiq_user *user, unsigned long *index)
{
	struct vchiq_user_service *us;

	xa_lock(&user->services);
	us = xa_find(&user->services, index, VCHIQ_MAX_SERVICES - 1, XA_PRESENT);
	if (us)
		vchiq_user_service_get(us);
	xa_unlock(&user->services);
	++*index;

	return us;
}

/*
 * The transport's service may be closed while somebody uses it; the reference
 * keeps the object. Return: it, or NULL.
 */
struct vchiq_service *vchiq_user_service_get_any(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);
	if (us->svc)
		kref_get(&us->svc->ref);

	return us->svc;
}

struct vchiq_service *vchiq_user_service_get_open(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);
	switch (us->state) {
	case VCHIQ_USER_OPEN:
		kref_get(&us->svc->ref);
		return us->svc;
	case VCHIQ_USER_CLOSED:
		return ERR_PTR(-ENOTCONN);
	default:
		return ERR_PTR(-EIO);
	}
}

/* -----------------------------------------------------------------------------
 * Opening and listening
 */

static struct vchiq_service_params vchiq_user_service_params(struct vchiq_user_service *us)
{
	return (struct vchiq_service_params) {
		.fourcc = us->fourcc,
		.version = us->version,
		.version_min = us->version_min,
		.ops = &vchiq_user_service_ops,
		.priv = us,
		.flags = VCHIQ_SERVICE_INTERRUPTIBLE | VCHIQ_SERVICE_POLLS,
	};
}

/*
 * From here on it is found in the table: by who takes the file down too, unless
 * that was done before. Return: 0, or why @svc is no use any more.
 */
static int vchiq_user_service_set_svc(struct vchiq_user_service *us, struct vchiq_service *svc)
{
	guard(mutex)(&us->lock);
	vchiq_user_service_show(us);

	guard(spinlock)(&us->user->lock);
	us->svc = svc;
	if (us->state == VCHIQ_USER_OPENING)
		us->state = VCHIQ_USER_OPEN;

	return us->user->error;
}

static int vchiq_user_service_open(struct vchiq_user_service *us)
{
	const struct vchiq_service_params params = vchiq_user_service_params(us);
	struct vchiq_service *svc;
	int ret;

	svc = vchiq_service_open_on(us->user->cdev->conn, &params, VCHIQ_OPEN_TIMEOUT_MS);
	if (IS_ERR(svc))
		return PTR_ERR(svc) == -EBUSY ? -EEXIST : vchiq_user_errno(PTR_ERR(svc));

	ret = vchiq_user_service_set_svc(us, svc);
	if (ret)
		vchiq_user_service_end(us);
	return ret;
}

/* The others are told when it begins to listen. Their values were checked. */
static void vchiq_user_service_apply_options(struct vchiq_user_service *us,
					     struct vchiq_service *svc)
{
	static const enum vchiq_option options[] = {
		VCHIQ_OPTION_SLOT_QUOTA, VCHIQ_OPTION_MESSAGE_QUOTA, VCHIQ_OPTION_TRACE,
	};
	unsigned int i;

	lockdep_assert_held(&us->lock);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (test_bit(options[i], &us->options_set))
			vchiq_service_set_option(svc, options[i], us->options[options[i]]);
	}
}

/* Return: false if it is to listen no more. */
static bool vchiq_user_service_set_listening(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);
	if (us->user->error)
		return false;

	us->state = VCHIQ_USER_LISTENING;
	us->is_overrun = false;
	return true;
}

static void vchiq_user_service_listen_failed(struct vchiq_user_service *us,
					     enum vchiq_user_state before)
{
	guard(spinlock)(&us->user->lock);
	us->state = before;
}

/*
 * A HIDDEN or CLOSED server becomes LISTENING. The firmware may open it before
 * this returns.
 */
static int vchiq_user_service_listen_locked(struct vchiq_user_service *us)
{
	struct vchiq_service_params params = vchiq_user_service_params(us);
	enum vchiq_user_state before = us->state;
	struct vchiq_service *svc;
	int ret;

	lockdep_assert_held(&us->lock);
	if (!us->is_autoclose)
		params.flags |= VCHIQ_SERVICE_ONCE;
	if (us->options[VCHIQ_OPTION_SYNCHRONOUS])
		params.flags |= VCHIQ_SERVICE_SYNC;
	if (!vchiq_user_service_set_listening(us))
		return vchiq_user_error(us->user);

	svc = vchiq_service_listen_on(us->user->cdev->conn, &params, us->user);
	ret = PTR_ERR_OR_ZERO(svc);
	if (ret) {
		vchiq_user_service_listen_failed(us, before);
		return ret == -EINVAL || ret == -EBUSY || ret == -EEXIST ? -EEXIST :
		       vchiq_user_errno(ret);
	}

	scoped_guard(spinlock, &us->user->lock)
		us->svc = svc;
	vchiq_user_service_apply_options(us, svc);
	return 0;
}

static int vchiq_user_service_listen(struct vchiq_user_service *us)
{
	guard(mutex)(&us->lock);
	if (READ_ONCE(us->state) != VCHIQ_USER_HIDDEN)
		return 0;

	return vchiq_user_service_listen_locked(us);
}

static int vchiq_user_service_offer(struct vchiq_user_service *us)
{
	struct vchiq_user *user = us->user;

	guard(mutex)(&user->connect_lock);
	vchiq_user_service_show(us);
	if (!user->is_connected)
		return vchiq_user_error(user);

	return vchiq_user_service_listen(us);
}

static int vchiq_user_service_create(struct vchiq_user_service *us, u32 __user *handle_to)
{
	int ret;

	ret = vchiq_user_service_reserve(us);
	if (ret)
		return ret;

	/* First, so that nothing has to be undone if it fails. */
	if (put_user(us->handle, handle_to))
		ret = -EFAULT;
	else if (us->is_server)
		ret = vchiq_user_service_offer(us);
	else
		ret = vchiq_user_service_open(us);
	if (!ret)
		return 0;

	/* In the table there is the place alone, or the service. */
	vchiq_user_service_end(us);
	if (!vchiq_user_service_drop(us))
		vchiq_user_service_unreserve(us);
	return ret;
}

long vchiq_cmd_create_service(struct vchiq_user *user, const struct vchiq_layout *layout,
			      union vchiq_args *args)
{
	struct vchiq_user_service *us;
	int ret;

	if (READ_ONCE(user->is_shut) || (args->create.is_open && !READ_ONCE(user->is_connected)))
		return -ENOTCONN;
	if (!args->create.fourcc)
		return -EEXIST;

	us = vchiq_user_service_alloc(user, &args->create);
	if (!us)
		return -ENOMEM;

	ret = vchiq_user_service_create(us, args->create.handle_to);
	vchiq_user_service_put(us);
	return ret;
}

static int vchiq_user_listen_all(struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index = 0;
	int ret = 0;

	while (!ret && (us = vchiq_user_next(user, &index))) {
		ret = vchiq_user_service_listen(us);
		vchiq_user_service_put(us);
	}

	return ret;
}

long vchiq_cmd_connect(struct vchiq_user *user, const struct vchiq_layout *layout,
		       union vchiq_args *args)
{
	int ret;

	guard(mutex)(&user->connect_lock);
	if (user->is_connected)
		return -EINVAL;

	ret = vchiq_user_listen_all(user);
	if (!ret)
		WRITE_ONCE(user->is_connected, true);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Closing
 */

static struct vchiq_service *vchiq_user_service_take_svc(struct vchiq_user_service *us)
{
	struct vchiq_service *svc;

	guard(spinlock)(&us->user->lock);
	svc = us->svc;
	us->svc = NULL;
	if (us->state == VCHIQ_USER_OPEN)
		us->state = VCHIQ_USER_CLOSING;

	return svc;
}

/**
 * vchiq_user_service_end - close a service, by whoever
 * @us: the service, CLOSED on return
 *
 * If it was open the program will read of it, after what became of its bulks.
 *
 * Context: Process context, not a callback of the transport. Bounded.
 */
void vchiq_user_service_end(struct vchiq_user_service *us)
{
	struct vchiq_user *user = us->user;

	scoped_guard(mutex, &us->lock) {
		vchiq_service_close(vchiq_user_service_take_svc(us));
		scoped_guard(spinlock, &user->lock) {
			if (us->state == VCHIQ_USER_CLOSING || us->state == VCHIQ_USER_OPEN)
				vchiq_user_queue_closed_locked(us);
			us->state = VCHIQ_USER_CLOSED;
			/* It may have been opened until the close was through. */
			us->svc = NULL;
		}
	}
	wake_up_all(&us->wait);
	wake_up_all(&user->wait);
}

/**
 * vchiq_user_service_drop - forget a service, its handle means nothing any more
 * @us: the service; the caller has a reference
 *
 * Return: false if it is not in the table.
 */
bool vchiq_user_service_drop(struct vchiq_user_service *us)
{
	struct xarray *services = &us->user->services;

	vchiq_user_service_end(us);
	if (xa_cmpxchg(services, VCHIQ_HANDLE_INDEX(us->handle), us, NULL, GFP_KERNEL) != us)
		return false;

	vchiq_user_service_put(us);
	return true;
}

static bool vchiq_user_service_is_acknowledged(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);

	return us->close == VCHIQ_USER_CLOSE_NONE || us->user->error;
}

static bool vchiq_user_service_set_awaited(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);
	if (!us->user->is_close_delivered)
		return false;

	us->is_awaited = true;
	return true;
}

/* A call that a signal interrupts is repeated: the service waits for that. */
static int vchiq_user_service_await_delivered(struct vchiq_user_service *us)
{
	if (!vchiq_user_service_set_awaited(us))
		return 0;
	if (wait_event_interruptible(us->user->wait, vchiq_user_service_is_acknowledged(us)))
		return -EINTR;

	return vchiq_user_error(us->user);
}

static int vchiq_user_service_listen_again(struct vchiq_user_service *us)
{
	guard(mutex)(&us->lock);
	if (us->state != VCHIQ_USER_CLOSED)
		return 0;

	return vchiq_user_service_listen_locked(us);
}

static bool vchiq_user_service_is_offered(struct vchiq_user_service *us)
{
	enum vchiq_user_state state = READ_ONCE(us->state);

	return state == VCHIQ_USER_HIDDEN || state == VCHIQ_USER_LISTENING;
}

static int vchiq_user_service_close(struct vchiq_user_service *us)
{
	int ret;

	if (vchiq_user_service_is_offered(us))
		return -EIO;

	vchiq_user_service_end(us);
	ret = vchiq_user_service_await_delivered(us);
	if (ret)
		return ret;
	if (us->is_server)
		return vchiq_user_service_listen_again(us);

	vchiq_user_service_drop(us);
	return 0;
}

static int vchiq_user_service_remove(struct vchiq_user_service *us)
{
	int ret;

	vchiq_user_service_end(us);
	ret = vchiq_user_service_await_delivered(us);
	if (!ret)
		vchiq_user_service_drop(us);
	return ret;
}

long vchiq_cmd_close_service(struct vchiq_user *user, const struct vchiq_layout *layout,
			     union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_close);
}

long vchiq_cmd_remove_service(struct vchiq_user *user, const struct vchiq_layout *layout,
			      union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_remove);
}

/* Return: -EINVAL if the program was not told, 1 if a call waits for this, or 0. */
static int vchiq_user_service_set_acknowledged(struct vchiq_user_service *us)
{
	guard(spinlock)(&us->user->lock);
	if (us->close != VCHIQ_USER_CLOSE_TOLD)
		return -EINVAL;

	us->close = VCHIQ_USER_CLOSE_NONE;
	return us->is_awaited || us->is_server;
}

static int vchiq_user_service_close_delivered(struct vchiq_user_service *us)
{
	int ret = vchiq_user_service_set_acknowledged(us);

	if (ret < 0)
		return ret;
	if (!ret)
		vchiq_user_service_drop(us);
	wake_up_all(&us->user->wait);
	return 0;
}

long vchiq_cmd_close_delivered(struct vchiq_user *user, const struct vchiq_layout *layout,
			       union vchiq_args *args)
{
	return vchiq_user_with_service(user, args->value, vchiq_user_service_close_delivered);
}

static void vchiq_user_end_all(struct vchiq_user *user)
{
	struct vchiq_user_service *us;
	unsigned long index = 0;

	while ((us = vchiq_user_next(user, &index))) {
		vchiq_user_service_end(us);
		/* Without a SERVICE_CLOSED to come nobody asks for it again. */
		if (vchiq_user_service_is_acknowledged(us))
			vchiq_user_service_drop(us);
		vchiq_user_service_put(us);
	}
}

long vchiq_cmd_shutdown(struct vchiq_user *user, const struct vchiq_layout *layout,
			union vchiq_args *args)
{
	if (!READ_ONCE(user->is_connected))
		return 0;

	vchiq_user_end_all(user);
	scoped_guard(spinlock, &user->lock)
		WRITE_ONCE(user->is_shut, true);
	wake_up_all(&user->wait);
	return 0;
}
