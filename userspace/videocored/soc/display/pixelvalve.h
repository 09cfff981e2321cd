/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pixel valve: timing generator between an HVS channel and an encoder. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_PIXELVALVE_H
#define VIDEOCORED_SOC_DISPLAY_PIXELVALVE_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct vc_bus;
struct vc_irq;
struct vc_pixelvalve;

/**
 * struct vc_pixelvalve_ops - what hangs on a pixel valve
 * @clock_rate: pixel clock in Hz now, 0 if not known
 * @frame_start: the active area has ended; take the next frame's list. Called
 *	before the guest can learn of it
 * @started: output was switched on
 * @stopped: output was switched off
 */
struct vc_pixelvalve_ops {
	uint32_t (*clock_rate)(void *arg);
	void (*frame_start)(void *arg, uint64_t now_ns);
	void (*started)(void *arg);
	void (*stopped)(void *arg);
};

/**
 * struct vc_pixelvalve_mode - the timing the driver has set
 * @hdisplay: active pixels
 * @htotal: pixels per line
 * @vdisplay: active lines
 * @vtotal: lines
 * @clock: pixel clock in Hz, 0 if unknown (60 Hz then)
 */
struct vc_pixelvalve_mode {
	unsigned int hdisplay;
	unsigned int htotal;
	unsigned int vdisplay;
	unsigned int vtotal;
	uint32_t clock;
};

/**
 * struct vc_pixelvalve_stats - counters since creation
 * @vblanks: starts of vertical blanking
 * @missed: of these, passed over because the loop was late by a frame or more
 */
struct vc_pixelvalve_stats {
	uint64_t vblanks;
	uint64_t missed;
};

/* @irq_line: VC_VIRT_IRQ_PV*; @base: VC_VIRT_PV*. NULL without memory or room on the bus. */
struct vc_pixelvalve *vc_pixelvalve_create(struct vc_bus *bus, struct vc_irq *irq,
					   struct event_base *events, uint32_t base,
					   unsigned int irq_line,
					   const struct vc_pixelvalve_ops *ops, void *arg);
void vc_pixelvalve_destroy(struct vc_pixelvalve *pv);

bool vc_pixelvalve_is_running(const struct vc_pixelvalve *pv);
void vc_pixelvalve_mode(const struct vc_pixelvalve *pv, struct vc_pixelvalve_mode *mode);
void vc_pixelvalve_stats(const struct vc_pixelvalve *pv, struct vc_pixelvalve_stats *stats);
/* Active line being output at @now_ns, -1 in vertical blanking or when off. */
int vc_pixelvalve_line(const struct vc_pixelvalve *pv, uint64_t now_ns);

/* The timer's work, for tests: handle what is due at @now_ns. */
void vc_pixelvalve_run(struct vc_pixelvalve *pv, uint64_t now_ns);
/* When the next front porch starts; 0 when off. */
uint64_t vc_pixelvalve_deadline(const struct vc_pixelvalve *pv);

#endif /* VIDEOCORED_SOC_DISPLAY_PIXELVALVE_H */
