/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interrupt lines, level on our side, MSI-X edges towards the guest.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_IRQ_H
#define VIDEOCORED_SOC_IRQ_H

#include <stdbool.h>

struct vc_irq;
struct vc_loop;

struct vc_irq *vc_irq_create(struct vc_loop *loop);
void vc_irq_destroy(struct vc_irq *irq);

/*
 * Thread-safe: set line VC_VIRT_IRQ_* to @level. A rising line signals its
 * vector at once; while it stays up the vector is signalled again from time to
 * time, as an edge can find the guest's handler just leaving.
 */
void vc_irq_set(struct vc_irq *irq, unsigned int line, bool level);

/*
 * Loop thread, for the vfio-user server: the eventfd of @line's vector (owned
 * by irq from here on), -1 to detach. A line that is up signals at once.
 */
int vc_irq_attach(struct vc_irq *irq, unsigned int line, int eventfd);
void vc_irq_reset(struct vc_irq *irq);

#endif /* VIDEOCORED_SOC_IRQ_H */
