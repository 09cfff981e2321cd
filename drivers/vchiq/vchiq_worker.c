// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that wait for an event of the firmware, each for one: who holds the event
 * alone writes its words. Interrupt handler and local kicks only wake the thread. While
 * it sleeps somebody who waits for the firmware may take the event and poll.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/sched.h>

#include "../compat.h"
#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* Holds an event that has no thread. */
#define VCHIQ_WORKER_NOBODY	((struct task_struct *)ERR_PTR(-ESRCH))
/* So long nobody is rung for after somebody acted in the place of a thread. */
#define VCHIQ_WORKER_DEFER_NS	NSEC_PER_MSEC

static enum hrtimer_restart vchiq_worker_rearm(struct hrtimer *timer);

void vchiq_worker_init(struct vchiq_worker *worker, struct vchiq_conn *conn,
		       enum vchiq_event event, void (*run)(struct vchiq_conn *conn))
{
	worker->conn = conn;
	worker->event = event;
	worker->run = run;
	worker->holder = VCHIQ_WORKER_NOBODY;
	init_waitqueue_head(&worker->wait);
	hrtimer_setup(&worker->rearm, vchiq_worker_rearm, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
}

/* The doorbell rang; in the interrupt handler. */
void vchiq_worker_hear(struct vchiq_worker *worker)
{
	if (vchiq_event_is_awaited(worker->conn->zero, worker->event))
		wake_up(&worker->wait);
}

/* A local reason to run, which needs no shared word. */
void vchiq_worker_kick(struct vchiq_worker *worker)
{
	atomic_set(&worker->kicked, 1);
	wake_up(&worker->wait);
}

/* Is there something that only the thread does? */
bool vchiq_worker_is_kicked(struct vchiq_worker *worker)
{
	return atomic_read(&worker->kicked) || vchiq_worker_is_stopping(worker);
}

static bool vchiq_worker_wants(struct vchiq_worker *worker)
{
	return !worker->is_wanted || worker->is_wanted(worker->conn);
}

static bool vchiq_worker_due(struct vchiq_worker *worker)
{
	if (vchiq_worker_is_kicked(worker))
		return true;

	return vchiq_worker_wants(worker) &&
	       vchiq_event_is_fired(worker->conn->zero, worker->event);
}

/* -----------------------------------------------------------------------------
 * Who holds the event. A thread that sleeps has armed it and holds it no more.
 */

/* All that the one before stored to shared words is visible before our accesses. */
static bool vchiq_worker_take(struct vchiq_worker *worker)
{
	return !cmpxchg(&worker->holder, NULL, current);
}

static void vchiq_worker_settle(struct vchiq_worker *worker)
{
	if (worker->settle)
		worker->settle(worker->conn);
}

/* Steps R2 and R3, after which anybody may take it. */
static void vchiq_worker_let_go(struct vchiq_worker *worker)
{
	vchiq_worker_settle(worker);
	if (vchiq_worker_wants(worker)) {
		worker->is_armed = true;
		vchiq_event_arm(worker->conn->zero, worker->event);
	}
	/* Pairs with that of wait_event(): the thread finds it free, or we its reason. */
	smp_store_mb(worker->holder, NULL);
}

static void vchiq_worker_disarm(struct vchiq_worker *worker)
{
	if (!worker->is_armed)
		return;

	worker->is_armed = false;
	vchiq_event_disarm(worker->conn->zero, worker->event);
}

/**
 * vchiq_worker_borrow - do the work of a thread that sleeps
 * @worker: the thread
 *
 * Until vchiq_worker_return() the caller acts for the event in its place, and no bell is
 * rung for it. It must not wait for the firmware, nor for what may wait for it.
 *
 * Return: false if the thread is at work, or somebody else in its place.
 */
bool vchiq_worker_borrow(struct vchiq_worker *worker)
{
	if (READ_ONCE(worker->holder) || !vchiq_worker_take(worker))
		return false;

	vchiq_worker_disarm(worker);
	return true;
}

/*
 * Nobody has taken the event for a while: the thread is to arm it. Who holds it now
 * begins the while anew when he leaves.
 */
static enum hrtimer_restart vchiq_worker_rearm(struct hrtimer *timer)
{
	struct vchiq_worker *worker = container_of(timer, struct vchiq_worker, rearm);
	ktime_t due = ktime_add_ns(READ_ONCE(worker->left), VCHIQ_WORKER_DEFER_NS);

	if (READ_ONCE(worker->holder))
		due = ktime_add_ns(ktime_get(), VCHIQ_WORKER_DEFER_NS);
	if (ktime_after(due, ktime_get())) {
		hrtimer_set_expires(timer, due);
		return HRTIMER_RESTART;
	}

	vchiq_worker_kick(worker);
	return HRTIMER_NORESTART;
}

/* Somebody is likely to come back soon, so no bell is to be rung for now. */
static void vchiq_worker_leave(struct vchiq_worker *worker)
{
	WRITE_ONCE(worker->left, ktime_get());
	/* While we hold the event: whoever stops the thread has it first, then cancels. */
	if (!hrtimer_active(&worker->rearm))
		hrtimer_start(&worker->rearm, ns_to_ktime(VCHIQ_WORKER_DEFER_NS),
			      HRTIMER_MODE_REL);
	vchiq_event_pass();
	/* Pairs with that of wait_event(): the thread finds it free, or we its reason. */
	smp_store_mb(worker->holder, NULL);
}

/**
 * vchiq_worker_return - stop acting in the place of a thread
 * @worker: the thread, after vchiq_worker_borrow()
 * @is_back_soon: there will be more to do; what comes until then may wait a
 *	millisecond
 *
 * Who fires the event afterwards sees it armed and rings, or fired it before and is
 * seen here. Kicks found the thread unable to take the event.
 */
void vchiq_worker_return(struct vchiq_worker *worker, bool is_back_soon)
{
	if (is_back_soon)
		vchiq_worker_leave(worker);
	else
		vchiq_worker_let_go(worker);
	if (vchiq_worker_is_kicked(worker) || (!is_back_soon && vchiq_worker_due(worker)))
		wake_up(&worker->wait);
}

/* Steps R1, R6 to R8 in the thread's place. Return: whether there was something. */
bool vchiq_worker_look(struct vchiq_worker *worker)
{
	if (!vchiq_event_is_fired(worker->conn->zero, worker->event))
		return false;

	vchiq_event_ack(worker->conn->zero, worker->event);
	trace_vchiq_heard(worker->conn, worker->event);
	worker->run(worker->conn);
	return true;
}

/* -----------------------------------------------------------------------------
 * The thread
 */

static void vchiq_worker_sleep(struct vchiq_worker *worker)
{
	vchiq_worker_let_go(worker);
	wait_event_idle(worker->wait, vchiq_worker_due(worker) && vchiq_worker_take(worker));
	vchiq_worker_disarm(worker);
}

/*
 * Steps R1 to R7 of the event protocol. An event that is of no interest now is
 * not armed, so that the firmware need not ring; who takes an interest kicks.
 */
static void vchiq_worker_wait(struct vchiq_worker *worker)
{
	if (!vchiq_worker_due(worker))
		vchiq_worker_sleep(worker);
	atomic_set(&worker->kicked, 0);
	vchiq_event_ack(worker->conn->zero, worker->event);
	trace_vchiq_heard(worker->conn, worker->event);
}

static int vchiq_worker_thread(void *data)
{
	struct vchiq_worker *worker = data;

	while (!kthread_should_stop()) {
		vchiq_worker_wait(worker);
		worker->run(worker->conn);
	}
	vchiq_worker_settle(worker);

	return 0;
}

int vchiq_worker_start(struct vchiq_worker *worker, const char *name)
{
	struct task_struct *task;

	task = kthread_create(vchiq_worker_thread, worker, "vchiq-%s/%s", name,
			      dev_name(worker->conn->dev));
	if (IS_ERR(task))
		return PTR_ERR(task);

	/* A round trip to the firmware passes here twice. */
	set_user_nice(task, MIN_NICE);
	worker->task = task;
	WRITE_ONCE(worker->is_stopping, false);
	worker->is_armed = false;
	WRITE_ONCE(worker->holder, task);
	atomic_set(&worker->kicked, 1);
	wake_up_process(task);
	return 0;
}

void vchiq_worker_stop(struct vchiq_worker *worker)
{
	if (!worker->task)
		return;

	/* Whoever holds the event in its place lets go. */
	WRITE_ONCE(worker->is_stopping, true);
	kthread_stop(worker->task);
	WRITE_ONCE(worker->holder, VCHIQ_WORKER_NOBODY);
	hrtimer_cancel(&worker->rearm);
	worker->task = NULL;
}
