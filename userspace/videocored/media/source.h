/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the camera sees: files FFmpeg can open, panned photographs, a pattern.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_SOURCE_H
#define VIDEOCORED_MEDIA_SOURCE_H

#include <stdint.h>

#include "image.h"

struct vc_source;

/*
 * @spec: "pattern" (bars, moving, with the frame number in figures and in a
 * machine-readable strip), "photos" (those of Debian's mate-backgrounds), a video or
 * image file, or a directory of images (slowly panned). NULL: "pattern". On
 * failure NULL, *error is a malloc'ed line saying what is wrong with it.
 */
struct vc_source *vc_source_open(const char *spec, char **error);
void vc_source_close(struct vc_source *src);

/* Own frame rate, frames per second; 30 for stills and the pattern. */
double vc_source_fps(const struct vc_source *src);

/*
 * Render what is seen at time @t_us (0 = start, looped) as frame number @seq
 * into @dst: scaled to cover it, cropped, converted to its format. YUV is BT.601 with
 * full range (image.h), whatever the file has: announce MMAL_COLOR_SPACE_JFIF.
 * One caller at a time. 0 or -errno; a decoding error repeats the last good picture,
 * and so does a film that cannot be decoded fast enough.
 */
int vc_source_render(struct vc_source *src, uint64_t seq, uint64_t t_us,
		     struct vc_image *dst);

#endif /* VIDEOCORED_MEDIA_SOURCE_H */
