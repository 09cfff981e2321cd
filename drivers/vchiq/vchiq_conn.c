// SPDX-License-Identifier: GPL-2.0
/*
 * The connection to the firmware: its threads, bringing it up, taking it down,
 * and what happens when it breaks.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/device.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>

#include <soc/bcm2835/raspberrypi-firmware.h>

#include <videocore/property.h>

#include "vchiq_priv.h"
#include "vchiq_trace.h"

/* Doorbells: the firmware rings 0, reading it clears it; we ring 2. */
#define VCHIQ_BELL0			0x00
#define VCHIQ_BELL2			0x08
#define VCHIQ_BELL_RUNG			BIT(2)
/* What the bus reads when nothing is there any more. */
#define VCHIQ_BELL_GONE			0xffffffff

/* -----------------------------------------------------------------------------
 * Signals between the sides
 */

void vchiq_conn_ring(struct vchiq_conn *conn)
{
	atomic64_inc(&conn->stats.doorbells);
	writel(0, conn->regs + VCHIQ_BELL2);
}

void vchiq_conn_signal(struct vchiq_conn *conn, enum vchiq_event event)
{
	bool is_awaited = vchiq_event_signal(conn->zero, event);

	if (is_awaited)
		vchiq_conn_ring(conn);
	trace_vchiq_signal(conn, event, is_awaited);
}

/*
 * The bell is acknowledged by reading it, before the events are looked at: else
 * a ring in between would be lost. Nothing shared is written here; that is for
 * the threads that wait.
 */
irqreturn_t vchiq_conn_interrupt(int irq, void *data)
{
	struct vchiq_conn *conn = data;
	u32 bell = readl(conn->regs + VCHIQ_BELL0);

	if (!(bell & VCHIQ_BELL_RUNG) || bell == VCHIQ_BELL_GONE)
		return IRQ_NONE;

	atomic64_inc(&conn->stats.interrupts);
	vchiq_worker_hear(&conn->rx);
	vchiq_worker_hear(&conn->recycle);
	vchiq_sync_hear(conn);
	return IRQ_HANDLED;
}

/* -----------------------------------------------------------------------------
 * Threads
 */

static int vchiq_conn_start(struct vchiq_conn *conn)
{
	int ret;

	conn->rx_untold = 0;
	ret = vchiq_worker_start(&conn->recycle, "recycle");
	if (ret)
		return ret;

	ret = vchiq_sync_start(conn);
	if (ret)
		goto err_stop_recycle;

	ret = vchiq_worker_start(&conn->rx, "rx");
	if (ret)
		goto err_stop_sync;

	return 0;

err_stop_sync:
	vchiq_sync_stop(conn);
err_stop_recycle:
	vchiq_worker_stop(&conn->recycle);
	return ret;
}

static void vchiq_conn_stop(struct vchiq_conn *conn)
{
	vchiq_worker_stop(&conn->rx);
	vchiq_sync_stop(conn);
	vchiq_worker_stop(&conn->recycle);
	vchiq_watch_stop(conn);
}

static void vchiq_conn_run_rx(struct vchiq_conn *conn)
{
	if (!vchiq_conn_error(conn))
		vchiq_rx_run(conn);
	/* May have broken just now. */
	if (vchiq_conn_error(conn)) {
		vchiq_services_broken(conn);
		vchiq_cdev_break(conn);
		vchiq_recover_begin(conn);
	}
}

static void vchiq_conn_run_recycle(struct vchiq_conn *conn)
{
	if (!vchiq_conn_error(conn))
		vchiq_tx_recycle(conn);
}

/* -----------------------------------------------------------------------------
 * State
 */

bool vchiq_conn_is_up(struct vchiq_conn *conn)
{
	return READ_ONCE(conn->state) == VCHIQ_CONN_UP;
}

/* 0 unless the connection broke. */
int vchiq_conn_error(struct vchiq_conn *conn)
{
	return READ_ONCE(conn->state) == VCHIQ_CONN_BROKEN ? -ECONNRESET : 0;
}

/* Return: whether the step was possible. */
static bool vchiq_conn_step(struct vchiq_conn *conn, enum vchiq_conn_step step)
{
	int next;

	guard(spinlock)(&conn->lock);
	next = vchiq_conn_state_next(conn->state, step);
	if (next < 0)
		return false;

	WRITE_ONCE(conn->state, next);
	return true;
}

/**
 * vchiq_conn_break - the firmware violated the protocol, or does not answer
 * @conn: the connection
 * @fmt: how
 *
 * What it sends cannot be trusted from here on. The receiver closes all services
 * when it comes round; whoever waits is woken.
 *
 * Context: Process context, without vchiq_conn.lock.
 */
void vchiq_conn_break(struct vchiq_conn *conn, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	atomic64_inc(&conn->stats.violations);
	if (!vchiq_conn_step(conn, VCHIQ_CONN_STEP_BROKEN))
		return;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	dev_err(conn->dev, "connection to the firmware broken: %pV\n", &vaf);
	va_end(args);

	conn->kept->is_alive = false;
	complete_all(&conn->connected);
	complete_all(&conn->paused);
	wake_up_all(&conn->tx.wait);
	wake_up_all(&conn->sync.wait);
	wake_up_all(&conn->fragment_wait);
	vchiq_worker_kick(&conn->rx);
}

/* The firmware's CONNECT. */
void vchiq_conn_connected(struct vchiq_conn *conn)
{
	int version = vchiq_shared_version(conn->zero);

	if (!vchiq_shared_peer_initialised(conn->zero)) {
		vchiq_conn_break(conn, "CONNECT before the firmware's state was set up");
		return;
	}
	if (version < VCHIQ_VERSION_MIN || version > VCHIQ_VERSION) {
		vchiq_conn_break(conn, "protocol version %d, need %d to %d", version,
				 VCHIQ_VERSION_MIN, VCHIQ_VERSION);
		return;
	}
	if (!vchiq_conn_step(conn, VCHIQ_CONN_STEP_CONNECTED))
		return;

	conn->kept->is_alive = true;
	complete_all(&conn->connected);
}

/* -----------------------------------------------------------------------------
 * Up and down
 */

/* Give slot zero to the firmware. */
static int vchiq_conn_hand_over(struct vchiq_conn *conn)
{
	__le32 word = cpu_to_le32(lower_32_bits(conn->kept->dma));
	int ret;

	ret = rpi_firmware_property(conn->firmware, VC_TAG_VCHIQ_INIT, &word, sizeof(word));
	if (!ret && word) {
		dev_dbg(conn->dev, "firmware refused slot memory at %pad: %#x\n",
			&conn->kept->dma, le32_to_cpu(word));
		return -ENXIO;
	}

	/* Without a clear answer it may have the memory. */
	vchiq_memory_given(conn);
	return ret;
}

static int vchiq_conn_exchange_connect(struct vchiq_conn *conn, unsigned int timeout_ms)
{
	const struct vchiq_msg connect = {
		.type = VCHIQ_MSG_CONNECT,
	};
	int ret;

	ret = vchiq_tx_send(conn, &connect);
	if (ret)
		return ret;

	if (!wait_for_completion_timeout(&conn->connected,
					 msecs_to_jiffies(timeout_ms)))
		return -ETIMEDOUT;

	return vchiq_conn_error(conn);
}

/* Nothing runs. */
static void vchiq_conn_reset(struct vchiq_conn *conn)
{
	vchiq_tx_reset(conn);
	conn->remote_use = 0;
	conn->watch.has_missed = false;
	reinit_completion(&conn->connected);
	reinit_completion(&conn->paused);
	vchiq_conn_step(conn, VCHIQ_CONN_STEP_AGAIN);
}

/* A new connection, in memory that the firmware does not use. */
static int vchiq_conn_begin(struct vchiq_conn *conn, unsigned int timeout_ms)
{
	int ret;

	scoped_guard(mutex, &conn->tx.lock)
		vchiq_memory_format(conn->kept);
	vchiq_conn_reset(conn);
	ret = vchiq_conn_start(conn);
	if (ret)
		return ret;

	vchiq_shared_set_initialised(conn->zero);
	ret = vchiq_conn_hand_over(conn);
	if (!ret)
		ret = vchiq_conn_exchange_connect(conn, timeout_ms);
	if (ret)
		vchiq_conn_stop(conn);
	return ret;
}

static bool vchiq_conn_answers(struct vchiq_conn *conn)
{
	const struct vchiq_service_params params = {
		.fourcc = VCHIQ_NO_SERVICE,
	};
	struct vchiq_service *svc;

	svc = vchiq_service_open_on(conn, &params, VCHIQ_RESUME_TIMEOUT_MS);
	if (!IS_ERR(svc))
		vchiq_service_close(svc);

	return !IS_ERR(svc) || PTR_ERR(svc) == -ECONNREFUSED;
}

/*
 * Carry on with the connection of an earlier probe. What tells whether the
 * firmware still has it is an answer: handing over the same memory again is not
 * documented to be harmless. No answer means that it was started anew, or serves
 * another driver's memory.
 */
static int vchiq_conn_resume(struct vchiq_conn *conn)
{
	int ret;

	vchiq_conn_reset(conn);
	ret = vchiq_conn_start(conn);
	if (ret)
		return ret;

	vchiq_conn_step(conn, VCHIQ_CONN_STEP_CONNECTED);
	if (vchiq_conn_answers(conn)) {
		dev_dbg(conn->dev, "resumed at tx %u, rx %u\n", conn->kept->tx.pos,
			conn->kept->rx.pos);
		return 0;
	}

	vchiq_conn_stop(conn);
	vchiq_services_drop(conn);
	return -EAGAIN;
}

/* Asking the property channel of hardware that has gone takes an hour. */
static bool vchiq_conn_has_gone(struct vchiq_conn *conn)
{
	return readl(conn->regs + VCHIQ_BELL0) == VCHIQ_BELL_GONE;
}

/**
 * vchiq_conn_up - get connected
 * @conn: the connection; interrupt and registers work
 *
 * Return: 0 or an errno; then nothing runs any more.
 */
int vchiq_conn_up(struct vchiq_conn *conn)
{
	int ret;

	if (vchiq_conn_has_gone(conn)) {
		dev_err(conn->dev, "the VideoCore has gone\n");
		return -ENODEV;
	}

	if (conn->kept->is_alive) {
		ret = vchiq_conn_resume(conn);
		if (ret != -EAGAIN)
			return ret;
		dev_info(conn->dev, "the firmware forgot the connection, making a new one\n");
	}

	ret = vchiq_conn_begin(conn, VCHIQ_CONNECT_TIMEOUT_MS);
	if (ret)
		dev_err(conn->dev, "cannot connect to the firmware: %d\n", ret);
	return ret;
}

/**
 * vchiq_conn_again - try to make a new connection after one broke
 * @conn: the connection; no device is on the bus any more
 *
 * Return: 0, -ENXIO if the firmware does not take it, or another errno; then nothing
 * runs any more.
 */
int vchiq_conn_again(struct vchiq_conn *conn)
{
	int ret;

	vchiq_conn_down(conn);
	if (vchiq_conn_has_gone(conn))
		return -ENODEV;

	ret = vchiq_memory_renew(conn) ?: vchiq_conn_begin(conn, VCHIQ_RECONNECT_TIMEOUT_MS);
	if (!ret)
		vchiq_memory_free_old(conn);
	return ret;
}

/**
 * vchiq_conn_down - stop using the connection
 * @conn: the connection; no device is on the bus any more
 *
 * It stays up on the firmware's side, there is no way to end it.
 */
void vchiq_conn_down(struct vchiq_conn *conn)
{
	vchiq_conn_stop(conn);
	vchiq_services_drop(conn);
}

/* -----------------------------------------------------------------------------
 * Pause
 */

/**
 * vchiq_conn_pause - have both sides stop sending
 * @conn: the connection
 *
 * Return: 0, -ETIMEDOUT if the firmware does not answer; then nothing is paused.
 */
int vchiq_conn_pause(struct vchiq_conn *conn)
{
	const struct vchiq_msg pause = {
		.type = VCHIQ_MSG_PAUSE,
		.timeout_ms = VCHIQ_PAUSE_TIMEOUT_MS,
	};
	int ret;

	reinit_completion(&conn->paused);
	ret = vchiq_tx_send(conn, &pause);
	if (ret)
		return ret;
	if (wait_for_completion_timeout(&conn->paused,
					msecs_to_jiffies(VCHIQ_PAUSE_TIMEOUT_MS)))
		return vchiq_conn_error(conn);

	vchiq_conn_unpause(conn);
	return -ETIMEDOUT;
}

/* Let both sides send again. Return: 0 or an errno. */
int vchiq_conn_unpause(struct vchiq_conn *conn)
{
	const struct vchiq_msg resume = {
		.type = VCHIQ_MSG_RESUME,
		.timeout_ms = VCHIQ_PAUSE_TIMEOUT_MS,
	};
	int ret;

	ret = vchiq_tx_send(conn, &resume);
	vchiq_tx_resumed(conn);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Set-up
 */

int vchiq_conn_init(struct vchiq_conn *conn)
{
	int ret;

	spin_lock_init(&conn->lock);
	xa_init_flags(&conn->services, XA_FLAGS_ALLOC);
	init_completion(&conn->connected);
	init_completion(&conn->paused);
	init_waitqueue_head(&conn->fragment_wait);
	INIT_LIST_HEAD(&conn->clients);
	INIT_LIST_HEAD(&conn->parked);
	vchiq_worker_init(&conn->rx, conn, VCHIQ_EVENT_TRIGGER, vchiq_conn_run_rx);
	conn->rx.settle = vchiq_rx_settle;
	vchiq_worker_init(&conn->recycle, conn, VCHIQ_EVENT_RECYCLE, vchiq_conn_run_recycle);
	conn->recycle.is_wanted = vchiq_tx_wants_slots;
	vchiq_tx_init(conn);
	vchiq_watch_init(conn);
	vchiq_recover_init(conn);

	conn->rx_buf = devm_kzalloc(conn->dev, VCHIQ_SLOT_SIZE, GFP_KERNEL);
	if (!conn->rx_buf)
		return -ENOMEM;

	ret = vchiq_sync_init(conn);
	return ret ?: vchiq_xfer_init(conn);
}

void vchiq_conn_fini(struct vchiq_conn *conn)
{
	vchiq_xfer_fini(conn);
	xa_destroy(&conn->services);
}
