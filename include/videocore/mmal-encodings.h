/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MMAL encodings and colour spaces.
 * Source: spec mmal.md section 8.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_MMAL_ENCODINGS_H
#define VIDEOCORE_MMAL_ENCODINGS_H

#include <videocore/mmal.h>

#define MMAL_ENCODING_I420	MMAL_FOURCC('I', '4', '2', '0')
#define MMAL_ENCODING_YV12	MMAL_FOURCC('Y', 'V', '1', '2')
#define MMAL_ENCODING_NV12	MMAL_FOURCC('N', 'V', '1', '2')
#define MMAL_ENCODING_NV21	MMAL_FOURCC('N', 'V', '2', '1')
#define MMAL_ENCODING_YUYV	MMAL_FOURCC('Y', 'U', 'Y', 'V')
#define MMAL_ENCODING_YVYU	MMAL_FOURCC('Y', 'V', 'Y', 'U')
#define MMAL_ENCODING_UYVY	MMAL_FOURCC('U', 'Y', 'V', 'Y')
#define MMAL_ENCODING_VYUY	MMAL_FOURCC('V', 'Y', 'U', 'Y')
#define MMAL_ENCODING_RGB16	MMAL_FOURCC('R', 'G', 'B', '2')
#define MMAL_ENCODING_BGR16	MMAL_FOURCC('B', 'G', 'R', '2')
/* Bytes in memory: RGB24 is R, G, B; BGR24 is B, G, R. */
#define MMAL_ENCODING_RGB24	MMAL_FOURCC('R', 'G', 'B', '3')
#define MMAL_ENCODING_BGR24	MMAL_FOURCC('B', 'G', 'R', '3')
#define MMAL_ENCODING_RGB32	MMAL_FOURCC('R', 'G', 'B', '4')
#define MMAL_ENCODING_BGR32	MMAL_FOURCC('B', 'G', 'R', '4')
#define MMAL_ENCODING_ARGB	MMAL_FOURCC('A', 'R', 'G', 'B')
#define MMAL_ENCODING_RGBA	MMAL_FOURCC('R', 'G', 'B', 'A')
#define MMAL_ENCODING_ABGR	MMAL_FOURCC('A', 'B', 'G', 'R')
#define MMAL_ENCODING_BGRA	MMAL_FOURCC('B', 'G', 'R', 'A')
#define MMAL_ENCODING_OPAQUE	MMAL_FOURCC('O', 'P', 'Q', 'V')
#define MMAL_ENCODING_H264	MMAL_FOURCC('H', '2', '6', '4')
#define MMAL_ENCODING_MP4V	MMAL_FOURCC('M', 'P', '4', 'V')
#define MMAL_ENCODING_H263	MMAL_FOURCC('H', '2', '6', '3')
#define MMAL_ENCODING_MP2V	MMAL_FOURCC('M', 'P', '2', 'V')
#define MMAL_ENCODING_MJPEG	MMAL_FOURCC('M', 'J', 'P', 'G')
#define MMAL_ENCODING_JPEG	MMAL_FOURCC('J', 'P', 'E', 'G')
#define MMAL_ENCODING_GIF	MMAL_FOURCC('G', 'I', 'F', ' ')
#define MMAL_ENCODING_PNG	MMAL_FOURCC('P', 'N', 'G', ' ')
#define MMAL_ENCODING_PPM	MMAL_FOURCC('P', 'P', 'M', ' ')
#define MMAL_ENCODING_TGA	MMAL_FOURCC('T', 'G', 'A', ' ')
#define MMAL_ENCODING_BMP	MMAL_FOURCC('B', 'M', 'P', ' ')

#define MMAL_COLOR_SPACE_UNKNOWN	0
#define MMAL_COLOR_SPACE_BT601		MMAL_FOURCC('Y', '6', '0', '1')
#define MMAL_COLOR_SPACE_BT709		MMAL_FOURCC('Y', '7', '0', '9')
#define MMAL_COLOR_SPACE_JFIF		MMAL_FOURCC('Y', 'J', 'F', 'I')
#define MMAL_COLOR_SPACE_SMPTE240M	MMAL_FOURCC('Y', '2', '4', '0')
#define MMAL_COLOR_SPACE_BT470M		MMAL_FOURCC('Y', '_', '_', 'M')
#define MMAL_COLOR_SPACE_BT470BG	MMAL_FOURCC('Y', '_', 'B', 'G')

#endif /* VIDEOCORE_MMAL_ENCODINGS_H */
