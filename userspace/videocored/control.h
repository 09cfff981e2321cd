/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control socket: one JSON object a line, both ways, many clients. Commands
 * and their answers are in Documentation/videocored-control.rst.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_CONTROL_H
#define VIDEOCORED_CONTROL_H

struct vc_control;
struct videocored;

/* Listen on @path. 0 or -errno. Loop thread. */
int vc_control_create(struct vc_control **control, struct videocored *vc, const char *path);
/* Waits for commands that are being worked on. */
void vc_control_destroy(struct vc_control *control);

#endif /* VIDEOCORED_CONTROL_H */
