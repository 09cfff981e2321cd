// SPDX-License-Identifier: GPL-2.0
/*
 * Polling before sleep. Who waits for the firmware looks itself for a while and does
 * the receiver's work: sleep, doorbell, interrupt and two wake-ups take longer than many an
 * answer. It needs no processor but the waiter's own, and that only while nobody
 * else wants it; and it is done for those who wait, not on suspicion.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>

#include "vchiq_priv.h"

/* Longer than a firmware takes that has to be rung for, or one would never be quick. */
static unsigned int poll_us = 1000;
module_param(poll_us, uint, 0644);
MODULE_PARM_DESC(poll_us, "who waits looks for messages for at most so long before it sleeps, 0: never");

#define VCHIQ_POLL_MAX_US	2000
/* Looks between two looks at the clock. */
#define VCHIQ_POLL_LOOKS	16
/* What was in vain lately is still tried this once in so many times. */
#define VCHIQ_POLL_RETRY	4
/* Messages sent sooner after one another are of one run. */
#define VCHIQ_POLL_RUN_US	100
/* Messages of a run between two looks: less than the bell is kept still for. */
#define VCHIQ_POLL_RUN_LOOK	8

/* -----------------------------------------------------------------------------
 * Luck
 */

static bool vchiq_luck_holds(struct vchiq_luck *luck)
{
	if (luck->score || !(luck->skipped++ % VCHIQ_POLL_RETRY))
		return true;

	return false;
}

static void vchiq_luck_count(struct vchiq_luck *luck, bool was_worth_it)
{
	if (was_worth_it)
		luck->score = min(luck->score + 2, VCHIQ_LUCK_MAX);
	else if (luck->score)
		luck->score--;
}

static ktime_t vchiq_poll_end_time(void)
{
	return ktime_add_us(ktime_get(), min(READ_ONCE(poll_us), VCHIQ_POLL_MAX_US));
}

/* Whoever else wants the processor has better use for it. */
static bool vchiq_poll_may_go_on(ktime_t end)
{
	return !need_resched() && single_task_running() && !signal_pending(current) &&
	       ktime_before(ktime_get(), end);
}

/* -----------------------------------------------------------------------------
 * For messages
 */

/* Return: whether something came. */
static bool vchiq_poll_look(struct vchiq_conn *conn)
{
	unsigned int i;

	for (i = 0; i < VCHIQ_POLL_LOOKS; i++) {
		if (vchiq_worker_look(&conn->rx))
			return true;
		cpu_relax();
	}

	return false;
}

/* Receive until what the caller waits for is there, for a while. Return: whether it is. */
static bool vchiq_poll_until(struct vchiq_conn *conn, bool (*is_done)(void *arg), void *arg)
{
	ktime_t end = vchiq_poll_end_time();
	bool done;

	do {
		vchiq_poll_look(conn);
		done = is_done(arg);
	} while (!done && !vchiq_worker_is_kicked(&conn->rx) && vchiq_poll_may_go_on(end));

	return done;
}

/**
 * vchiq_poll - do the receiver's work for a while, before waiting
 * @conn: the connection
 * @luck: of the one who is going to wait
 * @is_done: whether what he waits for is there
 * @arg: for @is_done
 *
 * The caller holds no lock that a callback may want, and sleeps when nothing has come
 * of it. If something has, the firmware is left to believe that we still look.
 */
void vchiq_poll(struct vchiq_conn *conn, struct vchiq_luck *luck, bool (*is_done)(void *arg),
		void *arg)
{
	bool done = false;

	if (!READ_ONCE(poll_us) || is_done(arg) || !vchiq_worker_borrow(&conn->rx))
		return;

	if (vchiq_luck_holds(luck)) {
		done = vchiq_poll_until(conn, is_done, arg);
		vchiq_luck_count(luck, done);
	}
	vchiq_worker_return(&conn->rx, done);
}

/* -----------------------------------------------------------------------------
 * Between questions and answers
 */

/* Counts a message that was sent. Return: whether it is of a run. */
static bool vchiq_luck_count_run(struct vchiq_luck *luck)
{
	ktime_t now = ktime_get();
	bool is_run = ktime_before(now, ktime_add_us(luck->asked, VCHIQ_POLL_RUN_US));

	luck->asked = now;
	luck->run = is_run ? luck->run + 1 : 0;
	return is_run;
}

/**
 * vchiq_poll_asked - a message was sent whose answer may be waited for
 * @conn: the connection
 * @luck: of waiting for the answers
 *
 * After many messages in a run the firmware would have rung for the answer before the
 * sender comes to wait for it. Where waiting is worth polling the sender looks
 * for messages now and then and keeps the bell from being rung meanwhile.
 *
 * The caller holds no lock that a callback may want.
 */
void vchiq_poll_asked(struct vchiq_conn *conn, struct vchiq_luck *luck)
{
	if (!vchiq_luck_count_run(luck) || luck->run % VCHIQ_POLL_RUN_LOOK || !luck->score)
		return;
	if (!READ_ONCE(poll_us) || !vchiq_worker_borrow(&conn->rx))
		return;

	vchiq_worker_look(&conn->rx);
	vchiq_worker_return(&conn->rx, true);
}

/* The answer was there before anybody waited for it: so quick a firmware is worth polling. */
void vchiq_poll_answered(struct vchiq_luck *luck)
{
	if (ktime_before(ktime_get(), ktime_add_us(luck->asked, READ_ONCE(poll_us))))
		vchiq_luck_count(luck, true);
}

/* -----------------------------------------------------------------------------
 * For slots
 */

static bool vchiq_poll_look_slots(struct vchiq_conn *conn, u32 seen)
{
	unsigned int i;

	for (i = 0; i < VCHIQ_POLL_LOOKS; i++) {
		if (vchiq_shared_recycled(conn->zero) != seen)
			return true;
		cpu_relax();
	}

	return false;
}

/**
 * vchiq_poll_slots - wait a while for slots to come back
 * @conn: the connection
 * @luck: of polling for slots
 * @seen: slots that had come back
 *
 * Only looks at their number: the words of the event are not touched.
 *
 * Return: whether there are more.
 */
bool vchiq_poll_slots(struct vchiq_conn *conn, struct vchiq_luck *luck, u32 seen)
{
	ktime_t end = vchiq_poll_end_time();
	bool has_news;

	if (!READ_ONCE(poll_us) || !vchiq_luck_holds(luck))
		return false;

	do {
		has_news = vchiq_poll_look_slots(conn, seen);
	} while (!has_news && !vchiq_conn_error(conn) && vchiq_poll_may_go_on(end));
	vchiq_luck_count(luck, has_news);

	return has_news;
}
