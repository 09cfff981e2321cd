// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the handles of services.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../vchiq_handle.h"

/**
 * struct handles - a file's table, and the device's numbers
 * @table: table
 * @sequence: last number given
 */
struct handles {
	struct xarray table;
	atomic_t sequence;
};

static int vchiq_handle_test_init(struct kunit *test)
{
	struct handles *handles = kunit_kzalloc(test, sizeof(*handles), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, handles);
	xa_init_flags(&handles->table, XA_FLAGS_ALLOC);
	test->priv = handles;
	return 0;
}

static void vchiq_handle_test_exit(struct kunit *test)
{
	struct handles *handles = test->priv;

	xa_destroy(&handles->table);
}

static u32 reserve(struct kunit *test)
{
	struct handles *handles = test->priv;
	u32 handle = 0;

	KUNIT_ASSERT_EQ(test, vchiq_handle_reserve(&handles->table, &handles->sequence, &handle),
			0);
	return handle;
}

static void *load(struct kunit *test, u32 handle)
{
	struct handles *handles = test->priv;
	void *entry;

	xa_lock(&handles->table);
	entry = vchiq_handle_load(&handles->table, handle);
	xa_unlock(&handles->table);
	return entry;
}

static void release(struct kunit *test, u32 handle)
{
	struct handles *handles = test->priv;

	xa_erase(&handles->table, VCHIQ_HANDLE_INDEX(handle));
}

static void vchiq_handle_test_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, reserve(test), BIT(VCHIQ_HANDLE_SHIFT));
	KUNIT_EXPECT_EQ(test, reserve(test), 2 * BIT(VCHIQ_HANDLE_SHIFT) + 1);
}

/* A place that was only reserved holds nothing; then what is stored there. */
static void vchiq_handle_test_store(struct kunit *test)
{
	struct handles *handles = test->priv;
	u32 handle = reserve(test);

	KUNIT_EXPECT_NULL(test, load(test, handle));
	xa_store(&handles->table, VCHIQ_HANDLE_INDEX(handle), handles, GFP_KERNEL);
	KUNIT_EXPECT_PTR_EQ(test, load(test, handle), (void *)handles);
	KUNIT_EXPECT_NULL(test, load(test, handle + 1));
}

/* The next one in the same place has another handle. */
static void vchiq_handle_test_stale(struct kunit *test)
{
	u32 before = reserve(test), after;

	release(test, before);
	after = reserve(test);
	KUNIT_EXPECT_EQ(test, VCHIQ_HANDLE_INDEX(after), VCHIQ_HANDLE_INDEX(before));
	KUNIT_EXPECT_NE(test, after, before);
}

/* When the numbers are used up they begin anew, but not with the 0 that would be no handle. */
static void vchiq_handle_test_wrap(struct kunit *test)
{
	struct handles *handles = test->priv;

	atomic_set(&handles->sequence, (1 << (32 - VCHIQ_HANDLE_SHIFT)) - 2);
	KUNIT_EXPECT_EQ(test, reserve(test), 0xfffff000);
	KUNIT_EXPECT_EQ(test, reserve(test), BIT(VCHIQ_HANDLE_SHIFT) + 1);
	atomic_set(&handles->sequence, -1);
	KUNIT_EXPECT_EQ(test, reserve(test), BIT(VCHIQ_HANDLE_SHIFT) + 2);
}

static void vchiq_handle_test_full(struct kunit *test)
{
	struct handles *handles = test->priv;
	u32 handle = 0, some = 0;
	unsigned int i;

	for (i = 0; i < VCHIQ_MAX_SERVICES; i++) {
		handle = reserve(test);
		if (i == 1234)
			some = handle;
	}
	KUNIT_EXPECT_EQ(test, VCHIQ_HANDLE_INDEX(handle), VCHIQ_MAX_SERVICES - 1);
	KUNIT_EXPECT_EQ(test, vchiq_handle_reserve(&handles->table, &handles->sequence, &handle),
			-EBUSY);
	release(test, some);
	KUNIT_EXPECT_EQ(test, VCHIQ_HANDLE_INDEX(reserve(test)), 1234);
}

static struct kunit_case vchiq_handle_cases[] = {
	KUNIT_CASE(vchiq_handle_test_first),
	KUNIT_CASE(vchiq_handle_test_store),
	KUNIT_CASE(vchiq_handle_test_stale),
	KUNIT_CASE(vchiq_handle_test_wrap),
	KUNIT_CASE(vchiq_handle_test_full),
	{}
};

static struct kunit_suite vchiq_handle_suite = {
	.name = "vchiq_handle",
	.init = vchiq_handle_test_init,
	.exit = vchiq_handle_test_exit,
	.test_cases = vchiq_handle_cases,
};

kunit_test_suite(vchiq_handle_suite);
