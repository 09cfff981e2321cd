// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of waits: for room, for fragments, and what a signal does to them.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/pm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

#define NR_HOLDERS	(VCHIQ_NUM_FRAGMENTS / VCHIQ_NUM_SERVICE_BULKS)

/**
 * struct waiter - a thread that posts bulks until one has to wait
 * @svc: service
 * @mem: their memory
 * @transfers: the bulks
 * @count: how many to post
 * @started: it is about to post
 * @done: it has ended
 * @ret: with what
 */
struct waiter {
	struct vchiq_service *svc;
	u8 *mem;
	struct transfer transfers[VCHIQ_NUM_SERVICE_BULKS + 1];
	unsigned int count;
	struct completion started;
	struct completion done;
	int ret;
};

static int waiter_thread(void *data)
{
	struct waiter *waiter = data;
	unsigned int i;

	allow_signal(SIGUSR1);
	for (i = 0; !waiter->ret && i < waiter->count; i++) {
		transfer_init(&waiter->transfers[i], waiter->mem + 200 * i + 1, 100, true);
		if (i == waiter->count - 1)
			complete(&waiter->started);
		waiter->ret = vchiq_service_bulk(waiter->svc, &waiter->transfers[i].bulk);
	}
	complete(&waiter->started);
	complete(&waiter->done);
	return 0;
}

static struct task_struct *waiter_start(struct waiter *waiter, struct link *link,
					unsigned int count)
{
	struct task_struct *task;

	waiter->svc = link->svc;
	waiter->count = count;
	waiter->ret = 0;
	init_completion(&waiter->started);
	init_completion(&waiter->done);
	task = kthread_create(waiter_thread, waiter, "vchiq-waiter");
	if (!IS_ERR(task)) {
		get_task_struct(task);
		wake_up_process(task);
		wait_for_completion(&waiter->started);
	}

	return task;
}

/* Does it wait? That it has not ended in a while is all that can be seen. */
static int waiter_waits(struct waiter *waiter)
{
	return wait_for_completion_timeout(&waiter->done, msecs_to_jiffies(200)) ? -EALREADY : 0;
}

static int waiter_end(struct waiter *waiter)
{
	return wait_for_completion_timeout(&waiter->done, msecs_to_jiffies(TEST_TIMEOUT_MS)) ?
	       waiter->ret : -ETIMEDOUT;
}

static struct waiter *waiter_alloc(void)
{
	struct waiter *waiter = kzalloc(sizeof(*waiter), GFP_KERNEL);

	if (waiter)
		waiter->mem = vzalloc(ARRAY_SIZE(waiter->transfers) * 200);
	if (waiter && !waiter->mem) {
		kfree(waiter);
		return NULL;
	}

	return waiter;
}

static void waiter_free(struct waiter *waiter)
{
	if (!waiter)
		return;

	vfree(waiter->mem);
	kfree(waiter);
}

static int interrupt_waiter(struct link *link, struct waiter *waiter)
{
	struct task_struct *task;
	int ret;

	task = waiter_start(waiter, link, ARRAY_SIZE(waiter->transfers));
	if (IS_ERR(task))
		return PTR_ERR(task);

	ret = waiter_waits(waiter);
	send_sig(SIGUSR1, task, 1);
	put_task_struct(task);
	if (!ret)
		ret = waiter_end(waiter);

	return ret == -ERESTARTSYS ? 0 : ret ?: -EALREADY;
}

/* Of five bulks that nobody takes, the last waits for room. */
int test_interruptible(struct selftest *st)
{
	struct link *link = link_open_flags(st, ECHO_FOURCC, TEST_VERSION,
					    VCHIQ_SERVICE_INTERRUPTIBLE);
	struct waiter *waiter = waiter_alloc();
	int ret = -ENOMEM;

	if (IS_ERR(link)) {
		waiter_free(waiter);
		return PTR_ERR(link);
	}

	if (waiter)
		ret = interrupt_waiter(link, waiter);
	link_close(link);
	waiter_free(waiter);
	return ret;
}

static int holder_post(struct link *link, struct waiter *holder)
{
	struct task_struct *task = waiter_start(holder, link, VCHIQ_NUM_SERVICE_BULKS);

	if (IS_ERR(task))
		return PTR_ERR(task);

	put_task_struct(task);
	return waiter_end(holder);
}

/* All fragments are taken; the next has to wait until some come back. */
static int fragment_wait(struct link **links, struct waiter **waiters)
{
	struct task_struct *task;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < NR_HOLDERS; i++)
		ret = holder_post(links[i], waiters[i]);
	if (ret)
		return ret;

	task = waiter_start(waiters[NR_HOLDERS], links[NR_HOLDERS], 1);
	if (IS_ERR(task))
		return PTR_ERR(task);

	put_task_struct(task);
	ret = waiter_waits(waiters[NR_HOLDERS]);
	link_close(links[0]);
	links[0] = NULL;

	return ret ?: waiter_end(waiters[NR_HOLDERS]);
}

int test_fragments(struct selftest *st)
{
	struct link *links[NR_HOLDERS + 1] = { };
	struct waiter *waiters[NR_HOLDERS + 1] = { };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < ARRAY_SIZE(links); i++) {
		waiters[i] = waiter_alloc();
		links[i] = link_open(st, ECHO_FOURCC, TEST_VERSION);
		ret = waiters[i] ? PTR_ERR_OR_ZERO(links[i]) : -ENOMEM;
	}
	if (!ret)
		ret = fragment_wait(links, waiters);
	for (i = 0; i < ARRAY_SIZE(links); i++) {
		if (!IS_ERR_OR_NULL(links[i]))
			link_close(links[i]);
		waiter_free(waiters[i]);
	}

	return ret;
}

/* -----------------------------------------------------------------------------
 * Opening while nothing can be sent
 */

#define PAUSE_MS	600
/* Less than a close that is not answered takes. */
#define AT_ONCE_MS	400

/**
 * struct opener - a thread that opens a service
 * @st: the device
 * @started: it is about to
 * @done: it has ended
 * @ret: with what
 */
struct opener {
	struct selftest *st;
	struct completion started;
	struct completion done;
	int ret;
};

static int opener_thread(void *data)
{
	struct opener *opener = data;
	struct link *link;

	allow_signal(SIGUSR1);
	complete(&opener->started);
	link = link_open_flags(opener->st, ECHO_FOURCC, TEST_VERSION,
			       VCHIQ_SERVICE_INTERRUPTIBLE);
	opener->ret = PTR_ERR_OR_ZERO(link);
	if (!IS_ERR(link))
		link_close(link);
	complete(&opener->done);
	return 0;
}

/* Until it sleeps so that a signal wakes it. */
static int task_await_asleep(struct task_struct *task)
{
	unsigned int ms;

	for (ms = 0; ms < PAUSE_MS / 2; ms++) {
		if (READ_ONCE(task->__state) & TASK_INTERRUPTIBLE)
			return 0;
		usleep_range(1000, 2000);
	}

	return -ETIMEDOUT;
}

static int interrupt_opener(struct opener *opener)
{
	struct task_struct *task = kthread_create(opener_thread, opener, "vchiq-opener");
	int ret;

	if (IS_ERR(task))
		return PTR_ERR(task);

	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&opener->started);
	ret = task_await_asleep(task);
	send_sig(SIGUSR1, task, 1);
	put_task_struct(task);
	if (!wait_for_completion_timeout(&opener->done, msecs_to_jiffies(AT_ONCE_MS))) {
		wait_for_completion(&opener->done);
		return -ETIME;
	}

	return ret ?: opener->ret == -ERESTARTSYS ? 0 : opener->ret ?: -EALREADY;
}

/* Until a message without waiting, which does nothing, ends with @expected. */
static int await_send(struct link *link, int expected)
{
	unsigned long end = jiffies + msecs_to_jiffies(TEST_TIMEOUT_MS);
	const __le32 nothing = 0;
	int ret;

	do {
		ret = vchiq_service_send_nowait(link->svc, &nothing, sizeof(nothing));
		if (ret == expected)
			return 0;
		usleep_range(1000, 2000);
	} while (time_before(jiffies, end));

	return ret ?: -ETIMEDOUT;
}

/* The firmware forbids us to send for a while; that takes a moment to arrive. */
static int begin_pause(struct link *caller)
{
	const struct vc_call_arg msg = {
		.cmd = cpu_to_le32(VC_CALL_PAUSE),
		.arg = cpu_to_le32(PAUSE_MS),
	};

	return vchiq_service_send(caller->svc, &msg, sizeof(msg)) ?: await_send(caller, -EAGAIN);
}

/* What the firmware never heard of is over at once, with no CLOSE to wait for. */
int test_open_unsent(struct selftest *st)
{
	struct link *caller = link_open(st, VC_TEST_CALL_FOURCC, VC_TEST_CALL_VERSION);
	struct opener opener = { .st = st };
	struct link *link;
	int ret;

	if (IS_ERR(caller))
		return PTR_ERR(caller);

	init_completion(&opener.started);
	init_completion(&opener.done);
	ret = begin_pause(caller) ?: interrupt_opener(&opener) ?: await_send(caller, 0);
	link_close(caller);
	if (ret)
		return ret;

	link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	if (IS_ERR(link))
		return PTR_ERR(link);
	ret = link_sync(link);
	link_close(link);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Sleep of the system
 */

/* What the system calls when it goes to sleep, without the system doing so. */
static int sleep_once(struct device *transport, struct link *link, u8 *buf)
{
	const struct dev_pm_ops *pm = transport->driver->pm;
	int ret;

	ret = pm->suspend(transport);
	if (ret)
		return ret;

	ret = vchiq_service_send_nowait(link->svc, buf, 4) == -EAGAIN ? 0 : -EALREADY;
	return pm->resume(transport) ?: ret ?: echo_once(link, buf, 100);
}

/* Asleep nobody sends; afterwards all goes on. */
int test_suspend(struct selftest *st)
{
	struct device *transport = st->vdev->dev.parent;
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	u8 *buf = kzalloc(100, GFP_KERNEL);
	int ret = buf ? 0 : -ENOMEM;
	unsigned int i;

	if (IS_ERR(link)) {
		kfree(buf);
		return PTR_ERR(link);
	}

	if (IS_ENABLED(CONFIG_PM_SLEEP) &&
	    (!transport->driver->pm || !transport->driver->pm->suspend))
		ret = -EOPNOTSUPP;
	for (i = 0; IS_ENABLED(CONFIG_PM_SLEEP) && !ret && i < 5; i++)
		ret = sleep_once(transport, link, buf);
	link_close(link);
	kfree(buf);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Signals while the synchronous slot is in use
 */

#define NR_SYNC_SENDS	2000

/**
 * struct sync_sender - a thread that sends through the synchronous slot
 * @link: its service
 * @done: it has ended
 * @interrupted: waits that a signal ended
 * @ret: with what it ended
 */
struct sync_sender {
	struct link *link;
	struct completion done;
	u32 interrupted;
	int ret;
};

static int sync_sender_thread(void *data)
{
	const __le32 command = cpu_to_le32(VC_ECHO_ONEWAY);
	unsigned long end = jiffies + msecs_to_jiffies(TEST_TIMEOUT_MS);
	struct sync_sender *sender = data;
	unsigned int i;
	int ret;

	allow_signal(SIGUSR1);
	for (i = 0; !sender->ret && (i < NR_SYNC_SENDS || !sender->interrupted); i++) {
		if (time_after(jiffies, end))
			break;
		ret = vchiq_service_send(sender->link->svc, &command, sizeof(command));
		if (ret == -ERESTARTSYS) {
			sender->interrupted++;
			flush_signals(current);
		} else {
			sender->ret = ret;
		}
	}
	complete(&sender->done);
	return 0;
}

static int disturb_sender(struct sync_sender *sender)
{
	struct task_struct *task = kthread_create(sync_sender_thread, sender, "vchiq-sender");
	unsigned long end = jiffies + msecs_to_jiffies(TEST_TIMEOUT_MS);

	if (IS_ERR(task))
		return PTR_ERR(task);

	get_task_struct(task);
	wake_up_process(task);
	while (!completion_done(&sender->done) && time_before(jiffies, end)) {
		send_sig(SIGUSR1, task, 1);
		usleep_range(50, 100);
	}
	put_task_struct(task);
	wait_for_completion(&sender->done);

	return sender->ret ?: sender->interrupted ? 0 : -EALREADY;
}

/* Whoever was interrupted has let go of the slot: the next message goes through. */
int test_sync_interrupted(struct selftest *st)
{
	struct link *link = link_open_flags(st, VC_TEST_SYNC_FOURCC, VC_TEST_VERSION,
					    VCHIQ_SERVICE_INTERRUPTIBLE);
	struct sync_sender sender = { .link = link };
	u8 *buf = kmalloc(100, GFP_KERNEL);
	int ret = buf ? 0 : -ENOMEM;

	if (IS_ERR(link)) {
		kfree(buf);
		return PTR_ERR(link);
	}

	init_completion(&sender.done);
	if (!ret)
		ret = disturb_sender(&sender) ?: echo_once(link, buf, 100);
	link_close(link);
	kfree(buf);
	return ret;
}
