// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt lines. A device's line is a level, MSI-X knows edges only. An edge
 * goes out when a line rises, and again when its device was touched, still wants
 * attention, and has been left alone since: the guest's handler acknowledged one
 * cause while another was there, and is gone. While it is at work an edge would
 * only make it run once more. A timer repeats it for whatever else may lose one.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include <videocore/virt.h>

#include "../log.h"
#include "../loop.h"
#include "irq.h"

/* Several trapped accesses: a handler that pauses so long has ended. */
#define IRQ_QUIET_NS		200000ull
/* First and longest time between edges of a line that nobody touches. */
#define IRQ_REPEAT_MIN_NS	2000000ull
#define IRQ_REPEAT_MAX_NS	128000000ull

/**
 * struct irq_line - one line and its vector
 * @level: what the device says
 * @masked: the client wants no signals
 * @fd: eventfd of the vector, -1 while the guest has none
 * @due_ns: when the next edge goes out if the line is still up
 * @period_ns: from that one to the one after
 * @edges: signals so far
 */
struct irq_line {
	bool level;
	bool masked;
	int fd;
	uint64_t due_ns;
	uint64_t period_ns;
	uint64_t edges;
};

/**
 * struct vc_irq - the lines
 * @timer: sends edges that are due; one-shot, pending while a line with a vector
 *	is up
 * @lock: protects @lines and @timer_ns
 * @timer_ns: when @timer fires, 0 if it is not pending
 * @lines: by VC_VIRT_IRQ_*
 */
struct vc_irq {
	struct event *timer;
	pthread_mutex_t lock;
	uint64_t timer_ns;
	struct irq_line lines[VC_VIRT_IRQ_COUNT];
};

/* Wants attention, and there is somebody to tell. */
static bool irq_is_active_locked(const struct irq_line *line)
{
	return line->level && line->fd >= 0 && !line->masked;
}

static void irq_signal_locked(struct irq_line *line)
{
	uint64_t one = 1;

	line->edges++;
	/* A full counter is an edge the guest has not even looked at. */
	if (write(line->fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		vc_dbg("irq", "eventfd: errno %d", errno);
}

/*
 * Have the timer fire at @due_ns or before. One that fires too early costs less
 * than one that is set anew at each access. Safe from any thread: libevent locks
 * the base.
 */
static void irq_arm_locked(struct vc_irq *irq, uint64_t now, uint64_t due_ns)
{
	struct timeval tv = {
		.tv_sec = 0,
		.tv_usec = due_ns > now ? (suseconds_t)((due_ns - now) / 1000 + 1) : 0,
	};

	if (irq->timer_ns && irq->timer_ns <= due_ns)
		return;
	irq->timer_ns = event_add(irq->timer, &tv) ? 0 : due_ns;
}

static void irq_raise_locked(struct vc_irq *irq, struct irq_line *line, bool rising)
{
	uint64_t now = vc_now_ns();

	if (rising)
		irq_signal_locked(line);
	line->due_ns = now + (rising ? IRQ_REPEAT_MIN_NS : IRQ_QUIET_NS);
	line->period_ns = IRQ_REPEAT_MIN_NS;
	irq_arm_locked(irq, now, line->due_ns);
}

/* Repeats what is due; returns when the next is, 0 if no line is up. */
static uint64_t irq_repeat_locked(struct vc_irq *irq, uint64_t now)
{
	struct irq_line *line;
	uint64_t next = 0;
	unsigned int i;

	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++) {
		line = &irq->lines[i];
		if (!irq_is_active_locked(line))
			continue;
		if (now >= line->due_ns) {
			irq_signal_locked(line);
			line->due_ns = now + line->period_ns;
			if (line->period_ns < IRQ_REPEAT_MAX_NS)
				line->period_ns *= 2;
		}
		if (!next || line->due_ns < next)
			next = line->due_ns;
	}

	return next;
}

static void irq_on_timer(evutil_socket_t fd, short events, void *arg)
{
	uint64_t now = vc_now_ns(), next;
	struct vc_irq *irq = arg;

	pthread_mutex_lock(&irq->lock);
	irq->timer_ns = 0;
	next = irq_repeat_locked(irq, now);
	if (next)
		irq_arm_locked(irq, now, next);
	pthread_mutex_unlock(&irq->lock);
}

struct vc_irq *vc_irq_create(struct vc_loop *loop)
{
	struct vc_irq *irq;
	unsigned int i;

	irq = calloc(1, sizeof(*irq));
	if (!irq)
		return NULL;
	irq->timer = event_new(vc_loop_base(loop), -1, 0, irq_on_timer, irq);
	if (!irq->timer) {
		free(irq);
		return NULL;
	}
	pthread_mutex_init(&irq->lock, NULL);
	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++)
		irq->lines[i].fd = -1;

	return irq;
}

void vc_irq_destroy(struct vc_irq *irq)
{
	if (!irq)
		return;
	vc_irq_reset(irq);
	event_free(irq->timer);
	pthread_mutex_destroy(&irq->lock);
	free(irq);
}

void vc_irq_set(struct vc_irq *irq, unsigned int line, bool level)
{
	struct irq_line *l;
	bool rising;

	if (line >= VC_VIRT_IRQ_COUNT)
		return;
	l = &irq->lines[line];

	pthread_mutex_lock(&irq->lock);
	rising = level && !l->level;
	l->level = level;
	if (irq_is_active_locked(l))
		irq_raise_locked(irq, l, rising);
	pthread_mutex_unlock(&irq->lock);
}

static void irq_attach_locked(struct vc_irq *irq, struct irq_line *line, int eventfd)
{
	if (line->fd >= 0)
		close(line->fd);
	line->fd = eventfd;
	if (irq_is_active_locked(line))
		irq_raise_locked(irq, line, true);
}

int vc_irq_attach(struct vc_irq *irq, unsigned int line, int eventfd)
{
	if (line >= VC_VIRT_IRQ_COUNT)
		return -EINVAL;

	pthread_mutex_lock(&irq->lock);
	irq_attach_locked(irq, &irq->lines[line], eventfd);
	pthread_mutex_unlock(&irq->lock);

	return 0;
}

void vc_irq_trigger(struct vc_irq *irq, unsigned int line)
{
	if (line >= VC_VIRT_IRQ_COUNT)
		return;
	pthread_mutex_lock(&irq->lock);
	if (irq->lines[line].fd >= 0)
		irq_signal_locked(&irq->lines[line]);
	pthread_mutex_unlock(&irq->lock);
}

void vc_irq_mask(struct vc_irq *irq, unsigned int line, bool masked)
{
	struct irq_line *l;

	if (line >= VC_VIRT_IRQ_COUNT)
		return;
	l = &irq->lines[line];

	pthread_mutex_lock(&irq->lock);
	l->masked = masked;
	if (irq_is_active_locked(l))
		irq_raise_locked(irq, l, true);
	pthread_mutex_unlock(&irq->lock);
}

void vc_irq_reset(struct vc_irq *irq)
{
	unsigned int i;

	pthread_mutex_lock(&irq->lock);
	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++) {
		irq->lines[i].level = false;
		irq->lines[i].masked = false;
		irq_attach_locked(irq, &irq->lines[i], -1);
	}
	pthread_mutex_unlock(&irq->lock);
}

uint64_t vc_irq_edges(struct vc_irq *irq, unsigned int line)
{
	uint64_t edges = 0;

	if (line >= VC_VIRT_IRQ_COUNT)
		return 0;
	pthread_mutex_lock(&irq->lock);
	edges = irq->lines[line].edges;
	pthread_mutex_unlock(&irq->lock);

	return edges;
}
