// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the events of an open file: their order, what they may hold, and what
 * AWAIT_COMPLETION makes of them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../vchiq_user.c"

#define NR_COMPLETIONS	8

/* -----------------------------------------------------------------------------
 * The rest of the character device, of which there is none here
 */

bool vchiq_cdev_queue_work(struct work_struct *work)
{
	return true;
}

void vchiq_poll(struct vchiq_conn *conn, struct vchiq_luck *luck, bool (*is_done)(void *arg),
		void *arg)
{
}

struct vchiq_user_service *vchiq_user_next(struct vchiq_user *user, unsigned long *index)
{
	return NULL;
}

void vchiq_user_service_get(struct vchiq_user_service *us)
{
	kref_get(&us->ref);
}

/* It is part of what the test has, so nothing is freed. */
static void keep(struct kref *ref)
{
}

void vchiq_user_service_put(struct vchiq_user_service *us)
{
	kref_put(&us->ref, keep);
}

void vchiq_user_service_end(struct vchiq_user_service *us)
{
}

bool vchiq_user_service_drop(struct vchiq_user_service *us)
{
	us->state = VCHIQ_USER_CLOSED;
	return true;
}

void vchiq_user_bulks_forget(struct vchiq_user *user)
{
}

/* -----------------------------------------------------------------------------
 * A file with a service, and a program that reads
 */

/**
 * struct fixture - what a test has
 * @cdev: the device, without a connection
 * @user: the file
 * @us: a service of it
 * @told: completions that were read
 * @fail_at: the program has no memory for this completion
 */
struct fixture {
	struct vchiq_cdev cdev;
	struct vchiq_user user;
	struct vchiq_user_service us;
	struct vchiq_completion told[NR_COMPLETIONS];
	unsigned int fail_at;
};

static int fake_get_msgbuf(u64 *msgbuf, u64 array, unsigned int index)
{
	return -EFAULT;
}

/* The array that the program names is the fixture. */
static int fake_put_completion(u64 array, unsigned int index,
			       const struct vchiq_completion *completion)
{
	struct fixture *fix = (struct fixture *)(uintptr_t)array;

	if (index == fix->fail_at)
		return -EFAULT;

	fix->told[index] = *completion;
	return 0;
}

static const struct vchiq_layout fake_layout = {
	.get_msgbuf = fake_get_msgbuf,
	.put_completion = fake_put_completion,
};

static int vchiq_user_test_init(struct kunit *test)
{
	struct fixture *fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	struct vchiq_user *user;

	KUNIT_ASSERT_NOT_NULL(test, fix);
	test->priv = fix;
	fix->fail_at = NR_COMPLETIONS;
	user = &fix->user;
	user->cdev = &fix->cdev;
	spin_lock_init(&user->lock);
	mutex_init(&user->read_lock);
	init_waitqueue_head(&user->wait);
	INIT_LIST_HEAD(&user->events);
	user->is_connected = true;
	kref_init(&fix->us.ref);
	fix->us.user = user;
	fix->us.userdata = 0x1234;
	fix->us.available.reason = VCHIQ_REASON_MESSAGE_AVAILABLE;
	return 0;
}

static void vchiq_user_test_exit(struct kunit *test)
{
	struct fixture *fix = test->priv;

	vchiq_user_events_drop(&fix->user);
	KUNIT_EXPECT_EQ(test, fix->user.nr_events, 0);
	KUNIT_EXPECT_EQ(test, fix->user.nr_held, 0);
	KUNIT_EXPECT_EQ(test, fix->user.bytes_held, 0);
	KUNIT_EXPECT_EQ(test, kref_read(&fix->us.ref), 1);
}

static void put_event(struct kunit *test, enum vchiq_reason reason, u64 bulk)
{
	struct vchiq_user_event *event = kzalloc(sizeof(*event), GFP_KERNEL);
	struct fixture *fix = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, event);
	event->reason = reason;
	event->bulk_userdata = bulk;
	vchiq_user_queue(&fix->us, event);
}

static void put_message(struct kunit *test, size_t len)
{
	struct vchiq_user_message *msg = kzalloc(struct_size(msg, data, len), GFP_KERNEL);
	struct fixture *fix = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, msg);
	msg->event.reason = VCHIQ_REASON_MESSAGE_AVAILABLE;
	msg->header.size = len;
	scoped_guard(spinlock, &fix->user.lock) {
		vchiq_user_hold_locked(&fix->user, &msg->event);
		vchiq_user_queue_locked(&fix->us, &msg->event);
	}
}

static void put_closed(struct kunit *test)
{
	struct fixture *fix = test->priv;

	fix->us.closed = kzalloc(sizeof(*fix->us.closed), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fix->us.closed);
	scoped_guard(spinlock, &fix->user.lock)
		vchiq_user_queue_closed_locked(&fix->us);
}

/* As the program does. */
static long await(struct kunit *test, unsigned int count)
{
	struct fixture *fix = test->priv;
	union vchiq_args args = {
		.await = {
			.count = count,
			.buf = (uintptr_t)fix,
			.msgbufsize = VCHIQ_SLOT_SIZE,
		},
	};

	return vchiq_cmd_await_completion(&fix->user, &fake_layout, &args);
}

/* -----------------------------------------------------------------------------
 * Tests
 */

static void vchiq_user_test_order(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u64 i;

	for (i = 0; i < 5; i++)
		put_event(test, VCHIQ_REASON_BULK_TRANSMIT_DONE + i % 4, i);
	KUNIT_EXPECT_EQ(test, await(test, 3), 3);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 2);
	/* The second call wrote over the first two. */
	KUNIT_EXPECT_EQ(test, fix->told[0].bulk_userdata, 3);
	KUNIT_EXPECT_EQ(test, fix->told[1].bulk_userdata, 4);
	KUNIT_EXPECT_EQ(test, fix->told[2].bulk_userdata, 2);
	KUNIT_EXPECT_EQ(test, fix->told[2].reason, VCHIQ_REASON_BULK_TRANSMIT_DONE + 2);
	KUNIT_EXPECT_EQ(test, fix->told[0].service_userdata, 0x1234);
	KUNIT_EXPECT_EQ(test, fix->told[0].header, 0);
}

/* What cannot be told stays, and is told the next time. */
static void vchiq_user_test_fault(struct kunit *test)
{
	struct fixture *fix = test->priv;
	u64 i;

	for (i = 0; i < 3; i++)
		put_event(test, VCHIQ_REASON_BULK_RECEIVE_DONE, i);
	fix->fail_at = 0;
	KUNIT_EXPECT_EQ(test, await(test, 3), -EFAULT);
	fix->fail_at = 1;
	KUNIT_EXPECT_EQ(test, await(test, 3), 1);
	fix->fail_at = NR_COMPLETIONS;
	KUNIT_EXPECT_EQ(test, await(test, 3), 2);
	KUNIT_EXPECT_EQ(test, fix->told[0].bulk_userdata, 1);
	KUNIT_EXPECT_EQ(test, fix->told[1].bulk_userdata, 2);
}

/* Without a buffer a message stays, and what is in front of it is told. */
static void vchiq_user_test_no_buffer(struct kunit *test)
{
	struct fixture *fix = test->priv;

	put_event(test, VCHIQ_REASON_BULK_TRANSMIT_DONE, 7);
	put_message(test, 100);
	put_event(test, VCHIQ_REASON_BULK_TRANSMIT_DONE, 8);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 1);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, fix->user.nr_events, 2);
	KUNIT_EXPECT_EQ(test, fix->user.bytes_held, 100);
}

static void vchiq_user_test_bounds(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct vchiq_user *user = &fix->user;
	unsigned int i;

	guard(spinlock)(&user->lock);
	KUNIT_EXPECT_TRUE(test, vchiq_user_may_hold_locked(user, 1, VCHIQ_MAX_UNREAD_BYTES));
	KUNIT_EXPECT_FALSE(test, vchiq_user_may_hold_locked(user, 1, VCHIQ_MAX_UNREAD_BYTES + 1));
	user->bytes_held = VCHIQ_MAX_UNREAD_BYTES - 10;
	KUNIT_EXPECT_TRUE(test, vchiq_user_may_hold_locked(user, 1, 10));
	KUNIT_EXPECT_FALSE(test, vchiq_user_may_hold_locked(user, 1, 11));
	user->bytes_held = 0;
	for (i = 0; i < VCHIQ_MAX_UNREAD_MESSAGES; i++)
		user->nr_held++;
	KUNIT_EXPECT_TRUE(test, vchiq_user_may_hold_locked(user, 0, 0));
	KUNIT_EXPECT_FALSE(test, vchiq_user_may_hold_locked(user, 1, 0));
	user->nr_held = 0;
}

/* Who holds is asked once, whatever else is done with the event. */
static void vchiq_user_test_unhold(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct vchiq_user_message msg = {
		.event.reason = VCHIQ_REASON_MESSAGE_AVAILABLE,
		.header.size = 33,
	};

	guard(spinlock)(&fix->user.lock);
	vchiq_user_hold_locked(&fix->user, &msg.event);
	KUNIT_EXPECT_EQ(test, fix->user.nr_held, 1);
	KUNIT_EXPECT_EQ(test, fix->user.bytes_held, 33);
	vchiq_user_unhold_locked(&fix->user, &msg.event);
	vchiq_user_unhold_locked(&fix->user, &msg.event);
	KUNIT_EXPECT_EQ(test, fix->user.nr_held, 0);
	KUNIT_EXPECT_EQ(test, fix->user.bytes_held, 0);
}

/* Once told that a service is closed, an old library is done with it; a new one says so. */
static void vchiq_user_test_closed(struct kunit *test)
{
	struct fixture *fix = test->priv;

	fix->us.state = VCHIQ_USER_OPEN;
	fix->user.is_close_delivered = true;
	put_closed(test);
	KUNIT_EXPECT_EQ(test, fix->us.close, VCHIQ_USER_CLOSE_QUEUED);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 1);
	KUNIT_EXPECT_EQ(test, fix->told[0].reason, VCHIQ_REASON_SERVICE_CLOSED);
	KUNIT_EXPECT_EQ(test, fix->us.close, VCHIQ_USER_CLOSE_TOLD);
	KUNIT_EXPECT_EQ(test, fix->us.state, VCHIQ_USER_OPEN);

	fix->user.is_close_delivered = false;
	put_closed(test);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 1);
	KUNIT_EXPECT_EQ(test, fix->us.close, VCHIQ_USER_CLOSE_NONE);
	KUNIT_EXPECT_EQ(test, fix->us.state, VCHIQ_USER_CLOSED);
}

/* That messages wait to be dequeued is told once at a time, by what is never freed. */
static void vchiq_user_test_available(struct kunit *test)
{
	struct fixture *fix = test->priv;

	fix->us.is_available_queued = true;
	vchiq_user_queue(&fix->us, &fix->us.available);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 1);
	KUNIT_EXPECT_EQ(test, fix->told[0].reason, VCHIQ_REASON_MESSAGE_AVAILABLE);
	KUNIT_EXPECT_FALSE(test, fix->us.is_available_queued);
}

/* After SHUTDOWN the rest is read, then there is no more. */
static void vchiq_user_test_shutdown(struct kunit *test)
{
	struct fixture *fix = test->priv;

	put_event(test, VCHIQ_REASON_BULK_TRANSMIT_DONE, 1);
	fix->user.is_shut = true;
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 1);
	KUNIT_EXPECT_EQ(test, await(test, NR_COMPLETIONS), 0);
	KUNIT_EXPECT_TRUE(test, vchiq_user_is_readable(&fix->user));
}

/* That the device has gone is said rather than that it broke, in any order. */
static void vchiq_user_test_errors(struct kunit *test)
{
	struct fixture *fix = test->priv;

	xa_init(&fix->user.services);
	vchiq_user_fail(&fix->user, -ENOTCONN);
	KUNIT_EXPECT_EQ(test, await(test, 1), -ENOTCONN);
	vchiq_user_fail(&fix->user, -ENODEV);
	KUNIT_EXPECT_EQ(test, await(test, 1), -ENODEV);
	vchiq_user_fail(&fix->user, -ENOTCONN);
	KUNIT_EXPECT_EQ(test, vchiq_user_error(&fix->user), -ENODEV);
}

/* No failure of the transport becomes a success. */
static void vchiq_user_test_errno(struct kunit *test)
{
	int error;

	KUNIT_EXPECT_EQ(test, vchiq_user_errno(0), 0);
	KUNIT_EXPECT_EQ(test, vchiq_user_errno(-ECONNRESET), -ENOTCONN);
	KUNIT_EXPECT_EQ(test, vchiq_user_errno(-ERESTARTSYS), -EINTR);
	KUNIT_EXPECT_EQ(test, vchiq_user_errno(-ECONNABORTED), -EIO);
	for (error = 1; error < 600; error++)
		KUNIT_EXPECT_LT(test, vchiq_user_errno(-error), 0);
}

static struct kunit_case vchiq_user_cases[] = {
	KUNIT_CASE(vchiq_user_test_order),
	KUNIT_CASE(vchiq_user_test_fault),
	KUNIT_CASE(vchiq_user_test_no_buffer),
	KUNIT_CASE(vchiq_user_test_bounds),
	KUNIT_CASE(vchiq_user_test_unhold),
	KUNIT_CASE(vchiq_user_test_closed),
	KUNIT_CASE(vchiq_user_test_available),
	KUNIT_CASE(vchiq_user_test_shutdown),
	KUNIT_CASE(vchiq_user_test_errors),
	KUNIT_CASE(vchiq_user_test_errno),
	{}
};

static struct kunit_suite vchiq_user_suite = {
	.name = "vchiq_user",
	.init = vchiq_user_test_init,
	.exit = vchiq_user_test_exit,
	.test_cases = vchiq_user_cases,
};

kunit_test_suite(vchiq_user_suite);
