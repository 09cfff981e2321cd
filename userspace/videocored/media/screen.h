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

/*
 * True if somebody would look at a picture composed now (window, recording,
 * request). The compositor asks at every frame of a running mode, changed or not.
 */
bool vc_screen_wants(struct vc_screen *screen);
/* Compositor: a new picture (XRGB8888), copied; @now_ns is its scan-out time. */
void vc_screen_present(struct vc_screen *screen, const struct vc_image *img,
		       uint64_t now_ns);
/* The mode was turned off. */
void vc_screen_blank(struct vc_screen *screen);

/*
 * PNG of the next picture: 0 or -errno (-ENODATA when blank, -ETIMEDOUT when no
 * picture came). *error is a malloc'ed line on failure. Waits for a picture to
 * be composed and written: not for the loop thread, which drives the display.
 */
int vc_screen_screenshot(struct vc_screen *screen, const char *path, char **error);
/* @err and @error as above; @error is only valid during the call. */
typedef void (*vc_screen_shot_fn)(void *arg, int err, const char *error);
/*
 * The same for those who cannot wait: @done is called once, on a thread of the
 * screen's, at the latest by vc_screen_destroy(). 0 or -ENOMEM (@done is not called).
 */
int vc_screen_screenshot_async(struct vc_screen *screen, const char *path,
			       vc_screen_shot_fn done, void *arg);
/*
 * Record to @path (format from its suffix, H.264 in mp4/mkv) at up to @fps until
 * vc_screen_record_stop(), which finishes the file. The picture keeps the size of
 * the first frame. What the encoder has no time for is dropped and counted.
 * 0 or -errno (-EBUSY when one runs), *error as above.
 */
int vc_screen_record_start(struct vc_screen *screen, const char *path, double fps,
			   char **error);
/* 0, -ENODATA if nothing was shown (there is no file then), or what went wrong. */
int vc_screen_record_stop(struct vc_screen *screen);
/* Open a window if there is a display. 0, -ENODEV without one. */
int vc_screen_window(struct vc_screen *screen);
void vc_screen_status(struct vc_screen *screen, struct json_object *out);

#endif /* VIDEOCORED_MEDIA_SCREEN_H */
