/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hardware video scaler: registers and display-list RAM. Loop thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_H
#define VIDEOCORED_SOC_DISPLAY_HVS_H

#include <stdbool.h>
#include <stdint.h>

struct vc_bus;
struct vc_hvs;
struct vc_hvs_scene;

#define VC_HVS_CHANNELS		3

/* NULL if the bus has no room for it or there is no memory. */
struct vc_hvs *vc_hvs_create(struct vc_bus *bus);
void vc_hvs_destroy(struct vc_hvs *hvs);

/**
 * struct vc_hvs_timing - who knows which line @channel is at
 * @line: active line being output now, -1 in vertical blanking
 */
struct vc_hvs_timing {
	int (*line)(void *arg);
	void *arg;
};

void vc_hvs_set_timing(struct vc_hvs *hvs, unsigned int channel,
		       const struct vc_hvs_timing *timing);

bool vc_hvs_is_enabled(struct vc_hvs *hvs, unsigned int channel);
/* VSTART: from here on the list that DISPLIST names is the active one. */
void vc_hvs_latch(struct vc_hvs *hvs, unsigned int channel);
/* All lines are out; a one-shot channel waits for the next VSTART. */
void vc_hvs_frame_end(struct vc_hvs *hvs, unsigned int channel);
/* Copy what the next frame of @channel depends on, as of now. */
void vc_hvs_snapshot(struct vc_hvs *hvs, unsigned int channel,
		     struct vc_hvs_scene *scene);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_H */
