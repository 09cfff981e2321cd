/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt lines, level on our side, MSI-X edges towards the guest.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_IRQ_H
#define VIDEOCORED_SOC_IRQ_H

#include <stdbool.h>
#include <stdint.h>

struct vc_irq;
struct vc_loop;

struct vc_irq *vc_irq_create(struct vc_loop *loop);
void vc_irq_destroy(struct vc_irq *irq);

/*
 * Thread-safe: set line VC_VIRT_IRQ_* to @level. A rising line signals its
 * vector at once. Say it again after each access that may change the causes: a
 * line that is still up signals again 0.2 ms after the last of them, as its
 * handler has left by then; while it stays up it does so by itself too, after
 * 2 ms, 4 ms, ... 128 ms.
 */
void vc_irq_set(struct vc_irq *irq, unsigned int line, bool level);

/*
 * Loop thread, for the vfio-user server: the eventfd of @line's vector (owned
 * by irq from here on, unless -EINVAL), -1 to detach. A line that is up signals
 * at once.
 */
int vc_irq_attach(struct vc_irq *irq, unsigned int line, int eventfd);
/* Signal the vector of @line once, whatever its level (the client's test of it). */
void vc_irq_trigger(struct vc_irq *irq, unsigned int line);
/* Hold signals back; unmasking a line that is up signals at once. */
void vc_irq_mask(struct vc_irq *irq, unsigned int line, bool masked);
/* Lines down, vectors detached and not masked. */
void vc_irq_reset(struct vc_irq *irq);

/* Signals sent for @line so far. */
uint64_t vc_irq_edges(struct vc_irq *irq, unsigned int line);

#endif /* VIDEOCORED_SOC_IRQ_H */
