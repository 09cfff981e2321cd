// SPDX-License-Identifier: GPL-2.0
/*
 * Display-list parser: lists as the driver writes them, and broken ones.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dlist.h"
#include "hvs-list.h"

static uint32_t ram[VC_HVS_RAM_WORDS];
static struct vc_hvs_list list;

static int setup(void **state)
{
	memset(ram, 0, sizeof(ram));
	return 0;
}

static const struct dlist_plane rgb = {
	.format = 7, .order = 3, .x = 10, .y = 20, .src_w = 640, .src_h = 480,
	.alpha_mode = 1, .alpha = 255, .nr_mem = 1, .ptr = { 0xc1000000 },
	.pitch = { 2560 }, .unity = true,
};

static const struct dlist_plane i420 = {
	.format = 8, .order = 0, .src_w = 1280, .src_h = 720, .alpha_mode = 1, .alpha = 255,
	.nr_mem = 3, .ptr = { 0xc2000000, 0xc20e1000, 0xc2119400 },
	.pitch = { 1280, 640, 640 }, .csc = { 1, 2, 3 }, .unity = true,
	.has_lbm = true, .has_ppf = true, .scl0 = 0,
	.nr_scaling = 3, .scaling = { 1u << 30 | 0x8000 << 8 | 0x70, 1u << 30 | 0x8000 << 8, 0 },
};

static void test_empty(void **state)
{
	ram[100] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 100, &list), 0);
	assert_int_equal(list.nr_planes, 0);
	assert_int_equal(list.nr_words, 1);
}

static void test_rgb(void **state)
{
	unsigned int end = dlist_add(ram, 100, &rgb);
	const struct vc_hvs_plane *p = &list.plane[0];

	ram[end] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 100, &list), 0);
	assert_int_equal(list.nr_planes, 1);
	assert_int_equal(list.nr_words, end + 1 - 100);
	assert_int_equal(p->x, 10);
	assert_int_equal(p->y, 20);
	assert_int_equal(p->dst_w, 640);
	assert_int_equal(p->dst_h, 480);
	assert_int_equal(p->ptr[0], 0xc1000000);
	assert_int_equal(p->pitch[0], 2560);
	assert_int_equal(p->luma.h.filter, VC_HVS_FILTER_NONE);
	assert_false(vc_hvs_plane_has_alpha(p));
	assert_string_equal(vc_hvs_plane_format_name(p), "ARGB8888");
}

/* vc4-display.md 3.8: UNITY, and yet scaling words for chroma and no POS1. */
static void test_yuv_unity(void **state)
{
	const struct vc_hvs_plane *p = &list.plane[0];

	ram[dlist_add(ram, 32, &i420)] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(list.nr_planes, 1);
	assert_int_equal(list.nr_bad, 0);
	assert_true(p->is_yuv);
	assert_int_equal(p->dst_w, 1280);
	assert_int_equal(p->chroma_w, 640);
	assert_int_equal(p->chroma_h, 360);
	assert_int_equal(p->csc[2], 3);
	assert_int_equal(p->luma.h.filter, VC_HVS_FILTER_NONE);
	assert_int_equal(p->chroma.h.filter, VC_HVS_FILTER_PPF);
	assert_int_equal(p->chroma.h.scale, 0x8000);
	assert_int_equal(p->chroma.h.phase, -16);
	assert_int_equal(p->chroma.v.phase, 0);
	assert_int_equal(p->chroma.v.kernel, DLIST_KERNEL);
	assert_string_equal(vc_hvs_plane_format_name(p), "YUV420");
}

/* 4:4:4 comes as 4:2:2 of twice the width; chroma is stepped like luma. */
static void test_yuv444(void **state)
{
	struct dlist_plane p = i420;

	p.format = 10;
	p.src_w = 2 * 600;
	p.scaling[0] = 1u << 30 | 0x10000 << 8;
	ram[dlist_add(ram, 32, &p)] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(list.plane[0].src_w, 600);
	assert_int_equal(list.plane[0].dst_w, 600);
	assert_int_equal(list.plane[0].chroma_w, 600);
	assert_string_equal(vc_hvs_plane_format_name(&list.plane[0]), "YUV444");
}

/* Words of H-TPZ V-PPF come in the order HPPF, VPPF, HTPZ, VTPZ. */
static void test_scaled_rgb(void **state)
{
	struct dlist_plane p = rgb;
	const struct vc_hvs_plane *out = &list.plane[0];

	p.unity = false;
	p.dst_w = 200;
	p.dst_h = 500;
	p.has_lbm = true;
	p.has_ppf = true;
	p.scl0 = 1;
	p.scl1 = 1;
	p.nr_scaling = 4;
	p.scaling[0] = dlist_ppf(0xf5c2, 0);
	p.scaling[2] = 0x33333 << 8;
	ram[dlist_add(ram, 32, &p)] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(out->dst_w, 200);
	assert_int_equal(out->dst_h, 500);
	assert_int_equal(out->luma.h.filter, VC_HVS_FILTER_TPZ);
	assert_int_equal(out->luma.h.scale, 0x33333 & 0x1fffff);
	assert_int_equal(out->luma.v.filter, VC_HVS_FILTER_PPF);
	assert_int_equal(out->luma.v.scale, 0xf5c2);
}

static void test_several(void **state)
{
	unsigned int pos = 64;

	pos = dlist_add(ram, pos, &rgb);
	pos = dlist_add(ram, pos, &i420);
	pos = dlist_add(ram, pos, &rgb);
	ram[pos] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 64, &list), 0);
	assert_int_equal(list.nr_planes, 3);
	assert_true(list.plane[1].is_yuv);
}

static void test_start_outside(void **state)
{
	assert_int_equal(vc_hvs_list_parse(ram, VC_HVS_RAM_WORDS, &list), -EINVAL);
	assert_int_equal(vc_hvs_list_parse(ram, 0xffffffff, &list), -EINVAL);
	assert_int_equal(list.nr_planes, 0);
}

static void test_size_zero(void **state)
{
	unsigned int pos = dlist_add(ram, 32, &rgb);

	ram[pos] = 1u << 30;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), -EBADMSG);
	assert_int_equal(list.nr_planes, 1);
}

static void test_no_end(void **state)
{
	unsigned int pos = 32, nr = 0;

	while (pos + 16 < VC_HVS_RAM_WORDS && nr < VC_HVS_LIST_PLANES) {
		pos = dlist_add(ram, pos, &rgb);
		nr++;
	}
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), -EBADMSG);
	assert_int_equal(list.nr_planes, nr);
}

static void test_size_past_ram(void **state)
{
	ram[VC_HVS_RAM_WORDS - 3] = 1u << 30 | 4u << 24 | 1u << 4 | 7;
	assert_int_equal(vc_hvs_list_parse(ram, VC_HVS_RAM_WORDS - 3, &list), -EBADMSG);
	assert_int_equal(list.nr_planes, 0);
}

/* The last word of RAM may be a list of its own, and nothing beyond is read. */
static void test_last_word(void **state)
{
	uint32_t *copy = malloc(sizeof(ram));

	memset(copy, 0, sizeof(ram));
	copy[VC_HVS_RAM_WORDS - 1] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(copy, VC_HVS_RAM_WORDS - 1, &list), 0);
	copy[VC_HVS_RAM_WORDS - 1] = 1u << 30 | 1u << 24 | 7;
	assert_int_equal(vc_hvs_list_parse(copy, VC_HVS_RAM_WORDS - 1, &list), -EBADMSG);
	assert_int_equal(list.nr_bad, 1);
	free(copy);
}

/* Shorter than its first word promises: left out, the walk goes on by SIZE. */
static void test_truncated(void **state)
{
	unsigned int pos = 32;

	dlist_add(ram, pos, &i420);
	ram[pos] = (ram[pos] & ~(0x3fu << 24)) | 9u << 24;
	pos = dlist_add(ram, pos + 9, &rgb);
	ram[pos] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(list.nr_bad, 1);
	assert_int_equal(list.nr_planes, 1);
	assert_false(list.plane[0].is_yuv);
}

static void test_unknown_format(void **state)
{
	struct dlist_plane p = rgb;

	p.format = 13;
	ram[dlist_add(ram, 32, &p)] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(list.nr_planes, 0);
	assert_int_equal(list.nr_bad, 1);
}

static void test_too_many(void **state)
{
	unsigned int pos = 32, i;

	for (i = 0; i <= VC_HVS_LIST_PLANES; i++)
		pos = dlist_add(ram, pos, &rgb);
	ram[pos] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), -E2BIG);
	assert_int_equal(list.nr_planes, VC_HVS_LIST_PLANES);
}

static void test_vflip_base(void **state)
{
	struct dlist_plane p = rgb;

	p.vflip = true;
	p.ptr[0] = 0xc1000000 + 479 * 2560;
	ram[dlist_add(ram, 32, &p)] = DLIST_END;
	assert_int_equal(vc_hvs_list_parse(ram, 32, &list), 0);
	assert_int_equal(vc_hvs_plane_base(&list.plane[0]), 0xc1000000);
}

/* Any words: no crash, and what comes out is within bounds. */
static void test_random(void **state)
{
	unsigned int round, i;

	srand(1);
	for (round = 0; round < 300; round++) {
		for (i = 0; i < VC_HVS_RAM_WORDS; i++)
			ram[i] = ((uint32_t)rand() << 16 ^ rand()) & ~DLIST_END;
		vc_hvs_list_parse(ram, rand() % VC_HVS_RAM_WORDS, &list);
		assert_true(list.nr_planes <= VC_HVS_LIST_PLANES);
		assert_true(list.start + list.nr_words <= VC_HVS_RAM_WORDS);
		for (i = 0; i < list.nr_planes; i++) {
			assert_in_range(list.plane[i].src_w, 1, 4095);
			assert_in_range(list.plane[i].dst_w, 1, 4095);
			vc_hvs_plane_format_name(&list.plane[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_empty, setup),
		cmocka_unit_test_setup(test_rgb, setup),
		cmocka_unit_test_setup(test_yuv_unity, setup),
		cmocka_unit_test_setup(test_yuv444, setup),
		cmocka_unit_test_setup(test_scaled_rgb, setup),
		cmocka_unit_test_setup(test_several, setup),
		cmocka_unit_test_setup(test_start_outside, setup),
		cmocka_unit_test_setup(test_size_zero, setup),
		cmocka_unit_test_setup(test_no_end, setup),
		cmocka_unit_test_setup(test_size_past_ram, setup),
		cmocka_unit_test_setup(test_last_word, setup),
		cmocka_unit_test_setup(test_truncated, setup),
		cmocka_unit_test_setup(test_unknown_format, setup),
		cmocka_unit_test_setup(test_too_many, setup),
		cmocka_unit_test_setup(test_vflip_base, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
