// SPDX-License-Identifier: GPL-2.0
/*
 * Finding out that the firmware does not answer any more.
 *
 * As long as somebody waits for it, we look once a second whether it has done
 * anything. If it has not, we ask: we open a service that nobody has, and the
 * refusal is the proof of life. If that does not come either for as long as the
 * module parameter says, the connection is broken. Looks are counted, not the
 * time: a machine that stood still is no reason to give up on the firmware.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "../compat.h"
#include "vchiq_priv.h"

#define VCHIQ_WATCH_MS		1000

static unsigned int silence_ms = 5000;
module_param(silence_ms, uint, 0644);
MODULE_PARM_DESC(silence_ms, "the connection is given up when the firmware did not answer for so long");

/* Grows whenever the firmware does something. */
static u64 vchiq_watch_progress(struct vchiq_conn *conn)
{
	return (u64)READ_ONCE(conn->kept->rx.pos) << 32 |
	       (u32)(vchiq_shared_recycled(conn->zero) + READ_ONCE(conn->stats.sync_rx));
}

/* Is there anything that the firmware should do? */
static bool vchiq_watch_is_needed(struct vchiq_conn *conn)
{
	return atomic_read(&conn->watch.nr_waiting) || READ_ONCE(conn->nr_bulks) ||
	       READ_ONCE(conn->nr_parked_services) ||
	       vchiq_event_is_unheard(conn->zero, VCHIQ_EVENT_TRIGGER);
}

static void vchiq_watch_ask(struct vchiq_conn *conn)
{
	const struct vchiq_open_payload open = {
		.fourcc = cpu_to_le32(VCHIQ_NO_SERVICE),
		.client_id = cpu_to_le32(task_tgid_nr(current)),
	};
	const struct vchiq_msg msg = {
		.type = VCHIQ_MSG_OPEN,
		.src = VCHIQ_PROBE_PORT,
		.data = &open,
		.len = sizeof(open),
	};

	if (vchiq_tx_send(conn, &msg))
		return;

	conn->stats.probes++;
	/* The bell may be what got lost; nobody rings while the event is fired. */
	vchiq_conn_ring(conn);
}

static void vchiq_watch_look(struct vchiq_conn *conn)
{
	struct vchiq_watch *watch = &conn->watch;
	u64 progress = vchiq_watch_progress(conn);

	/* A firmware that has paused us owes us nothing. */
	if (progress != watch->heard || READ_ONCE(conn->tx.pause) == VCHIQ_PAUSE_ON) {
		watch->heard = progress;
		watch->silent = 0;
		return;
	}

	if (++watch->silent == 1)
		vchiq_watch_ask(conn);
	else if (watch->silent > DIV_ROUND_UP(READ_ONCE(silence_ms), VCHIQ_WATCH_MS))
		vchiq_conn_break(conn, "no answer for %u ms", READ_ONCE(silence_ms));
}

static void vchiq_watch_queue(struct vchiq_watch *watch)
{
	queue_delayed_work(system_dfl_wq, &watch->work, msecs_to_jiffies(VCHIQ_WATCH_MS));
}

static void vchiq_watch_work(struct work_struct *work)
{
	struct vchiq_watch *watch = container_of(work, struct vchiq_watch, work.work);
	struct vchiq_conn *conn = container_of(watch, struct vchiq_conn, watch);

	if (!vchiq_conn_error(conn) && vchiq_watch_is_needed(conn)) {
		vchiq_watch_look(conn);
		vchiq_watch_queue(watch);
		return;
	}

	watch->silent = 0;
	clear_bit(VCHIQ_WATCH_RUNNING, &watch->flags);
	/* Who needed it meanwhile may have found it running. */
	smp_mb__after_atomic();
	if (!vchiq_conn_error(conn) && vchiq_watch_is_needed(conn))
		vchiq_watch_kick(conn);
}

/* There is something to wait for. */
void vchiq_watch_kick(struct vchiq_conn *conn)
{
	struct vchiq_watch *watch = &conn->watch;

	if (test_bit(VCHIQ_WATCH_RUNNING, &watch->flags) ||
	    test_and_set_bit(VCHIQ_WATCH_RUNNING, &watch->flags))
		return;

	watch->heard = vchiq_watch_progress(conn);
	vchiq_watch_queue(watch);
}

/* Somebody waits for the firmware, until vchiq_watch_end(). */
void vchiq_watch_begin(struct vchiq_conn *conn)
{
	atomic_inc(&conn->watch.nr_waiting);
	/* Counted before the watchdog may stop: pairs with the one in its work. */
	smp_mb__after_atomic();
	vchiq_watch_kick(conn);
}

void vchiq_watch_end(struct vchiq_conn *conn)
{
	atomic_dec(&conn->watch.nr_waiting);
}

/* A wait ended in vain. */
void vchiq_watch_missed(struct vchiq_conn *conn)
{
	atomic64_inc(&conn->stats.timeouts);
	WRITE_ONCE(conn->watch.missed, vchiq_watch_progress(conn));
	WRITE_ONCE(conn->watch.has_missed, true);
}

/*
 * How long a close may take, in jiffies. A silent firmware is not given the full
 * time over and over, else closing many services would take minutes.
 */
unsigned long vchiq_watch_close_timeout(struct vchiq_conn *conn)
{
	struct vchiq_watch *watch = &conn->watch;

	if (READ_ONCE(watch->has_missed) &&
	    READ_ONCE(watch->missed) == vchiq_watch_progress(conn))
		return msecs_to_jiffies(VCHIQ_SILENT_TIMEOUT_MS);

	return msecs_to_jiffies(VCHIQ_CLOSE_TIMEOUT_MS);
}

void vchiq_watch_stop(struct vchiq_conn *conn)
{
	/* It may queue itself once more, having cleared the flag. */
	set_bit(VCHIQ_WATCH_RUNNING, &conn->watch.flags);
	cancel_delayed_work_sync(&conn->watch.work);
	conn->watch.silent = 0;
	clear_bit(VCHIQ_WATCH_RUNNING, &conn->watch.flags);
}

void vchiq_watch_init(struct vchiq_conn *conn)
{
	INIT_DELAYED_WORK(&conn->watch.work, vchiq_watch_work);
}
