// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of where the shared words lie and who writes which of them. Offsets are
 * numbers here: the firmware knows no struct of ours.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../vchiq_shared.c"

#define MASTER		32
#define SLAVE		404
#define ZERO_WORDS	(sizeof(struct vchiq_slot_zero) / sizeof(__le32))

/* Offsets in a side's state. */
#define INITIALISED	0
#define TX_POS		28
#define QUEUE_RECYCLE	44
#define SLOT_QUEUE	72
#define DEBUG		328

/* Slot zero and two more, and a copy to see what was changed. */
struct shared_test {
	u8 memory[3 * VCHIQ_SLOT_SIZE] __aligned(8);
	u8 before[3 * VCHIQ_SLOT_SIZE] __aligned(8);
};

static int vchiq_shared_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct shared_test), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	return 0;
}

static struct vchiq_slot_zero *zero_of(struct kunit *test)
{
	struct shared_test *ctx = test->priv;

	return (struct vchiq_slot_zero *)ctx->memory;
}

static __le32 *word_at(struct kunit *test, unsigned int offset)
{
	struct shared_test *ctx = test->priv;

	return (__le32 *)(ctx->memory + offset);
}

static u32 word(struct kunit *test, unsigned int offset)
{
	return le32_to_cpu(*word_at(test, offset));
}

static void set_word(struct kunit *test, unsigned int offset, u32 value)
{
	*word_at(test, offset) = cpu_to_le32(value);
}

/* As if nothing had been written yet. */
static void remember(struct kunit *test)
{
	struct shared_test *ctx = test->priv;

	memcpy(ctx->before, ctx->memory, sizeof(ctx->before));
}

/* Nothing but @nr bytes at @offset has changed since remember(). */
static void expect_only(struct kunit *test, unsigned int offset, unsigned int nr)
{
	struct shared_test *ctx = test->priv;

	memcpy(ctx->before + offset, ctx->memory + offset, nr);
	KUNIT_EXPECT_MEMEQ(test, ctx->memory, ctx->before, sizeof(ctx->memory));
}

/* -----------------------------------------------------------------------------
 * Set-up
 */

struct word_case {
	unsigned int offset;
	u32 value;
};

static const struct word_case fill_cases[] = {
	{ 0, 0x56434849 },	/* magic */
	{ 4, 0x00030008 },	/* version 8, at least 3 */
	{ 8, 1288 },		/* slot zero */
	{ 12, 4096 },		/* slot */
	{ 16, 128 },		/* slots */
	{ 20, 64 },		/* slots of a side */
	{ 24, 0xc1234000 },	/* fragments */
	{ 28, 64 },		/* how many */
	{ MASTER + INITIALISED, 0 },
	{ MASTER + 4, 2 },	/* first slot */
	{ MASTER + 8, 32 },	/* last slot */
	{ MASTER + 12, 1 },	/* synchronous slot */
	{ MASTER + QUEUE_RECYCLE, 0 },
	{ MASTER + SLOT_QUEUE, 0 },
	{ SLAVE + INITIALISED, 0 },
	{ SLAVE + 4, 34 },
	{ SLAVE + 8, 64 },
	{ SLAVE + 12, 33 },
	{ SLAVE + TX_POS, 0 },
	{ SLAVE + QUEUE_RECYCLE, 31 },
	{ SLAVE + 60 + 4, 1 },	/* the synchronous slot is free */
	{ SLAVE + SLOT_QUEUE, 34 },
	{ SLAVE + SLOT_QUEUE + 30 * 4, 64 },
	{ SLAVE + SLOT_QUEUE + 31 * 4, 0 },
	{ SLAVE + DEBUG, 11 },
};

static void vchiq_shared_describe(const struct word_case *param, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "word at %u", param->offset);
}

KUNIT_ARRAY_PARAM(vchiq_shared_fill, fill_cases, vchiq_shared_describe);

static void vchiq_shared_test_fill(struct kunit *test)
{
	const struct word_case *param = test->param_value;

	vchiq_shared_fill(zero_of(test), 0xc1234000);
	KUNIT_EXPECT_EQ(test, word(test, param->offset), param->value);
}

/*
 * Nothing that looks like an address of ours goes to the firmware, neither in the
 * debug words nor in the private ones of events nor in the slots behind.
 */
static void vchiq_shared_test_fill_tells_nothing(struct kunit *test)
{
	unsigned int i;

	vchiq_shared_fill(zero_of(test), 0);
	for (i = 0; i < ZERO_WORDS; i++)
		if (i != 0 && i != 1)
			KUNIT_EXPECT_LE(test, word(test, 4 * i), VCHIQ_SLOT_SIZE);
	for (; i < 3 * VCHIQ_SLOT_SIZE / 4; i++)
		KUNIT_ASSERT_EQ(test, word(test, 4 * i), 0);
}

static void vchiq_shared_test_initialised(struct kunit *test)
{
	remember(test);
	vchiq_shared_set_initialised(zero_of(test));
	KUNIT_EXPECT_EQ(test, word(test, SLAVE + INITIALISED), 1);
	expect_only(test, SLAVE + INITIALISED, 4);

	KUNIT_EXPECT_FALSE(test, vchiq_shared_peer_initialised(zero_of(test)));
	set_word(test, MASTER + INITIALISED, 0x80);
	KUNIT_EXPECT_TRUE(test, vchiq_shared_peer_initialised(zero_of(test)));
}

static void vchiq_shared_test_version(struct kunit *test)
{
	vchiq_shared_fill(zero_of(test), 0);
	KUNIT_EXPECT_EQ(test, vchiq_shared_version(zero_of(test)), 8);
	set_word(test, 4, 0x00030007);
	KUNIT_EXPECT_EQ(test, vchiq_shared_version(zero_of(test)), 7);
	set_word(test, 4, 0x0003ffff);
	KUNIT_EXPECT_EQ(test, vchiq_shared_version(zero_of(test)), -1);
}

/* -----------------------------------------------------------------------------
 * Events
 */

struct event_case {
	const char *name;
	enum vchiq_event event;
	unsigned int offset;
};

static const struct event_case event_cases[] = {
	{ "trigger", VCHIQ_EVENT_TRIGGER, 16 },
	{ "recycle", VCHIQ_EVENT_RECYCLE, 32 },
	{ "sync trigger", VCHIQ_EVENT_SYNC_TRIGGER, 48 },
	{ "sync release", VCHIQ_EVENT_SYNC_RELEASE, 60 },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_shared_event, event_cases, name);

/* We wait on an event in our own state. */
static void vchiq_shared_test_wait(struct kunit *test)
{
	const struct event_case *param = test->param_value;
	unsigned int armed = SLAVE + param->offset, fired = armed + 4;
	struct vchiq_slot_zero *zero = zero_of(test);

	remember(test);
	KUNIT_EXPECT_FALSE(test, vchiq_event_is_fired(zero, param->event));
	vchiq_event_arm(zero, param->event);
	KUNIT_EXPECT_EQ(test, word(test, armed), 1);
	expect_only(test, armed, 4);

	set_word(test, fired, 1);
	remember(test);
	KUNIT_EXPECT_TRUE(test, vchiq_event_is_fired(zero, param->event));
	vchiq_event_disarm(zero, param->event);
	KUNIT_EXPECT_EQ(test, word(test, armed), 0);
	expect_only(test, armed, 4);
	remember(test);
	vchiq_event_ack(zero, param->event);
	KUNIT_EXPECT_EQ(test, word(test, fired), 0);
	expect_only(test, fired, 4);
}

/* We signal one in the firmware's, and the bell is for who sleeps. */
static void vchiq_shared_test_signal(struct kunit *test)
{
	const struct event_case *param = test->param_value;
	unsigned int armed = MASTER + param->offset, fired = armed + 4;
	struct vchiq_slot_zero *zero = zero_of(test);

	remember(test);
	KUNIT_EXPECT_FALSE(test, vchiq_event_signal(zero, param->event));
	KUNIT_EXPECT_EQ(test, word(test, fired), 1);
	expect_only(test, fired, 4);

	set_word(test, fired, 0);
	set_word(test, armed, 1);
	remember(test);
	KUNIT_EXPECT_TRUE(test, vchiq_event_signal(zero, param->event));
	expect_only(test, fired, 4);
}

/* -----------------------------------------------------------------------------
 * Positions and slots
 */

static void vchiq_shared_test_positions(struct kunit *test)
{
	struct vchiq_slot_zero *zero = zero_of(test);

	remember(test);
	vchiq_shared_publish_tx(zero, 0xfffffff8);
	KUNIT_EXPECT_EQ(test, word(test, SLAVE + TX_POS), 0xfffffff8);
	expect_only(test, SLAVE + TX_POS, 4);

	set_word(test, MASTER + TX_POS, 0x12345678);
	KUNIT_EXPECT_EQ(test, vchiq_shared_peer_tx(zero), 0x12345678);
	set_word(test, SLAVE + QUEUE_RECYCLE, U32_MAX);
	KUNIT_EXPECT_EQ(test, vchiq_shared_recycled(zero), U32_MAX);
}

/* Counts run on for ever, the rings have 64 entries. */
static void vchiq_shared_test_rings(struct kunit *test)
{
	struct vchiq_slot_zero *zero = zero_of(test);
	unsigned int i;

	for (i = 0; i < 64; i++) {
		set_word(test, SLAVE + SLOT_QUEUE + 4 * i, 100 + i);
		set_word(test, MASTER + SLOT_QUEUE + 4 * i, 200 + i);
	}
	for (i = 0; i < 64; i++) {
		KUNIT_EXPECT_EQ(test, vchiq_shared_recycled_slot(zero, i), 100 + i);
		KUNIT_EXPECT_EQ(test, vchiq_shared_peer_slot(zero, 64 + i), 200 + i);
	}
	KUNIT_EXPECT_EQ(test, vchiq_shared_recycled_slot(zero, U32_MAX), 163);
	KUNIT_EXPECT_EQ(test, vchiq_shared_peer_slot(zero, VCHIQ_POS_INDEX(0xfffff000)), 263);
	KUNIT_EXPECT_EQ(test, vchiq_shared_peer_slot(zero, VCHIQ_POS_INDEX(0)), 200);
}

static void vchiq_shared_test_give_back(struct kunit *test)
{
	struct vchiq_slot_zero *zero = zero_of(test);

	vchiq_shared_give_back(zero, 63, 7);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + SLOT_QUEUE + 4 * 63), 7);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + QUEUE_RECYCLE), 64);
	remember(test);
	vchiq_shared_give_back(zero, 64, 8);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + SLOT_QUEUE), 8);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + QUEUE_RECYCLE), 65);
	/* The words between are the firmware's events. */
	set_word(test, MASTER + SLOT_QUEUE, 0);
	expect_only(test, MASTER + QUEUE_RECYCLE, 4);

	vchiq_shared_give_back(zero, U32_MAX, 9);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + SLOT_QUEUE + 4 * 63), 9);
	KUNIT_EXPECT_EQ(test, word(test, MASTER + QUEUE_RECYCLE), 0);
}

static void vchiq_shared_test_messages(struct kunit *test)
{
	static const u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7 };
	struct vchiq_slot_zero *zero = zero_of(test);
	u8 back[sizeof(bytes)];

	remember(test);
	vchiq_shared_write(zero, 2, 4088, bytes, sizeof(bytes));
	expect_only(test, 2 * VCHIQ_SLOT_SIZE + 4088, sizeof(bytes));
	KUNIT_EXPECT_EQ(test, word(test, 2 * VCHIQ_SLOT_SIZE + 4088), 0x04030201);
	vchiq_shared_read(zero, 2, 4088, back, sizeof(back));
	KUNIT_EXPECT_MEMEQ(test, back, bytes, sizeof(bytes));
}

static struct kunit_case vchiq_shared_cases[] = {
	KUNIT_CASE_PARAM(vchiq_shared_test_fill, vchiq_shared_fill_gen_params),
	KUNIT_CASE(vchiq_shared_test_fill_tells_nothing),
	KUNIT_CASE(vchiq_shared_test_initialised),
	KUNIT_CASE(vchiq_shared_test_version),
	KUNIT_CASE_PARAM(vchiq_shared_test_wait, vchiq_shared_event_gen_params),
	KUNIT_CASE_PARAM(vchiq_shared_test_signal, vchiq_shared_event_gen_params),
	KUNIT_CASE(vchiq_shared_test_positions),
	KUNIT_CASE(vchiq_shared_test_rings),
	KUNIT_CASE(vchiq_shared_test_give_back),
	KUNIT_CASE(vchiq_shared_test_messages),
	{}
};

static struct kunit_suite vchiq_shared_suite = {
	.name = "vchiq_shared",
	.init = vchiq_shared_test_init,
	.test_cases = vchiq_shared_cases,
};

kunit_test_suite(vchiq_shared_suite);
