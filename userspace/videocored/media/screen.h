/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the monitor shows, and who looks: PNG on request, recording, window.
 * Thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_SCREEN_H
#define VIDEOCORED_MEDIA_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"

struct json_object;
struct vc_screen;

struct vc_screen *vc_screen_create(void);
void vc_screen_destroy(struct vc_screen *screen);

/* True if somebody would look at a picture composed now (window, recording, request). */
bool vc_screen_wants(struct vc_screen *screen);
/* Compositor: a new picture (XRGB8888), copied; @now_ns is its scan-out time. */
void vc_screen_present(struct vc_screen *screen, const struct vc_image *img,
		       uint64_t now_ns);
/* The mode was turned off. */
void vc_screen_blank(struct vc_screen *screen);

/*
 * PNG of the last picture: 0 or -errno (-ENODATA when blank). *error is a
 * malloc'ed line on failure.
 */
int vc_screen_screenshot(struct vc_screen *screen, const char *path, char **error);
/*
 * Record to @path (format from its suffix, H.264 in mp4/mkv) at up to @fps until
 * vc_screen_record_stop(), which finishes the file. 0 or -errno.
 */
int vc_screen_record_start(struct vc_screen *screen, const char *path, double fps,
			   char **error);
int vc_screen_record_stop(struct vc_screen *screen);
/* Open a window if there is a display. 0, -ENODEV without one. */
int vc_screen_window(struct vc_screen *screen);
void vc_screen_status(struct vc_screen *screen, struct json_object *out);

#endif /* VIDEOCORED_MEDIA_SCREEN_H */
