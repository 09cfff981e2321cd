/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Transposer: writes what HVS channel 2 composes to memory. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_TXP_H
#define VIDEOCORED_SOC_DISPLAY_TXP_H

#include <stdint.h>

struct vc_bus;
struct vc_compositor;
struct vc_hvs;
struct vc_irq;
struct vc_loop;
struct vc_txp;

/* NULL without memory or room on the bus. */
struct vc_txp *vc_txp_create(struct vc_bus *bus, struct vc_irq *irq, struct vc_loop *loop,
			     struct vc_hvs *hvs, struct vc_compositor *comp);
/* The compositor must be gone: it calls back. */
void vc_txp_destroy(struct vc_txp *txp);

#endif /* VIDEOCORED_SOC_DISPLAY_TXP_H */
