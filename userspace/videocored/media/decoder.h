/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of a file, one after the other, by FFmpeg. One caller at a time.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_DECODER_H
#define VIDEOCORED_MEDIA_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"

struct AVFrame;
struct vc_decoder;

/* 0 when the file has at least one picture; else -errno and a malloc'ed line in *error. */
int vc_decoder_open(struct vc_decoder **out, const char *path, char **error);
void vc_decoder_close(struct vc_decoder *dec);

/* The file has one picture only. */
bool vc_decoder_is_still(const struct vc_decoder *dec);
/* Frames per second, 0 if the file does not say. */
double vc_decoder_fps(const struct vc_decoder *dec);

/*
 * The next picture, as YUV 4:2:0 of its own colours, and when it is to be seen
 * since the start of the file. What cannot be decoded is skipped. 0, -ENODATA at
 * the end, or -errno.
 */
int vc_decoder_next(struct vc_decoder *dec, struct AVFrame *frame, int64_t *time_us);
/* Start over. 0 or -errno. */
int vc_decoder_rewind(struct vc_decoder *dec);

/* Width of a pixel of @frame in units of its height. */
double vc_frame_aspect(const struct AVFrame *frame);
/* @frame's pixels as an image, valid as long as it. 0 or -EINVAL. */
int vc_frame_view(const struct AVFrame *frame, struct vc_image *img);
/* Bring @img, a picture with the colours of @frame, to BT.601 with full range. */
int vc_frame_fix_colours(const struct AVFrame *frame, struct vc_image *img);

#endif /* VIDEOCORED_MEDIA_DECODER_H */
