// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses for the VPU, at each edge of what it reaches, and lists of pieces.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>
#include <linux/sizes.h>

#include "../vc_sm_address.c"

/* @bus: 0 if it must be refused */
struct vc_sm_address_param {
	const char *name;
	u64 dma;
	size_t size;
	u32 bus;
};

static const struct vc_sm_address_param addresses[] = {
	{ "alias of the BCM2836", 0xc0100000, SZ_1M, 0xc0100000 },
	{ "alias of the BCM2835, device tree", 0x40100000, SZ_1M, 0x40100000 },
	{ "alias of the BCM2835, as it runs", 0x80100000, SZ_1M, 0x80100000 },
	{ "plain physical address", 0x00100000, SZ_1M, 0xc0100000 },
	{ "all there is", 0xc0000000, SZ_1G, 0xc0000000 },
	{ "the last page", 0xfffff000, PAGE_SIZE, 0xfffff000 },
	{ "one byte too many", 0xfffff000, PAGE_SIZE + 1, 0 },
	{ "from the end of an alias into the next", 0x7ff00000, SZ_2M, 0 },
	{ "more than there is", 0xc0000000, SZ_1G + 1, 0 },
	{ "so much that it wraps", 0xc0100000, SIZE_MAX, 0 },
	{ "above 4 GiB", 0x100100000, SZ_1M, 0 },
	{ "above 4 GiB with the bits of an alias", 0x1c0100000, SZ_1M, 0 },
};

KUNIT_ARRAY_PARAM_DESC(vc_sm_address, addresses, name);

static void vc_sm_address_test_vpu(struct kunit *test)
{
	const struct vc_sm_address_param *param = test->param_value;
	u32 bus = 0;

	KUNIT_EXPECT_EQ(test, vc_sm_vpu_address(param->dma, param->size, &bus),
			param->bus ? 0 : -EINVAL);
	KUNIT_EXPECT_EQ(test, bus, param->bus);
}

/* @len: of each entry, they begin at @at; 0 ends. @total: what is one piece */
struct vc_sm_pieces_param {
	const char *name;
	struct {
		u32 at;
		u32 len;
	} entry[4];
	size_t total;
};

static const struct vc_sm_pieces_param pieces[] = {
	{ "one", { { 0x1000, 0x4000 } }, 0x4000 },
	{ "neighbours", { { 0x1000, 0x1000 }, { 0x2000, 0x2000 }, { 0x4000, 0x1000 } }, 0x4000 },
	{ "a gap", { { 0x1000, 0x1000 }, { 0x3000, 0x1000 } }, 0x1000 },
	{ "a gap later", { { 0x1000, 0x1000 }, { 0x2000, 0x1000 }, { 0x4000, 0x1000 } }, 0x2000 },
	{ "backwards", { { 0x2000, 0x1000 }, { 0x1000, 0x1000 } }, 0x1000 },
	{ "the same twice", { { 0x1000, 0x1000 }, { 0x1000, 0x1000 } }, 0x1000 },
	{ "from address 0", { { 0, 0x1000 }, { 0x1000, 0x1000 } }, 0x2000 },
};

KUNIT_ARRAY_PARAM_DESC(vc_sm_pieces, pieces, name);

static void vc_sm_address_test_pieces(struct kunit *test)
{
	const struct vc_sm_pieces_param *param = test->param_value;
	struct scatterlist list[ARRAY_SIZE(param->entry)];
	struct sg_table table = { .sgl = list };
	unsigned int i;

	sg_init_table(list, ARRAY_SIZE(list));
	for (i = 0; i < ARRAY_SIZE(list) && param->entry[i].len; i++) {
		sg_dma_address(&list[i]) = param->entry[i].at;
		sg_dma_len(&list[i]) = param->entry[i].len;
		table.nents++;
	}
	KUNIT_EXPECT_EQ(test, vc_sm_contiguous_len(&table), param->total);
}

static void vc_sm_address_test_empty(struct kunit *test)
{
	struct sg_table table = { };

	KUNIT_EXPECT_EQ(test, vc_sm_contiguous_len(&table), 0);
}

static struct kunit_case vc_sm_address_cases[] = {
	KUNIT_CASE_PARAM(vc_sm_address_test_vpu, vc_sm_address_gen_params),
	KUNIT_CASE_PARAM(vc_sm_address_test_pieces, vc_sm_pieces_gen_params),
	KUNIT_CASE(vc_sm_address_test_empty),
	{}
};

static struct kunit_suite vc_sm_address_suite = {
	.name = "vc_sm_address",
	.test_cases = vc_sm_address_cases,
};

kunit_test_suite(vc_sm_address_suite);
