// SPDX-License-Identifier: GPL-2.0
/*
 * HVS display lists: parser. A list is what the guest left in display-list RAM;
 * neither sizes nor counts in it are believed (vc4-display.md 3.6 to 3.10).
 *
 * Copyright (C) 2026 vc-media project
 */
#include "hvs-list.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define BIT(n)			(1u << (n))
#define FIELD(word, hi, lo)	(((word) >> (lo)) & (BIT((hi) - (lo) + 1) - 1))

#define CTL0_END		BIT(31)
#define CTL0_VALID		BIT(30)
#define CTL0_HFLIP		BIT(16)
#define CTL0_VFLIP		BIT(15)
#define CTL0_UNITY		BIT(4)
#define POS2_PREMULT		BIT(29)
#define POS2_MIX		BIT(28)
#define PPF_NOINTERP		BIT(31)

/**
 * struct format - layout of a hardware format in memory
 * @nr_mem: memory planes, 0 for formats no driver uses
 * @cpp: bytes per pixel or chroma sample (pair) of each
 * @hsub: luma pixels per chroma sample across
 * @vsub: the same down
 * @has_alpha: pixels have an alpha component
 */
struct format {
	uint8_t nr_mem;
	uint8_t cpp[VC_HVS_MEM_PLANES];
	uint8_t hsub;
	uint8_t vsub;
	bool has_alpha;
};

static const struct format formats[16] = {
	[VC_HVS_RGB332]		= { 1, { 1 }, 1, 1, false },
	[VC_HVS_RGBA4444]	= { 1, { 2 }, 1, 1, true },
	[VC_HVS_RGBA5551]	= { 1, { 2 }, 1, 1, true },
	[VC_HVS_RGB565]		= { 1, { 2 }, 1, 1, false },
	[VC_HVS_RGB888]		= { 1, { 3 }, 1, 1, false },
	[VC_HVS_RGBA8888]	= { 1, { 4 }, 1, 1, true },
	[VC_HVS_YUV420P]	= { 3, { 1, 1, 1 }, 2, 2, false },
	[VC_HVS_YUV420SP]	= { 2, { 1, 2 }, 2, 2, false },
	[VC_HVS_YUV422P]	= { 3, { 1, 1, 1 }, 2, 1, false },
	[VC_HVS_YUV422SP]	= { 2, { 1, 2 }, 2, 1, false },
	[VC_HVS_H264]		= { 2, { 1, 2 }, 2, 2, false },
};

/* Horizontal and vertical filter of each SCL code. */
static const struct {
	uint8_t h;
	uint8_t v;
} scl_modes[8] = {
	{ VC_HVS_FILTER_PPF, VC_HVS_FILTER_PPF },
	{ VC_HVS_FILTER_TPZ, VC_HVS_FILTER_PPF },
	{ VC_HVS_FILTER_PPF, VC_HVS_FILTER_TPZ },
	{ VC_HVS_FILTER_TPZ, VC_HVS_FILTER_TPZ },
	{ VC_HVS_FILTER_PPF, VC_HVS_FILTER_NONE },
	{ VC_HVS_FILTER_NONE, VC_HVS_FILTER_PPF },
	{ VC_HVS_FILTER_NONE, VC_HVS_FILTER_TPZ },
	{ VC_HVS_FILTER_TPZ, VC_HVS_FILTER_NONE },
};

/* The words of one descriptor, taken one after the other. */
struct cursor {
	const uint32_t *word;
	unsigned int left;
	bool ran_out;
};

static uint32_t take(struct cursor *c)
{
	if (!c->left) {
		c->ran_out = true;
		return 0;
	}
	c->left--;
	return *c->word++;
}

static void skip(struct cursor *c, unsigned int nr)
{
	while (nr--)
		take(c);
}

static void parse_ppf(struct cursor *c, struct vc_hvs_axis *axis)
{
	uint32_t word = take(c);

	axis->is_nointerp = word & PPF_NOINTERP;
	axis->scale = FIELD(word, 24, 8);
	axis->phase = FIELD(word, 6, 0);
	if (axis->phase >= 64)
		axis->phase -= 128;
}

static void parse_tpz(struct cursor *c, struct vc_hvs_axis *axis)
{
	axis->scale = FIELD(take(c), 28, 8);
	take(c);	/* the reciprocal follows from the scale */
}

static void parse_scaler(struct cursor *c, struct vc_hvs_scaler *scaler)
{
	if (scaler->h.filter == VC_HVS_FILTER_PPF)
		parse_ppf(c, &scaler->h);
	if (scaler->v.filter == VC_HVS_FILTER_PPF) {
		parse_ppf(c, &scaler->v);
		take(c);	/* context */
	}
	if (scaler->h.filter == VC_HVS_FILTER_TPZ)
		parse_tpz(c, &scaler->h);
	if (scaler->v.filter == VC_HVS_FILTER_TPZ) {
		parse_tpz(c, &scaler->v);
		take(c);	/* context */
	}
}

static void set_filters(struct vc_hvs_scaler *scaler, unsigned int scl)
{
	scaler->h.filter = scl_modes[scl].h;
	scaler->v.filter = scl_modes[scl].v;
}

static bool uses_ppf(const struct vc_hvs_scaler *scaler)
{
	return scaler->h.filter == VC_HVS_FILTER_PPF ||
	       scaler->v.filter == VC_HVS_FILTER_PPF;
}

static void parse_kernels(struct cursor *c, struct vc_hvs_scaler *first,
			  struct vc_hvs_scaler *second)
{
	first->h.kernel = FIELD(take(c), 13, 0);
	first->v.kernel = FIELD(take(c), 13, 0);
	second->h.kernel = FIELD(take(c), 13, 0);
	second->v.kernel = FIELD(take(c), 13, 0);
}

/*
 * UNITY speaks of luma only: planar YUV has scaling words for chroma with it,
 * and then the first channel is chroma, the second one luma.
 */
static void parse_scaling(struct cursor *c, struct vc_hvs_plane *plane, uint32_t ctl0)
{
	struct vc_hvs_scaler *first = plane->is_yuv ? &plane->chroma : &plane->luma;
	bool is_unity = ctl0 & CTL0_UNITY;

	if (plane->is_yuv || !is_unity)
		set_filters(first, FIELD(ctl0, 7, 5));
	if (plane->is_yuv && !is_unity)
		set_filters(&plane->luma, FIELD(ctl0, 10, 8));

	if (plane->luma.v.filter || plane->chroma.v.filter)
		take(c);	/* line buffer address */
	parse_scaler(c, first);
	if (plane->is_yuv)
		parse_scaler(c, &plane->luma);
	if (!uses_ppf(&plane->luma) && !uses_ppf(&plane->chroma))
		return;
	if (plane->is_yuv)
		parse_kernels(c, &plane->chroma, &plane->luma);
	else
		parse_kernels(c, &plane->luma, &plane->chroma);
}

/*
 * 4:4:4 goes as 4:2:2 of twice the width, so that the hardware fetches whole
 * chroma lines. What gives it away is that chroma is stepped like luma.
 */
static bool is_444(const struct vc_hvs_plane *plane)
{
	uint32_t luma = 65536;

	if (plane->format != VC_HVS_YUV422P ||
	    plane->chroma.h.filter == VC_HVS_FILTER_NONE)
		return false;
	if (plane->luma.h.filter != VC_HVS_FILTER_NONE)
		luma = plane->luma.h.scale;
	return (uint64_t)plane->chroma.h.scale * 4 > (uint64_t)luma * 3;
}

static void set_sizes(struct vc_hvs_plane *plane, bool is_unity)
{
	const struct format *f = &formats[plane->format];
	unsigned int hsub = f->hsub;

	if (is_444(plane)) {
		plane->src_w /= 2;
		hsub = 1;
	}
	if (is_unity) {
		plane->dst_w = plane->src_w;
		plane->dst_h = plane->src_h;
	}
	if (!plane->is_yuv)
		return;
	plane->chroma_w = plane->src_w > hsub ? plane->src_w / hsub : 1;
	plane->chroma_h = plane->src_h > f->vsub ? plane->src_h / f->vsub : 1;
}

static void parse_positions(struct cursor *c, struct vc_hvs_plane *plane, bool is_unity)
{
	uint32_t word = take(c);

	plane->alpha = FIELD(word, 31, 24);
	plane->y = FIELD(word, 23, 12);
	plane->x = FIELD(word, 11, 0);
	if (!is_unity) {
		word = take(c);
		plane->dst_h = FIELD(word, 27, 16);
		plane->dst_w = FIELD(word, 11, 0);
	}
	word = take(c);
	plane->alpha_mode = FIELD(word, 31, 30);
	plane->is_premult = word & POS2_PREMULT;
	plane->has_mix = word & POS2_MIX;
	plane->src_h = FIELD(word, 27, 16);
	plane->src_w = FIELD(word, 11, 0);
	take(c);	/* POS3: context */
}

static void parse_memory(struct cursor *c, struct vc_hvs_plane *plane)
{
	unsigned int i;

	for (i = 0; i < plane->nr_mem; i++)
		plane->ptr[i] = take(c);
	skip(c, plane->nr_mem);		/* context */
	for (i = 0; i < plane->nr_mem; i++)
		plane->pitch[i] = take(c);
}

/* False if the descriptor is too short for what its first word announces. */
static bool parse_plane(const uint32_t *word, unsigned int size,
			struct vc_hvs_plane *plane)
{
	struct cursor c = { .word = word, .left = size };
	uint32_t ctl0 = take(&c);
	bool is_unity = ctl0 & CTL0_UNITY;
	unsigned int i;

	memset(plane, 0, sizeof(*plane));
	plane->format = FIELD(ctl0, 3, 0);
	plane->order = FIELD(ctl0, 14, 13);
	plane->tiling = FIELD(ctl0, 21, 20);
	plane->hflip = ctl0 & CTL0_HFLIP;
	plane->vflip = ctl0 & CTL0_VFLIP;
	plane->nr_mem = formats[plane->format].nr_mem;
	plane->is_yuv = plane->nr_mem > 1;
	if (!plane->nr_mem)
		return false;

	parse_positions(&c, plane, is_unity);
	parse_memory(&c, plane);
	for (i = 0; plane->is_yuv && i < 3; i++)
		plane->csc[i] = take(&c);
	parse_scaling(&c, plane, ctl0);
	set_sizes(plane, is_unity);
	return !c.ran_out && plane->src_w && plane->src_h && plane->dst_w && plane->dst_h;
}

int vc_hvs_list_parse(const uint32_t *ram, unsigned int start,
		      struct vc_hvs_list *list)
{
	unsigned int pos = start;
	unsigned int size;
	uint32_t ctl0;

	list->start = start;
	list->nr_words = 0;
	list->nr_planes = 0;
	list->nr_bad = 0;
	if (start >= VC_HVS_RAM_WORDS)
		return -EINVAL;

	while (pos < VC_HVS_RAM_WORDS) {
		ctl0 = ram[pos];
		if (ctl0 & CTL0_END) {
			list->nr_words = pos + 1 - start;
			return 0;
		}
		size = FIELD(ctl0, 29, 24);
		if (!size || size > VC_HVS_RAM_WORDS - pos)
			break;
		if (ctl0 & CTL0_VALID) {
			if (list->nr_planes == VC_HVS_LIST_PLANES)
				return -E2BIG;
			if (parse_plane(&ram[pos], size, &list->plane[list->nr_planes]))
				list->nr_planes++;
			else
				list->nr_bad++;
		}
		pos += size;
		list->nr_words = pos - start;
	}
	return -EBADMSG;
}

bool vc_hvs_plane_has_alpha(const struct vc_hvs_plane *plane)
{
	switch (plane->alpha_mode) {
	case VC_HVS_ALPHA_FIXED:
		return plane->alpha != 255;
	case VC_HVS_ALPHA_PIXEL:
		return formats[plane->format].has_alpha ||
		       (plane->has_mix && plane->alpha != 255);
	default:
		return formats[plane->format].has_alpha || plane->alpha != 255;
	}
}

unsigned int vc_hvs_plane_cpp(const struct vc_hvs_plane *plane, unsigned int mem)
{
	if (plane->format >= 16 || mem >= VC_HVS_MEM_PLANES)
		return 0;
	return formats[plane->format].cpp[mem];
}

const char *vc_hvs_plane_format_name(const struct vc_hvs_plane *plane)
{
	/* X-formats always come with a fixed alpha, so A and X cannot be told apart then. */
	static const char *const names[16][4] = {
		[VC_HVS_RGB332]   = { NULL, NULL, "RGB332", "BGR233" },
		[VC_HVS_RGBA4444] = { "BGRA4444", "RGBA4444", "ABGR4444", "ARGB4444" },
		[VC_HVS_RGBA5551] = { NULL, NULL, "ABGR1555", "ARGB1555" },
		[VC_HVS_RGB565]   = { NULL, NULL, "RGB565", "BGR565" },
		[VC_HVS_RGB888]   = { NULL, NULL, "RGB888", "BGR888" },
		[VC_HVS_RGBA8888] = { "BGRA8888", "RGBA8888", "ABGR8888", "ARGB8888" },
		[VC_HVS_YUV420P]  = { "YUV420", "YVU420", NULL, NULL },
		[VC_HVS_YUV420SP] = { "NV12", "NV21", NULL, NULL },
		[VC_HVS_YUV422P]  = { "YUV422", "YVU422", NULL, NULL },
		[VC_HVS_YUV422SP] = { "NV16", "NV61", NULL, NULL },
		[VC_HVS_H264]     = { "NV12", "NV21", NULL, NULL },
	};
	const char *name;

	if (plane->format == VC_HVS_YUV422P && plane->chroma_w == plane->src_w)
		return plane->order & 1 ? "YVU444" : "YUV444";
	name = names[plane->format & 15][plane->order & 3];
	return name ? name : "unknown";
}

uint32_t vc_hvs_plane_base(const struct vc_hvs_plane *plane)
{
	uint32_t pitch = plane->pitch[0] & 0xffff;

	if (!plane->vflip || plane->tiling)
		return plane->ptr[0];
	return plane->ptr[0] - (plane->src_h - 1) * pitch;
}
