// SPDX-License-Identifier: GPL-2.0
/*
 * Pixel valve: registers and vertical blanking (vc4-display.md 4). Deadlines are
 * computed from the start of output and a count of frames, so they do not drift
 * however late the timer is.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "pixelvalve.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "irq.h"
#include "loop.h"

#define PV_SIZE			0x100
#define PV_WORDS		(PV_SIZE / 4)

#define PV_CONTROL		0x00
#define PV_V_CONTROL		0x04
#define PV_HORZA		0x0c
#define PV_HORZB		0x10
#define PV_VERTA		0x14
#define PV_VERTB		0x18
#define PV_INTEN		0x24
#define PV_INTSTAT		0x28
#define PV_STAT			0x2c

#define PV_CONTROL_EN		(1u << 0)
#define PV_V_CONTROL_VIDEN	(1u << 0)
#define PV_INT_VFP_START	(1u << 7)
#define PV_INT_MASK		0x3ff

#define NS_PER_S		1000000000ull
#define FALLBACK_HZ		60
/* No monitor is faster; a clock that would need it is nonsense. */
#define MAX_HZ			1000

typedef unsigned __int128 u128;

struct vc_pixelvalve {
	struct vc_block block;
	struct vc_irq *irq;
	unsigned int irq_line;
	const struct vc_pixelvalve_ops *ops;
	void *arg;
	struct event *timer;
	uint32_t reg[PV_WORDS];

	/* of the running output */
	bool running;
	struct vc_pixelvalve_mode mode;
	uint64_t start_ns;
	uint64_t frame;		/* the next front porch ends frame number ... */
	struct vc_pixelvalve_stats stats;
};

static uint32_t reg(const struct vc_pixelvalve *pv, uint32_t off)
{
	return pv->reg[off / 4];
}

static unsigned int sum_of(uint32_t a, uint32_t b)
{
	return (a >> 16) + (a & 0xffff) + (b >> 16) + (b & 0xffff);
}

/* Time from the start of output to the end of frame @nr (0 is the first). */
static uint64_t frames_ns(const struct vc_pixelvalve_mode *mode, uint64_t nr)
{
	uint64_t pixels = (uint64_t)mode->htotal * mode->vtotal;

	if (!mode->clock || !pixels || mode->clock / pixels > MAX_HZ)
		return nr * NS_PER_S / FALLBACK_HZ;
	return (uint64_t)((u128)nr * pixels * NS_PER_S / mode->clock);
}

static void read_mode(const struct vc_pixelvalve *pv, struct vc_pixelvalve_mode *mode)
{
	mode->hdisplay = reg(pv, PV_HORZB) & 0xffff;
	mode->htotal = sum_of(reg(pv, PV_HORZA), reg(pv, PV_HORZB));
	mode->vdisplay = reg(pv, PV_VERTB) & 0xffff;
	mode->vtotal = sum_of(reg(pv, PV_VERTA), reg(pv, PV_VERTB));
	/* One field per front porch; the extra line of every second one is left out. */
	mode->clock = pv->ops->clock_rate(pv->arg);
}

static void update_irq(struct vc_pixelvalve *pv)
{
	vc_irq_set(pv->irq, pv->irq_line, reg(pv, PV_INTSTAT) & reg(pv, PV_INTEN));
}

uint64_t vc_pixelvalve_deadline(const struct vc_pixelvalve *pv)
{
	return pv->running ? pv->start_ns + frames_ns(&pv->mode, pv->frame + 1) : 0;
}

static void arm_timer(struct vc_pixelvalve *pv)
{
	uint64_t deadline = vc_pixelvalve_deadline(pv);
	uint64_t now = vc_now_ns();
	uint64_t wait_ns = deadline > now ? deadline - now : 0;
	struct timeval tv = {
		.tv_sec = wait_ns / NS_PER_S,
		.tv_usec = wait_ns % NS_PER_S / 1000,
	};

	evtimer_add(pv->timer, &tv);
}

/* Active lines start when blanking is over, and end with the deadline. */
int vc_pixelvalve_line(const struct vc_pixelvalve *pv, uint64_t now_ns)
{
	uint64_t begin, period, into;
	unsigned int line, blank;

	if (!pv->running || !pv->mode.vtotal)
		return -1;
	begin = pv->start_ns + frames_ns(&pv->mode, pv->frame);
	period = vc_pixelvalve_deadline(pv) - begin;
	into = now_ns > begin ? now_ns - begin : 0;
	if (!period || into >= period)
		return into ? (int)pv->mode.vdisplay - 1 : -1;
	line = into * pv->mode.vtotal / period;
	blank = pv->mode.vtotal - pv->mode.vdisplay;
	return line < blank ? -1 : (int)(line - blank);
}

static void restart_timebase(struct vc_pixelvalve *pv, uint64_t now_ns)
{
	pv->start_ns = now_ns;
	pv->frame = 0;
}

/* The clock may be changed while the output runs; go on from the last frame. */
static void follow_clock(struct vc_pixelvalve *pv, uint64_t frame_end_ns)
{
	struct vc_pixelvalve_mode mode;

	read_mode(pv, &mode);
	if (!memcmp(&mode, &pv->mode, sizeof(mode)))
		return;
	pv->mode = mode;
	restart_timebase(pv, frame_end_ns);
}

/*
 * The order is what page flips hang on: the driver looks, in the interrupt, for
 * the list it installed, so the list is latched before the interrupt is raised.
 */
static void front_porch(struct vc_pixelvalve *pv, uint64_t now_ns)
{
	pv->stats.vblanks++;
	pv->ops->frame_start(pv->arg, now_ns);
	pv->reg[PV_INTSTAT / 4] |= PV_INT_VFP_START;
	update_irq(pv);
}

void vc_pixelvalve_run(struct vc_pixelvalve *pv, uint64_t now_ns)
{
	uint64_t end_ns = vc_pixelvalve_deadline(pv);

	if (!pv->running || now_ns < end_ns)
		return;
	pv->frame++;
	/* One front porch stands for all that passed while nobody could look. */
	while (vc_pixelvalve_deadline(pv) <= now_ns) {
		end_ns = vc_pixelvalve_deadline(pv);
		pv->frame++;
		pv->stats.vblanks++;
		pv->stats.missed++;
	}
	follow_clock(pv, end_ns);
	front_porch(pv, now_ns);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct vc_pixelvalve *pv = arg;

	vc_pixelvalve_run(pv, vc_now_ns());
	if (pv->running)
		arm_timer(pv);
}

static void start(struct vc_pixelvalve *pv)
{
	read_mode(pv, &pv->mode);
	restart_timebase(pv, vc_now_ns());
	pv->running = true;
	pv->ops->started(pv->arg);
	arm_timer(pv);
}

static void stop(struct vc_pixelvalve *pv)
{
	pv->running = false;
	evtimer_del(pv->timer);
	pv->ops->stopped(pv->arg);
}

static void update_running(struct vc_pixelvalve *pv)
{
	bool wanted = (reg(pv, PV_CONTROL) & PV_CONTROL_EN) &&
		      (reg(pv, PV_V_CONTROL) & PV_V_CONTROL_VIDEN);

	if (wanted && !pv->running)
		start(pv);
	else if (!wanted && pv->running)
		stop(pv);
}

static uint32_t pv_read(struct vc_block *block, uint32_t off)
{
	return reg(vc_container_of(block, struct vc_pixelvalve, block), off);
}

static void pv_write(struct vc_block *block, uint32_t off, uint32_t val)
{
	struct vc_pixelvalve *pv = vc_container_of(block, struct vc_pixelvalve, block);

	switch (off) {
	case PV_INTSTAT:
		pv->reg[off / 4] &= ~val;
		update_irq(pv);
		return;
	case PV_INTEN:
		pv->reg[off / 4] = val & PV_INT_MASK;
		update_irq(pv);
		return;
	case PV_STAT:
		return;
	default:
		pv->reg[off / 4] = val;
		update_running(pv);
		return;
	}
}

static void pv_reset(struct vc_block *block)
{
	struct vc_pixelvalve *pv = vc_container_of(block, struct vc_pixelvalve, block);

	memset(pv->reg, 0, sizeof(pv->reg));
	update_running(pv);
	update_irq(pv);
}

static const struct vc_block_ops pv_ops = {
	.read = pv_read,
	.write = pv_write,
	.reset = pv_reset,
};

struct vc_pixelvalve *vc_pixelvalve_create(struct vc_bus *bus, struct vc_irq *irq,
					   struct event_base *events, uint32_t base,
					   unsigned int irq_line,
					   const struct vc_pixelvalve_ops *ops, void *arg)
{
	struct vc_pixelvalve *pv = calloc(1, sizeof(*pv));

	if (!pv)
		return NULL;
	pv->irq = irq;
	pv->irq_line = irq_line;
	pv->ops = ops;
	pv->arg = arg;
	pv->block = (struct vc_block){
		.name = "pixelvalve", .base = base, .size = PV_SIZE, .ops = &pv_ops,
	};
	pv->timer = evtimer_new(events, on_timer, pv);
	if (!pv->timer || vc_bus_add(bus, &pv->block)) {
		vc_pixelvalve_destroy(pv);
		return NULL;
	}
	return pv;
}

void vc_pixelvalve_destroy(struct vc_pixelvalve *pv)
{
	if (!pv)
		return;
	if (pv->timer)
		event_free(pv->timer);
	free(pv);
}

bool vc_pixelvalve_is_running(const struct vc_pixelvalve *pv)
{
	return pv->running;
}

void vc_pixelvalve_mode(const struct vc_pixelvalve *pv, struct vc_pixelvalve_mode *mode)
{
	*mode = pv->mode;
}

void vc_pixelvalve_stats(const struct vc_pixelvalve *pv, struct vc_pixelvalve_stats *stats)
{
	*stats = pv->stats;
}
