/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Make the picture a camera gives of the one its source shows. One caller at a time.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_CAMERA_DEVELOP_H
#define VIDEOCORED_FIRMWARE_CAMERA_DEVELOP_H

#include "camera-look.h"

struct camera_darkroom;
struct vc_image;

struct camera_darkroom *camera_darkroom_create(void);
void camera_darkroom_destroy(struct camera_darkroom *room);

/*
 * Where the source is to be rendered, for @dst of that look: @dst itself if nothing
 * is to be done to it. NULL without memory.
 */
struct vc_image *camera_develop_begin(struct camera_darkroom *room,
				      const struct camera_look *look, struct vc_image *dst);
/* That has been done: finish @dst. 0 or -errno. */
int camera_develop(struct camera_darkroom *room, const struct camera_look *look,
		   struct vc_image *dst);

#endif /* VIDEOCORED_FIRMWARE_CAMERA_DEVELOP_H */
