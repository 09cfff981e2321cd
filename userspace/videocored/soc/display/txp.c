// SPDX-License-Identifier: GPL-2.0
/*
 * Transposer (vc4-display.md 7). GO takes a snapshot of what HVS channel 2 is
 * to compose; the compositor thread does the work and BUSY falls when it no
 * longer writes, be it after ABORT.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "txp.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/virt.h>

#include "bus.h"
#include "compositor.h"
#include "hvs.h"
#include "irq.h"
#include "loop.h"

#define TXP_SIZE		0x20
#define TXP_CHANNEL		2

#define TXP_DST_PTR		0x00
#define TXP_DST_PITCH		0x04
#define TXP_DIM			0x08
#define TXP_DST_CTRL		0x0c
#define TXP_PROGRESS		0x10

#define CTRL_PILOT_MASK		0xff000000u
#define CTRL_PILOT		0x54000000u
#define CTRL_VERSION_MASK	(3u << 22)
#define CTRL_VERSION		(1u << 22)
#define CTRL_ALPHA_ENABLE	(1u << 20)
#define CTRL_ABORT		(1u << 14)
#define CTRL_ALPHA_INVERT	(1u << 12)
#define CTRL_FORMAT(v)		((v) >> 8 & 15)
#define CTRL_EI			(1u << 2)
#define CTRL_BUSY		(1u << 1)
#define CTRL_GO			(1u << 0)

/* The driver queues the job after it wrote GO; do not be faster than that. */
#define START_DELAY_US		1000

struct vc_txp {
	struct vc_block block;
	struct vc_irq *irq;
	struct vc_loop *loop;
	struct vc_hvs *hvs;
	struct vc_compositor *comp;
	struct event *timer;
	uint32_t reg[TXP_SIZE / 4];
	bool busy;
	bool submitted;		/* the compositor has it */
	struct vc_compositor_writeback job;
};

static uint32_t reg(const struct vc_txp *txp, uint32_t off)
{
	return txp->reg[off / 4];
}

/*
 * The line is a level until EI is cleared, but goes out as one edge: the driver
 * takes each interrupt for a finished job without looking, and warns about a
 * repeated one. It is never late for a second cause, as there is only one.
 */
static void signal_done(struct vc_txp *txp)
{
	if (!(reg(txp, TXP_DST_CTRL) & CTRL_EI))
		return;
	vc_irq_set(txp->irq, VC_VIRT_IRQ_TXP, true);
	vc_irq_set(txp->irq, VC_VIRT_IRQ_TXP, false);
}

static void finish(struct vc_txp *txp)
{
	txp->busy = false;
	txp->submitted = false;
	txp->reg[TXP_PROGRESS / 4] = txp->job.dst.height;
	vc_hvs_frame_end(txp->hvs, TXP_CHANNEL);
	signal_done(txp);
}

static void on_done(void *arg)
{
	finish(arg);
}

static void done_on_thread(void *arg)
{
	struct vc_txp *txp = arg;

	vc_loop_post(txp->loop, on_done, txp);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct vc_txp *txp = arg;

	if (vc_compositor_write_back(txp->comp, &txp->job))
		finish(txp);
	else
		txp->submitted = true;
}

static void set_target(struct vc_txp *txp, uint32_t ctrl)
{
	struct vc_txp_target *dst = &txp->job.dst;

	dst->ptr = reg(txp, TXP_DST_PTR);
	dst->pitch = reg(txp, TXP_DST_PITCH);
	dst->width = reg(txp, TXP_DIM) & 0xffff;
	dst->height = reg(txp, TXP_DIM) >> 16;
	dst->format = CTRL_FORMAT(ctrl);
	dst->keeps_alpha = ctrl & CTRL_ALPHA_ENABLE;
	dst->alpha = ctrl & CTRL_ALPHA_INVERT ? 255 : 0;
}

static void go(struct vc_txp *txp, uint32_t ctrl)
{
	struct timeval tv = { .tv_usec = START_DELAY_US };

	set_target(txp, ctrl);
	txp->busy = true;
	txp->reg[TXP_PROGRESS / 4] = 0;
	vc_hvs_latch(txp->hvs, TXP_CHANNEL);
	vc_hvs_snapshot(txp->hvs, TXP_CHANNEL, &txp->job.scene);
	/* A channel that is off, or of another size, gives nothing to write. */
	if (!vc_hvs_is_enabled(txp->hvs, TXP_CHANNEL) ||
	    txp->job.scene.width != txp->job.dst.width ||
	    txp->job.scene.height != txp->job.dst.height)
		txp->job.dst.width = 0;
	evtimer_add(txp->timer, &tv);
}

static void write_ctrl(struct vc_txp *txp, uint32_t val)
{
	txp->reg[TXP_DST_CTRL / 4] = val & ~(CTRL_GO | CTRL_BUSY | CTRL_ABORT);
	if ((val & CTRL_ABORT) && txp->busy && !txp->submitted) {
		evtimer_del(txp->timer);
		finish(txp);
	}
	if ((val & CTRL_GO) && !txp->busy)
		go(txp, val);
}

static uint32_t txp_read(struct vc_block *block, uint32_t off)
{
	struct vc_txp *txp = vc_container_of(block, struct vc_txp, block);
	uint32_t val = reg(txp, off);

	if (off != TXP_DST_CTRL)
		return val;
	val &= ~(CTRL_PILOT_MASK | CTRL_VERSION_MASK);
	return val | CTRL_PILOT | CTRL_VERSION | (txp->busy ? CTRL_BUSY : 0);
}

static void txp_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_txp *txp = vc_container_of(block, struct vc_txp, block);

	if (off == TXP_DST_CTRL)
		write_ctrl(txp, val);
	else if (off != TXP_PROGRESS)
		txp->reg[off / 4] = val;
}

static void txp_reset(struct vc_block *block)
{
	struct vc_txp *txp = vc_container_of(block, struct vc_txp, block);

	memset(txp->reg, 0, sizeof(txp->reg));
	/* What the compositor has comes back through on_done(). */
	if (txp->busy && !txp->submitted) {
		evtimer_del(txp->timer);
		finish(txp);
	}
}

static const struct vc_block_ops txp_ops = {
	.read = txp_read,
	.write = txp_write,
	.reset = txp_reset,
};

struct vc_txp *vc_txp_create(struct vc_bus *bus, struct vc_irq *irq, struct vc_loop *loop,
			     struct vc_hvs *hvs, struct vc_compositor *comp)
{
	struct vc_txp *txp = calloc(1, sizeof(*txp));

	if (!txp)
		return NULL;
	txp->irq = irq;
	txp->loop = loop;
	txp->hvs = hvs;
	txp->comp = comp;
	txp->job.done = done_on_thread;
	txp->job.arg = txp;
	txp->block = (struct vc_block){
		.name = "txp", .base = VC_VIRT_TXP, .size = TXP_SIZE, .ops = &txp_ops,
	};
	txp->timer = evtimer_new(vc_loop_base(loop), on_timer, txp);
	if (!txp->timer || vc_bus_add(bus, &txp->block)) {
		vc_txp_destroy(txp);
		return NULL;
	}
	return txp;
}

void vc_txp_destroy(struct vc_txp *txp)
{
	if (!txp)
		return;
	if (txp->timer)
		event_free(txp->timer);
	free(txp);
}
