// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of page lists, read back as the firmware reads them, and of the partial
 * cache lines at the ends of a buffer.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include <linux/prandom.h>
#include <linux/sizes.h>

#include "../vchiq_pagelist.c"

#define MAX_ENTRIES	64

struct pagelist_test {
	struct vchiq_list list;
	__le32 addrs[MAX_ENTRIES];
};

static int vchiq_pagelist_test_init(struct kunit *test)
{
	struct pagelist_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	ctx->list.addrs = ctx->addrs;
	ctx->list.max = MAX_ENTRIES;
	test->priv = ctx;
	return 0;
}

static u32 entry(const struct vchiq_list *list, unsigned int i)
{
	return le32_to_cpu(list->addrs[i]);
}

/* -----------------------------------------------------------------------------
 * Entries
 */

struct run_case {
	const char *name;
	enum vchiq_list_format format;
	u64 addr;
	size_t len;
	int ret;
	unsigned int nr;
	u32 first;
	u32 last;
};

static const struct run_case run_cases[] = {
	{ "32: a page", VCHIQ_LIST_32BIT, 0xc1234000, SZ_4K, 0, 1, 0xc1234000 },
	{ "32: a byte", VCHIQ_LIST_32BIT, 0xc1234fff, 1, 0, 1, 0xc1234000 },
	{ "32: two bytes in two pages", VCHIQ_LIST_32BIT, 0xc1234fff, 2, 0, 1, 0xc1234001 },
	{ "32: longest run", VCHIQ_LIST_32BIT, 0xc0000000, SZ_16M, 0, 1, 0xc0000fff },
	{ "32: a page more", VCHIQ_LIST_32BIT, 0xc0000000, SZ_16M + SZ_4K, 0, 2,
	  0xc0000fff, 0xc1000000 },
	{ "32: a byte more by the offset", VCHIQ_LIST_32BIT, 0xc0000001, SZ_16M, 0, 2,
	  0xc0000fff, 0xc1000000 },
	{ "32: up to the end", VCHIQ_LIST_32BIT, 0xfffff000, SZ_4K, 0, 1, 0xfffff000 },
	{ "32: over the end", VCHIQ_LIST_32BIT, 0xfffff000, SZ_4K + 1, -ERANGE },
	{ "32: beyond the end", VCHIQ_LIST_32BIT, 0x100000000, SZ_4K, -ERANGE },
	{ "32: nothing", VCHIQ_LIST_32BIT, 0xc0000000, 0, -EINVAL },
	{ "36: a page", VCHIQ_LIST_36BIT, 0x123456000, SZ_4K, 0, 1, 0x12345600 },
	{ "36: longest run", VCHIQ_LIST_36BIT, 0x100000000, SZ_1M, 0, 1, 0x100000ff },
	{ "36: a page more", VCHIQ_LIST_36BIT, 0x100000000, SZ_1M + SZ_4K, 0, 2,
	  0x100000ff, 0x10010000 },
	{ "36: 16 MiB", VCHIQ_LIST_36BIT, 0x3c0000000, SZ_16M, 0, 16, 0x3c0000ff, 0x3c0f00ff },
	{ "36: up to the end", VCHIQ_LIST_36BIT, 0xffffff000, SZ_4K, 0, 1, 0xffffff00 },
	{ "36: over the end", VCHIQ_LIST_36BIT, 0xffffff000, SZ_4K + 1, -ERANGE },
	{ "36: beyond the end", VCHIQ_LIST_36BIT, 0x1000000000, SZ_4K, -ERANGE },
	{ "no bus has that", VCHIQ_LIST_36BIT, U64_MAX, 1, -ERANGE },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_pagelist_run, run_cases, name);

static void vchiq_pagelist_test_run(struct kunit *test)
{
	const struct run_case *param = test->param_value;
	struct pagelist_test *ctx = test->priv;
	struct vchiq_list *list = &ctx->list;

	list->format = param->format;
	KUNIT_ASSERT_EQ(test, vchiq_list_add(list, param->addr, param->len), param->ret);
	KUNIT_ASSERT_EQ(test, list->nr, param->nr);
	if (param->ret)
		return;

	KUNIT_EXPECT_EQ(test, vchiq_list_count(param->format, param->addr, param->len), param->nr);
	KUNIT_EXPECT_EQ(test, list->offset, param->addr % SZ_4K);
	KUNIT_EXPECT_EQ(test, entry(list, 0), param->first);
	if (param->nr > 1)
		KUNIT_EXPECT_EQ(test, entry(list, param->nr - 1), param->last);
}

/* Only the first run has an offset, only the last one ends within a page. */
static void vchiq_pagelist_test_follow(struct kunit *test)
{
	struct pagelist_test *ctx = test->priv;
	struct vchiq_list *list = &ctx->list;

	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0xc0000800, 0x800), 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0xc2000004, 0xffc), -EINVAL);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0xc2000000, 0x2000), 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0xc4000000, 0x1004), 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0xc6000000, 0x1000), -EINVAL);

	KUNIT_EXPECT_EQ(test, list->nr, 3);
	KUNIT_EXPECT_EQ(test, list->offset, 0x800);
	KUNIT_EXPECT_EQ(test, entry(list, 0), 0xc0000000);
	KUNIT_EXPECT_EQ(test, entry(list, 1), 0xc2000001);
	KUNIT_EXPECT_EQ(test, entry(list, 2), 0xc4000001);
}

/* A run that does not fit as a whole leaves nothing of itself. */
static void vchiq_pagelist_test_no_room(struct kunit *test)
{
	struct pagelist_test *ctx = test->priv;
	struct vchiq_list *list = &ctx->list;

	list->format = VCHIQ_LIST_36BIT;
	list->max = 2;
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0, SZ_2M + 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, list->nr, 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, 0, SZ_1M), 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, SZ_16M, SZ_2M), -ENOSPC);
	KUNIT_EXPECT_EQ(test, list->nr, 1);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, SZ_16M, SZ_1M), 0);
	KUNIT_EXPECT_EQ(test, vchiq_list_add(list, SZ_32M, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ctx->addrs[2], 0);
}

/* As the firmware does it: address of page @page of the list. */
static u64 read_back(const struct vchiq_list *list, u32 page)
{
	unsigned int i;

	for (i = 0; i < list->nr; i++) {
		bool is_36bit = list->format == VCHIQ_LIST_36BIT;
		u32 mask = is_36bit ? 0xff : 0xfff;
		u32 pages = (entry(list, i) & mask) + 1;
		u64 addr = (u64)(entry(list, i) & ~mask) << (is_36bit ? 4 : 0);

		if (page < pages)
			return addr + (u64)page * SZ_4K;
		page -= pages;
	}
	return U64_MAX;
}

/* Add runs of random length at random places, and read all their pages back. */
static void add_and_read_back(struct kunit *test, struct vchiq_list *list, struct rnd_state *rnd)
{
	u32 page = 0, nr_runs = 1 + prandom_u32_state(rnd) % 4;
	u64 base = 0x10000000;

	list->nr = 0;
	list->is_ended = false;
	while (nr_runs--) {
		u32 pages = 1 + prandom_u32_state(rnd) % 700;
		u32 i;

		KUNIT_ASSERT_EQ(test, vchiq_list_add(list, base, (size_t)pages * SZ_4K), 0);
		for (i = 0; i < pages; i++)
			KUNIT_ASSERT_EQ(test, read_back(list, page + i), base + (u64)i * SZ_4K);
		page += pages;
		base += (u64)(pages + 1 + prandom_u32_state(rnd) % 100) * SZ_4K;
	}
	KUNIT_EXPECT_EQ(test, read_back(list, page), U64_MAX);
}

static void vchiq_pagelist_test_read_back(struct kunit *test)
{
	struct pagelist_test *ctx = test->priv;
	struct rnd_state rnd;
	unsigned int i;

	prandom_seed_state(&rnd, 2711);
	for (i = 0; i < 20; i++) {
		ctx->list.format = i % 2 ? VCHIQ_LIST_36BIT : VCHIQ_LIST_32BIT;
		add_and_read_back(test, &ctx->list, &rnd);
	}
}

/* -----------------------------------------------------------------------------
 * Ends
 */

struct ends_case {
	const char *name;
	size_t line;
	u32 offset;
	size_t actual;
	struct vchiq_ends ends;
};

static const struct ends_case ends_cases[] = {
	{ "nothing", 64, 10, 0, { 0, 0, 0 } },
	{ "aligned", 64, 128, 256, { 0, 0, 256 } },
	{ "head only", 64, 10, 54 + 64, { 54, 0, 54 + 64 } },
	{ "tail only", 64, 64, 64 + 5, { 0, 5, 64 } },
	{ "both", 64, 10, 54 + 128 + 7, { 54, 7, 54 + 128 } },
	{ "both, no line between", 64, 63, 2, { 1, 1, 1 } },
	{ "within a line", 64, 10, 20, { 20, 0, 20 } },
	{ "to the end of its line", 64, 10, 54, { 54, 0, 54 } },
	{ "start of a line", 64, 0, 20, { 0, 20, 0 } },
	{ "a byte at the end of a page", 64, 4095, 1, { 1, 0, 1 } },
	{ "over the end of a page", 64, 4095, 3, { 1, 2, 1 } },
	{ "32-byte lines", 32, 33, 31 + 32 + 1, { 31, 1, 31 + 32 } },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_pagelist_ends, ends_cases, name);

static void vchiq_pagelist_test_ends(struct kunit *test)
{
	const struct ends_case *param = test->param_value;
	struct vchiq_ends ends;

	vchiq_ends_find(param->line, param->offset, param->actual, &ends);
	KUNIT_EXPECT_EQ(test, ends.head, param->ends.head);
	KUNIT_EXPECT_EQ(test, ends.tail, param->ends.tail);
	KUNIT_EXPECT_EQ(test, ends.tail_at, param->ends.tail_at);
}

/* Between head and tail there are whole lines, and no others. */
static void check_ends(struct kunit *test, size_t line, u32 offset, size_t actual)
{
	struct vchiq_ends ends;

	vchiq_ends_find(line, offset, actual, &ends);
	KUNIT_ASSERT_LT(test, ends.head, line);
	KUNIT_ASSERT_LT(test, ends.tail, line);
	KUNIT_ASSERT_EQ(test, ends.tail_at + ends.tail, actual);
	KUNIT_ASSERT_LE(test, ends.head, ends.tail_at);
	if (ends.head < actual)
		KUNIT_ASSERT_EQ(test, (offset + ends.head) % line, 0);
	if (ends.head < ends.tail_at || ends.tail)
		KUNIT_ASSERT_EQ(test, (offset + ends.tail_at) % line, 0);
	if (ends.head || ends.tail)
		KUNIT_ASSERT_TRUE(test, vchiq_ends_needed(line, offset, actual));
}

/* Whatever was asked for, the firmware may write less. */
static void vchiq_pagelist_test_ends_all(struct kunit *test)
{
	size_t line, actual;
	u32 offset;

	for (line = 32; line <= 64; line *= 2)
		for (offset = 0; offset < 2 * line; offset++)
			for (actual = 0; actual < 3 * line; actual++)
				check_ends(test, line, offset, actual);
}

static void vchiq_pagelist_test_ends_needed(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, vchiq_ends_needed(64, 0, SZ_4K));
	KUNIT_EXPECT_FALSE(test, vchiq_ends_needed(64, 4032, 64));
	KUNIT_EXPECT_TRUE(test, vchiq_ends_needed(64, 1, SZ_4K - 1));
	KUNIT_EXPECT_TRUE(test, vchiq_ends_needed(64, 0, SZ_4K - 1));
	KUNIT_EXPECT_TRUE(test, vchiq_ends_needed(64, 32, SZ_4K - 32));
	KUNIT_EXPECT_FALSE(test, vchiq_ends_needed(32, 32, SZ_4K - 32));
}

static struct kunit_case vchiq_pagelist_cases[] = {
	KUNIT_CASE_PARAM(vchiq_pagelist_test_run, vchiq_pagelist_run_gen_params),
	KUNIT_CASE(vchiq_pagelist_test_follow),
	KUNIT_CASE(vchiq_pagelist_test_no_room),
	KUNIT_CASE(vchiq_pagelist_test_read_back),
	KUNIT_CASE_PARAM(vchiq_pagelist_test_ends, vchiq_pagelist_ends_gen_params),
	KUNIT_CASE(vchiq_pagelist_test_ends_all),
	KUNIT_CASE(vchiq_pagelist_test_ends_needed),
	{}
};

static struct kunit_suite vchiq_pagelist_suite = {
	.name = "vchiq_pagelist",
	.init = vchiq_pagelist_test_init,
	.test_cases = vchiq_pagelist_cases,
};

kunit_test_suite(vchiq_pagelist_suite);
