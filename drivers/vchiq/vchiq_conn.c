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
#include <linux/kthread.h>
#include <linux/sched.h>

#include <soc/bcm2835/raspberrypi-firmware.h>

#include <videocore/property.h>

#include "vchiq_priv.h"

/* Doorbells: the firmware rings 0, reading it clears it; we ring 2. */
#define VCHIQ_BELL0			0x00
#define VCHIQ_BELL2			0x08
#define VCHIQ_BELL_RUNG			BIT(2)
/* What the bus reads when nothing is there any more. */
#define VCHIQ_BELL_GONE			0xffffffff

/* No firmware has such a service; its refusal shows that the firmware lives. */
#define VCHIQ_NO_SERVICE		VCHIQ_FOURCC('n', 'o', 'n', 'e')

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
	if (vchiq_event_signal(conn->zero, event))
		vchiq_conn_ring(conn);
}

static void vchiq_worker_hear(struct vchiq_worker *worker)
{
	if (vchiq_event_is_fired(worker->conn->zero, worker->event))
		wake_up(&worker->wait);
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
	return IRQ_HANDLED;
}

/* -----------------------------------------------------------------------------
 * Threads
 */

static bool vchiq_worker_due(struct vchiq_worker *worker)
{
	return vchiq_event_is_fired(worker->conn->zero, worker->event) ||
	       atomic_read(&worker->kicked) || kthread_should_stop();
}

/* Steps R1 to R7 of the event protocol. */
static void vchiq_worker_wait(struct vchiq_worker *worker)
{
	struct vchiq_slot_zero *zero = worker->conn->zero;

	if (!vchiq_worker_due(worker)) {
		vchiq_event_arm(zero, worker->event);
		wait_event_idle(worker->wait, vchiq_worker_due(worker));
		vchiq_event_disarm(zero, worker->event);
	}
	atomic_set(&worker->kicked, 0);
	vchiq_event_ack(zero, worker->event);
}

static int vchiq_worker_thread(void *data)
{
	struct vchiq_worker *worker = data;

	while (!kthread_should_stop()) {
		vchiq_worker_wait(worker);
		worker->run(worker->conn);
	}

	return 0;
}

static void vchiq_worker_init(struct vchiq_conn *conn, struct vchiq_worker *worker,
			      enum vchiq_event event, void (*run)(struct vchiq_conn *conn))
{
	worker->conn = conn;
	worker->event = event;
	worker->run = run;
	init_waitqueue_head(&worker->wait);
}

/* A local reason to run, which needs no shared word. */
static void vchiq_worker_kick(struct vchiq_worker *worker)
{
	atomic_set(&worker->kicked, 1);
	wake_up(&worker->wait);
}

static int vchiq_worker_start(struct vchiq_worker *worker, const char *name)
{
	struct task_struct *task;

	task = kthread_create(vchiq_worker_thread, worker, "vchiq-%s/%s", name,
			      dev_name(worker->conn->dev));
	if (IS_ERR(task))
		return PTR_ERR(task);

	/* A round trip to the firmware passes here twice. */
	set_user_nice(task, MIN_NICE);
	worker->task = task;
	atomic_set(&worker->kicked, 1);
	wake_up_process(task);
	return 0;
}

static void vchiq_worker_stop(struct vchiq_worker *worker)
{
	kthread_stop(worker->task);
	worker->task = NULL;
}

static int vchiq_conn_start(struct vchiq_conn *conn)
{
	int ret;

	ret = vchiq_worker_start(&conn->recycle, "recycle");
	if (ret)
		return ret;

	ret = vchiq_worker_start(&conn->rx, "rx");
	if (ret)
		vchiq_worker_stop(&conn->recycle);
	return ret;
}

static void vchiq_conn_stop(struct vchiq_conn *conn)
{
	vchiq_worker_stop(&conn->rx);
	vchiq_worker_stop(&conn->recycle);
}

static void vchiq_conn_run_rx(struct vchiq_conn *conn)
{
	if (vchiq_conn_error(conn) != -ECONNRESET)
		vchiq_rx_run(conn);
	/* May have broken just now. */
	if (vchiq_conn_error(conn) == -ECONNRESET)
		vchiq_services_broken(conn);
}

static void vchiq_conn_run_recycle(struct vchiq_conn *conn)
{
	if (vchiq_conn_error(conn) != -ECONNRESET)
		vchiq_tx_recycled(conn);
}

/* -----------------------------------------------------------------------------
 * State
 */

/* 0 while messages can be sent, else why not. */
int vchiq_conn_error(struct vchiq_conn *conn)
{
	return READ_ONCE(conn->state) == VCHIQ_CONN_BROKEN ? -ECONNRESET : 0;
}

static bool vchiq_conn_set_state(struct vchiq_conn *conn, enum vchiq_conn_state state)
{
	guard(spinlock)(&conn->lock);
	if (conn->state == VCHIQ_CONN_BROKEN || conn->state == state)
		return false;

	WRITE_ONCE(conn->state, state);
	return true;
}

/**
 * vchiq_conn_break - the firmware violated the protocol
 * @conn: the connection
 * @fmt: how
 *
 * What it sends cannot be trusted from here on. The receiver closes all services
 * when it comes round; whoever waits is woken.
 *
 * Context: Process context, no locks held.
 */
void vchiq_conn_break(struct vchiq_conn *conn, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	atomic64_inc(&conn->stats.violations);
	if (!vchiq_conn_set_state(conn, VCHIQ_CONN_BROKEN))
		return;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	dev_err(conn->dev, "connection to the firmware broken: %pV\n", &vaf);
	va_end(args);

	conn->kept->is_alive = false;
	complete_all(&conn->connected);
	vchiq_tx_wake(conn);
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
	if (!vchiq_conn_set_state(conn, VCHIQ_CONN_UP))
		return;

	conn->kept->is_alive = true;
	complete_all(&conn->connected);
}

/* A wait for the firmware ended in vain. */
void vchiq_conn_timed_out(struct vchiq_conn *conn)
{
	atomic64_inc(&conn->stats.timeouts);
	if (!READ_ONCE(conn->is_silent))
		dev_warn_ratelimited(conn->dev, "no answer from the firmware\n");
	WRITE_ONCE(conn->is_silent, true);
}

/*
 * Bound of a wait, in jiffies. A silent firmware is not given the full time over
 * and over, else closing many services would take minutes.
 */
unsigned long vchiq_conn_timeout(struct vchiq_conn *conn, unsigned int timeout_ms)
{
	if (READ_ONCE(conn->is_silent))
		timeout_ms = min_t(unsigned int, timeout_ms, VCHIQ_SILENT_TIMEOUT_MS);

	return msecs_to_jiffies(timeout_ms);
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
		dev_err(conn->dev, "firmware refused slot memory at %pad: %#x\n",
			&conn->kept->dma, le32_to_cpu(word));
		return -ENXIO;
	}

	/* Without a clear answer it may have the memory. */
	vchiq_memory_given(conn);
	if (ret)
		dev_err(conn->dev, "cannot hand over slot memory: %d\n", ret);
	return ret;
}

static int vchiq_conn_exchange_connect(struct vchiq_conn *conn)
{
	const struct vchiq_msg connect = {
		.type = VCHIQ_MSG_CONNECT,
	};
	int ret;

	ret = vchiq_tx_send(conn, &connect);
	if (ret)
		return ret;

	if (!wait_for_completion_timeout(&conn->connected,
					 msecs_to_jiffies(VCHIQ_CONNECT_TIMEOUT_MS))) {
		dev_err(conn->dev, "the firmware did not answer CONNECT\n");
		return -ETIMEDOUT;
	}

	return vchiq_conn_error(conn);
}

static void vchiq_conn_reset(struct vchiq_conn *conn)
{
	conn->state = VCHIQ_CONN_DOWN;
	conn->tx.is_paused = false;
	conn->is_silent = false;
	reinit_completion(&conn->connected);
}

/* A new connection, in memory that the firmware does not use. */
static int vchiq_conn_begin(struct vchiq_conn *conn)
{
	int ret;

	vchiq_conn_reset(conn);
	vchiq_memory_format(conn->kept);
	ret = vchiq_conn_start(conn);
	if (ret)
		return ret;

	vchiq_shared_set_initialised(conn->zero);
	ret = vchiq_conn_hand_over(conn);
	if (!ret)
		ret = vchiq_conn_exchange_connect(conn);
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

	vchiq_conn_set_state(conn, VCHIQ_CONN_UP);
	if (vchiq_conn_answers(conn)) {
		dev_dbg(conn->dev, "resumed at tx %u, rx %u\n", conn->kept->tx.pos,
			conn->kept->rx.pos);
		return 0;
	}

	vchiq_conn_stop(conn);
	vchiq_services_drop(conn);
	return -EAGAIN;
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

	/* Asking the property channel of hardware that has gone takes an hour. */
	if (readl(conn->regs + VCHIQ_BELL0) == VCHIQ_BELL_GONE) {
		dev_err(conn->dev, "the VideoCore has gone\n");
		return -ENODEV;
	}

	if (conn->kept->is_alive) {
		ret = vchiq_conn_resume(conn);
		if (ret != -EAGAIN)
			return ret;
		dev_info(conn->dev, "the firmware forgot the connection, making a new one\n");
	}

	return vchiq_conn_begin(conn);
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

int vchiq_conn_init(struct vchiq_conn *conn)
{
	spin_lock_init(&conn->lock);
	xa_init_flags(&conn->services, XA_FLAGS_ALLOC);
	init_completion(&conn->connected);
	INIT_LIST_HEAD(&conn->clients);
	vchiq_worker_init(conn, &conn->rx, VCHIQ_EVENT_TRIGGER, vchiq_conn_run_rx);
	vchiq_worker_init(conn, &conn->recycle, VCHIQ_EVENT_RECYCLE,
			  vchiq_conn_run_recycle);
	vchiq_tx_init(conn);

	conn->rx_buf = devm_kzalloc(conn->dev, VCHIQ_SLOT_SIZE, GFP_KERNEL);
	if (!conn->rx_buf)
		return -ENOMEM;

	return vchiq_bulk_init(conn);
}

void vchiq_conn_fini(struct vchiq_conn *conn)
{
	vchiq_bulk_fini(conn);
	xa_destroy(&conn->services);
}
