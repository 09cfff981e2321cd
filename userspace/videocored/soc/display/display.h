/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The display pipeline: HVS, pixel valves, HDMI, DDC, TXP. Loop thread; the
 * picture is composed on a thread of its own and handed to the screen.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_H
#define VIDEOCORED_SOC_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;
struct videocored;
struct vc_display;

struct vc_display *vc_display_create(struct videocored *vc);
void vc_display_destroy(struct vc_display *display);

/* Plug or unplug the monitor (drives the HPD line). */
void vc_display_set_connected(struct vc_display *display, bool connected);
/* Replace the monitor's EDID, @len a multiple of 128. 0 or -EINVAL. */
int vc_display_set_edid(struct vc_display *display, const uint8_t *edid, size_t len);
/* Mode, frame counts, vblanks, flips, composed/skipped frames; for vcctl status. */
void vc_display_status(struct vc_display *display, struct json_object *out);

#endif /* VIDEOCORED_SOC_DISPLAY_H */
