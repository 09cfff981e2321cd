/* SPDX-License-Identifier: GPL-2.0 */
/*
 * BSC: the I2C controller that reads the monitor's EDID. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_BSC_H
#define VIDEOCORED_SOC_DISPLAY_BSC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vc_bsc;
struct vc_bus;
struct vc_irq;

/**
 * struct vc_i2c_ops - the slaves on the wires
 * @write: a message to @addr; false if nobody acknowledges
 * @read: fill @buf from @addr; false if nobody acknowledges
 * @stop: the bus was released
 */
struct vc_i2c_ops {
	bool (*write)(void *arg, uint8_t addr, const uint8_t *buf, size_t len);
	bool (*read)(void *arg, uint8_t addr, uint8_t *buf, size_t len);
	void (*stop)(void *arg);
};

/* NULL without memory or room on the bus. */
struct vc_bsc *vc_bsc_create(struct vc_bus *bus, struct vc_irq *irq, uint32_t base,
			     unsigned int irq_line, const struct vc_i2c_ops *ops, void *arg);
void vc_bsc_destroy(struct vc_bsc *bsc);

#endif /* VIDEOCORED_SOC_DISPLAY_BSC_H */
