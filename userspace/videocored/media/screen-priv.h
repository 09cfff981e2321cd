/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Those who look at the screen: recorder and window.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_SCREEN_PRIV_H
#define VIDEOCORED_MEDIA_SCREEN_PRIV_H

#include <stdbool.h>

#include "picture.h"

struct json_object;
struct vc_recorder;
struct vc_window;

/* 0 or -errno, *error as in screen.h. */
int vc_recorder_create(struct vc_recorder **out, const char *path, double fps, char **error);
/* Finishes the file. 0 or -errno. */
int vc_recorder_destroy(struct vc_recorder *rec);
/* Does not block; takes a reference of its own. */
void vc_recorder_push(struct vc_recorder *rec, struct vc_picture *pic);
/* False while another picture would come too soon for the frame rate of the film. */
bool vc_recorder_wants(struct vc_recorder *rec);
void vc_recorder_status(struct vc_recorder *rec, struct json_object *out);

/* NULL when there is no display. */
struct vc_window *vc_window_create(void);
void vc_window_destroy(struct vc_window *win);
/* False when the user closed it. */
bool vc_window_is_open(struct vc_window *win);
void vc_window_show(struct vc_window *win, struct vc_picture *pic);

#endif /* VIDEOCORED_MEDIA_SCREEN_PRIV_H */
