/* SPDX-License-Identifier: GPL-2.0 */
/*
 * HVS display lists: from words of display-list RAM to plane descriptors. Pure.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_HVS_LIST_H
#define VIDEOCORED_SOC_DISPLAY_HVS_LIST_H

#include <stdbool.h>
#include <stdint.h>

#define VC_HVS_RAM_WORDS	4096
/* The driver has 16 overlays, a primary and a cursor; no list needs more. */
#define VC_HVS_LIST_PLANES	32
#define VC_HVS_MEM_PLANES	3

enum vc_hvs_format_code {
	VC_HVS_RGB332	= 0,
	VC_HVS_RGBA4444	= 1,
	VC_HVS_RGBA5551	= 3,
	VC_HVS_RGB565	= 4,
	VC_HVS_RGB888	= 5,
	VC_HVS_RGBA8888	= 7,
	VC_HVS_YUV420P	= 8,
	VC_HVS_YUV420SP	= 9,
	VC_HVS_YUV422P	= 10,
	VC_HVS_YUV422SP	= 11,
	VC_HVS_H264	= 12,
};

enum vc_hvs_alpha_mode {
	VC_HVS_ALPHA_PIXEL		= 0,
	VC_HVS_ALPHA_FIXED		= 1,
	VC_HVS_ALPHA_FIXED_NONZERO	= 2,
	VC_HVS_ALPHA_FIXED_OVER_7	= 3,
};

enum vc_hvs_filter {
	VC_HVS_FILTER_NONE,
	VC_HVS_FILTER_PPF,
	VC_HVS_FILTER_TPZ,
};

/**
 * struct vc_hvs_axis - scaling of one axis of one channel
 * @filter: how
 * @scale: source pixels per output pixel, 16.16
 * @phase: PPF: position of output pixel 0, in 1/64 source pixel
 * @is_nointerp: PPF: do not interpolate between the kernel's phases
 * @kernel: PPF: word index of the filter kernel in display-list RAM
 */
struct vc_hvs_axis {
	enum vc_hvs_filter filter;
	uint32_t scale;
	int phase;
	bool is_nointerp;
	unsigned int kernel;
};

struct vc_hvs_scaler {
	struct vc_hvs_axis h;
	struct vc_hvs_axis v;
};

/**
 * struct vc_hvs_plane - one plane of a list
 * @format: enum vc_hvs_format_code
 * @order: order of the components
 * @tiling: 0 linear, else columns or T-tiles
 * @is_yuv: planar or semi-planar YUV, converted by @csc
 * @hflip: mirror left-right
 * @vflip: mirror top-bottom; the pointers are those of the last line
 * @x: left edge on the output
 * @y: top edge on the output
 * @dst_w: width on the output
 * @dst_h: height on the output
 * @src_w: width of the source rectangle
 * @src_h: height of the source rectangle
 * @chroma_w: YUV: samples per chroma line
 * @chroma_h: YUV: chroma lines
 * @alpha_mode: enum vc_hvs_alpha_mode
 * @alpha: fixed alpha
 * @is_premult: colours are multiplied with the pixel's alpha already
 * @has_mix: fixed alpha counts too where the pixel's alpha is used
 * @nr_mem: memory planes
 * @ptr: bus address of each memory plane
 * @pitch: pitch words of each memory plane
 * @csc: colour conversion words
 * @luma: scaling of luma, or of RGB
 * @chroma: scaling of chroma
 */
struct vc_hvs_plane {
	uint8_t format;
	uint8_t order;
	uint8_t tiling;
	bool is_yuv;
	bool hflip;
	bool vflip;
	unsigned int x;
	unsigned int y;
	unsigned int dst_w;
	unsigned int dst_h;
	unsigned int src_w;
	unsigned int src_h;
	unsigned int chroma_w;
	unsigned int chroma_h;
	uint8_t alpha_mode;
	uint8_t alpha;
	bool is_premult;
	bool has_mix;
	unsigned int nr_mem;
	uint32_t ptr[VC_HVS_MEM_PLANES];
	uint32_t pitch[VC_HVS_MEM_PLANES];
	uint32_t csc[3];
	struct vc_hvs_scaler luma;
	struct vc_hvs_scaler chroma;
};

/**
 * struct vc_hvs_list - a parsed list
 * @start: word index of the first descriptor
 * @nr_words: words the list occupies, END included
 * @nr_planes: planes in @plane, back to front
 * @nr_bad: descriptors that made no sense and were left out
 * @plane: the planes
 */
struct vc_hvs_list {
	unsigned int start;
	unsigned int nr_words;
	unsigned int nr_planes;
	unsigned int nr_bad;
	struct vc_hvs_plane plane[VC_HVS_LIST_PLANES];
};

/*
 * Parse the list at word @start of the @ram snapshot (VC_HVS_RAM_WORDS words).
 * 0, -EINVAL if @start is outside, -EBADMSG if the list runs out of RAM or has
 * a descriptor of size 0, -E2BIG if it has too many planes. The planes found
 * until then are in @list in any case.
 */
int vc_hvs_list_parse(const uint32_t *ram, unsigned int start,
		      struct vc_hvs_list *list);

/* True if the plane's own pixels may let what is below shine through. */
bool vc_hvs_plane_has_alpha(const struct vc_hvs_plane *plane);
/* Bytes per pixel (or chroma sample) of memory plane @mem, 0 for an unknown format. */
unsigned int vc_hvs_plane_cpp(const struct vc_hvs_plane *plane, unsigned int mem);
/* DRM's name of the plane's format, for people. */
const char *vc_hvs_plane_format_name(const struct vc_hvs_plane *plane);
/* Lowest bus address the plane reads of memory plane 0; linear planes only. */
uint32_t vc_hvs_plane_base(const struct vc_hvs_plane *plane);

#endif /* VIDEOCORED_SOC_DISPLAY_HVS_LIST_H */
