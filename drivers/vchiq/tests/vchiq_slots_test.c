// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of placing messages in slots, taking slots back and counting quotas.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include <linux/prandom.h>

#include "../vchiq_slots.c"

/* What the tests send most: a stride of 16, 256 of them fill a slot. */
#define SMALL		VCHIQ_MSG_STRIDE(8)
#define FULL		VCHIQ_MSG_STRIDE(VCHIQ_MAX_MSG_SIZE)

static const struct vchiq_quota no_quota = {
	.slots = VCHIQ_QUOTA_LIMIT,
	.messages = VCHIQ_QUOTA_LIMIT,
};

static int vchiq_slots_test_init(struct kunit *test)
{
	struct vchiq_tx_state *st = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, st);
	vchiq_slots_init(st);
	test->priv = st;
	return 0;
}

/* Place a message as the sender does: pad, start a slot, advance. */
static int place(struct vchiq_tx_state *st, u32 stride)
{
	u32 padding = vchiq_slots_padding(st, stride);
	int ret;

	if (padding)
		vchiq_slots_advance(st, padding);
	if (!st->cur) {
		ret = vchiq_slots_start(st);
		if (ret)
			return ret;
	}
	vchiq_slots_advance(st, stride);
	return 0;
}

static int place_data(struct vchiq_tx_state *st, u16 port, u32 stride)
{
	u32 padding = vchiq_slots_padding(st, stride);
	int ret;

	if (padding)
		vchiq_slots_advance(st, padding);
	if (!st->cur) {
		ret = vchiq_slots_start(st);
		if (ret)
			return ret;
	}
	vchiq_slots_account(st, port);
	vchiq_slots_advance(st, stride);
	return 0;
}

static void fill_slots(struct kunit *test, unsigned int nr)
{
	while (nr--)
		KUNIT_ASSERT_EQ(test, place(test->priv, FULL), 0);
}

/* -----------------------------------------------------------------------------
 * Placing
 */

static void vchiq_slots_test_fresh(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, vchiq_slots_room(st), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_padding(st, SMALL), 0);
	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++) {
		KUNIT_EXPECT_EQ(test, vchiq_slots_start(st), 0);
		KUNIT_EXPECT_EQ(test, st->cur, VCHIQ_HOST_FIRST_SLOT + i);
		vchiq_slots_advance(st, VCHIQ_SLOT_SIZE);
	}
	KUNIT_EXPECT_EQ(test, vchiq_slots_start(st), -EAGAIN);
}

/* The next slot is not taken before it is needed. */
static void vchiq_slots_test_exact_fit(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;

	fill_slots(test, VCHIQ_NR_DATA_SLOTS);
	KUNIT_EXPECT_EQ(test, st->cur, 0);
	KUNIT_EXPECT_EQ(test, st->started, VCHIQ_NR_DATA_SLOTS);
	KUNIT_EXPECT_EQ(test, st->pos, VCHIQ_NR_DATA_SLOTS * VCHIQ_SLOT_SIZE);
}

static void vchiq_slots_test_padding(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;

	KUNIT_ASSERT_EQ(test, place(st, VCHIQ_SLOT_SIZE - 24), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_room(st), 24);
	KUNIT_EXPECT_EQ(test, vchiq_slots_padding(st, 8), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_padding(st, 24), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_padding(st, 32), 24);
	KUNIT_EXPECT_EQ(test, vchiq_slots_padding(st, FULL), 24);
}

/*
 * The firmware gives a slot back at its end, which may be padding: once that is
 * written the slot counts as sent, or both sides wait for each other.
 */
static void vchiq_slots_test_padding_completes(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;

	fill_slots(test, VCHIQ_NR_DATA_SLOTS - 1);
	KUNIT_ASSERT_EQ(test, place(st, SMALL), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_LAST_SLOT), -EPROTO);
	KUNIT_EXPECT_EQ(test, place(st, FULL), -EAGAIN);
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_LAST_SLOT), 0);
	KUNIT_EXPECT_EQ(test, place(st, FULL), 0);
}

/* Where the peer looks a slot up: the position's index into the ring. */
static void vchiq_slots_test_wrap(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	st->pos = -2 * VCHIQ_SLOT_SIZE;
	st->started = VCHIQ_POS_INDEX(st->pos);
	st->available = st->started + VCHIQ_NR_DATA_SLOTS;
	for (i = 0; i < VCHIQ_NR_DATA_SLOTS; i++)
		st->ring[(st->started + i) % VCHIQ_MAX_SLOTS_PER_SIDE] = VCHIQ_HOST_FIRST_SLOT + i;

	for (i = 0; i < 4; i++) {
		u32 index = VCHIQ_POS_INDEX(st->pos) % VCHIQ_MAX_SLOTS_PER_SIDE;

		KUNIT_ASSERT_EQ(test, place(st, VCHIQ_SLOT_SIZE / 2), 0);
		KUNIT_EXPECT_EQ(test, st->cur, VCHIQ_HOST_FIRST_SLOT + i);
		KUNIT_EXPECT_EQ(test, st->ring[index], st->cur);
		KUNIT_EXPECT_EQ(test, vchiq_slots_room(st), VCHIQ_SLOT_SIZE / 2);
		KUNIT_ASSERT_EQ(test, place(st, VCHIQ_SLOT_SIZE / 2), 0);
	}
	KUNIT_EXPECT_EQ(test, st->pos, 2 * VCHIQ_SLOT_SIZE);
}

/* The counts of slots wrap as well. */
static void vchiq_slots_test_count_wrap(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	st->started = -VCHIQ_MAX_SLOTS_PER_SIDE;
	st->available = st->started + VCHIQ_NR_DATA_SLOTS;
	for (i = 0; i < 3 * VCHIQ_MAX_SLOTS_PER_SIDE; i++) {
		KUNIT_ASSERT_EQ(test, vchiq_slots_start(st), 0);
		u32 slot = st->cur;

		vchiq_slots_advance(st, VCHIQ_SLOT_SIZE);
		KUNIT_ASSERT_EQ(test, vchiq_slots_take_back(st, slot), 0);
	}
	KUNIT_EXPECT_EQ(test, st->available - st->started, VCHIQ_NR_DATA_SLOTS);
}

/* -----------------------------------------------------------------------------
 * Taking back
 */

/* Slots are used again in the order in which they came back. */
static void vchiq_slots_test_out_of_order(struct kunit *test)
{
	static const u8 order[] = { 40, 34, 64, 35 };
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	fill_slots(test, VCHIQ_NR_DATA_SLOTS);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, order[i]), 0);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		KUNIT_ASSERT_EQ(test, place(st, SMALL), 0);
		KUNIT_EXPECT_EQ(test, st->cur, order[i]);
		KUNIT_ASSERT_EQ(test, place(st, VCHIQ_SLOT_SIZE - SMALL), 0);
	}
	KUNIT_EXPECT_EQ(test, place(st, SMALL), -EAGAIN);
}

/* Everything the firmware may say of a slot that is not true. */
static const u32 bad_slots[] = {
	0, 1, VCHIQ_FW_FIRST_SLOT, VCHIQ_FW_LAST_SLOT, VCHIQ_HOST_SYNC_SLOT,
	VCHIQ_HOST_FIRST_SLOT + 1,	/* being filled */
	VCHIQ_HOST_FIRST_SLOT + 2,	/* not started */
	VCHIQ_HOST_LAST_SLOT + 1, VCHIQ_HOST_FIRST_SLOT + 64, 0x80000022, U32_MAX,
};

static void vchiq_slots_describe(const u32 *slot, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "slot %#x", *slot);
}

KUNIT_ARRAY_PARAM(vchiq_slots_bad, bad_slots, vchiq_slots_describe);

static void vchiq_slots_test_bad_slot(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	struct vchiq_tx_state *before = kunit_kzalloc(test, sizeof(*st), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, before);
	fill_slots(test, 1);
	KUNIT_ASSERT_EQ(test, place_data(st, 7, SMALL), 0);
	*before = *st;
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, *(const u32 *)test->param_value),
			-EPROTO);
	KUNIT_EXPECT_MEMEQ(test, st, before, sizeof(*st));
}

static void vchiq_slots_test_twice(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;

	fill_slots(test, 2);
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT), 0);
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT), -EPROTO);
	KUNIT_EXPECT_EQ(test, st->available - st->started, VCHIQ_NR_DATA_SLOTS - 1);
}

static struct kunit_case vchiq_slots_cases[] = {
	KUNIT_CASE(vchiq_slots_test_fresh),
	KUNIT_CASE(vchiq_slots_test_exact_fit),
	KUNIT_CASE(vchiq_slots_test_padding),
	KUNIT_CASE(vchiq_slots_test_padding_completes),
	KUNIT_CASE(vchiq_slots_test_wrap),
	KUNIT_CASE(vchiq_slots_test_count_wrap),
	KUNIT_CASE(vchiq_slots_test_out_of_order),
	KUNIT_CASE_PARAM(vchiq_slots_test_bad_slot, vchiq_slots_bad_gen_params),
	KUNIT_CASE(vchiq_slots_test_twice),
	{}
};

static struct kunit_suite vchiq_slots_suite = {
	.name = "vchiq_slots",
	.init = vchiq_slots_test_init,
	.test_cases = vchiq_slots_cases,
};

/* -----------------------------------------------------------------------------
 * Quotas
 */

static void vchiq_quota_test_messages(struct kunit *test)
{
	const struct vchiq_quota quota = { .slots = 10, .messages = 3 };
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
		KUNIT_ASSERT_EQ(test, place_data(st, 5, SMALL), 0);
	}
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 6, SMALL, &quota));

	KUNIT_ASSERT_EQ(test, place(st, VCHIQ_SLOT_SIZE - 3 * SMALL), 0);
	KUNIT_ASSERT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT), 0);
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
	KUNIT_EXPECT_EQ(test, st->ports[5].messages, 0);
	KUNIT_EXPECT_EQ(test, st->ports[5].slots, 0);
}

/* A slot counts once, however much is in it; only the next one is too many. */
static void vchiq_quota_test_slots(struct kunit *test)
{
	const struct vchiq_quota quota = { .slots = 2, .messages = 1000 };
	struct vchiq_tx_state *st = test->priv;

	KUNIT_ASSERT_EQ(test, place_data(st, 5, FULL), 0);
	KUNIT_ASSERT_EQ(test, place_data(st, 5, SMALL), 0);
	KUNIT_ASSERT_EQ(test, place_data(st, 5, SMALL), 0);
	KUNIT_EXPECT_EQ(test, st->ports[5].slots, 2);
	KUNIT_EXPECT_EQ(test, st->ports[5].messages, 3);

	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 5, FULL, &quota));
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 6, FULL, &quota));

	/* What fits exactly is not in a new slot; at a boundary whatever comes is. */
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 5, vchiq_slots_room(st), &quota));
	KUNIT_ASSERT_EQ(test, place(st, vchiq_slots_room(st)), 0);
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
	KUNIT_ASSERT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT + 1), 0);
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
}

/* A port that has DATA in the slot before is new to this one. */
static void vchiq_quota_test_slot_of_others(struct kunit *test)
{
	const struct vchiq_quota quota = { .slots = 1, .messages = 1000 };
	struct vchiq_tx_state *st = test->priv;

	KUNIT_ASSERT_EQ(test, place_data(st, 5, FULL), 0);
	KUNIT_ASSERT_EQ(test, place_data(st, 6, SMALL), 0);
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 5, SMALL, &quota));
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 6, SMALL, &quota));
}

/* One slot stays for control messages, whoever has how much. */
static void vchiq_quota_test_data(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	u16 port;

	for (port = 0; port < VCHIQ_DATA_QUOTA - 1; port++)
		KUNIT_ASSERT_EQ(test, place_data(st, port, FULL), 0);
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 100, SMALL, &no_quota));
	KUNIT_ASSERT_EQ(test, place_data(st, 100, SMALL), 0);

	/* What holds DATA already may take more. */
	KUNIT_EXPECT_EQ(test, st->nr_data, VCHIQ_DATA_QUOTA);
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 101, SMALL, &no_quota));
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 101, FULL, &no_quota));

	KUNIT_EXPECT_EQ(test, place(st, FULL), 0);
	KUNIT_EXPECT_EQ(test, place(st, SMALL), -EAGAIN);
	KUNIT_ASSERT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT), 0);
	KUNIT_EXPECT_FALSE(test, vchiq_slots_over_quota(st, 101, SMALL, &no_quota));
}

/* A slot that holds only control messages has no place for DATA at the limit. */
static void vchiq_quota_test_data_in_control(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	u16 port;

	for (port = 0; port < VCHIQ_DATA_QUOTA; port++)
		KUNIT_ASSERT_EQ(test, place_data(st, port, FULL), 0);
	KUNIT_ASSERT_EQ(test, place(st, SMALL), 0);
	KUNIT_EXPECT_TRUE(test, vchiq_slots_over_quota(st, 1, SMALL, &no_quota));
}

/* As many senders in one slot as fit. */
static void vchiq_quota_test_crowd(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	u16 port;

	for (port = 0; port < VCHIQ_SLOT_MAX_DATA; port++)
		KUNIT_ASSERT_EQ(test, place_data(st, VCHIQ_MAX_SERVICES - 1 - port, SMALL), 0);
	KUNIT_EXPECT_EQ(test, st->cur, 0);
	KUNIT_EXPECT_EQ(test, st->started, 1);
	KUNIT_EXPECT_EQ(test, st->ports[VCHIQ_MAX_SERVICES - 1].messages, 1);
	KUNIT_EXPECT_EQ(test, vchiq_slots_take_back(st, VCHIQ_HOST_FIRST_SLOT), 0);
	for (port = 0; port < VCHIQ_SLOT_MAX_DATA; port++)
		KUNIT_EXPECT_EQ(test, st->ports[VCHIQ_MAX_SERVICES - 1 - port].messages, 0);
}

/* A port that comes and goes in a slot has one entry in it. */
static void vchiq_quota_test_alternating(struct kunit *test)
{
	struct vchiq_tx_state *st = test->priv;
	unsigned int i;

	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, place_data(st, i % 3, SMALL), 0);
	KUNIT_EXPECT_EQ(test, st->slots[0].nr, 3);
	KUNIT_EXPECT_EQ(test, st->ports[0].messages, 34);
	KUNIT_EXPECT_EQ(test, st->ports[0].slots, 1);
	KUNIT_EXPECT_EQ(test, st->nr_data, 1);
}

struct quota_set {
	const char *name;
	u16 used;
	int value;
	int ret;
	u16 quota;
};

static const struct quota_set quota_sets[] = {
	{ "standard", 0, 0, 0, 15 },
	{ "one", 0, 1, 0, 1 },
	{ "largest", 0, 65534, 0, 65534 },
	{ "too large", 0, 65535, -EINVAL },
	{ "larger than u16", 0, 65536 + 20, -EINVAL },
	{ "negative", 0, -1, -EINVAL },
	{ "all in use", 15, 15, 0, 15 },
	{ "less than in use", 16, 15, -EINVAL },
	{ "standard less than in use", 16, 0, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_quota_sets, quota_sets, name);

static void vchiq_quota_test_set(struct kunit *test)
{
	const struct quota_set *set = test->param_value;
	u16 quota = 4711;

	KUNIT_EXPECT_EQ(test, vchiq_slots_check_quota(set->used, set->value,
						      VCHIQ_DEFAULT_SLOT_QUOTA, &quota), set->ret);
	KUNIT_EXPECT_EQ(test, quota, set->ret ? 4711 : set->quota);
}

/* -----------------------------------------------------------------------------
 * Everything at once against a model that counts the simple way
 */

#define MODEL_PORTS	5

struct model {
	u16 messages[VCHIQ_NR_DATA_SLOTS][MODEL_PORTS];
	bool is_sent[VCHIQ_NR_DATA_SLOTS];
	unsigned int in_flight;
};

static void model_compare(struct kunit *test, const struct model *model)
{
	const struct vchiq_tx_state *st = test->priv;
	unsigned int port, slot, nr_data = 0;

	for (port = 0; port < MODEL_PORTS; port++) {
		unsigned int messages = 0, slots = 0;

		for (slot = 0; slot < VCHIQ_NR_DATA_SLOTS; slot++) {
			messages += model->messages[slot][port];
			slots += !!model->messages[slot][port];
		}
		KUNIT_ASSERT_EQ(test, st->ports[port].messages, messages);
		KUNIT_ASSERT_EQ(test, st->ports[port].slots, slots);
	}
	for (slot = 0; slot < VCHIQ_NR_DATA_SLOTS; slot++)
		nr_data += !!memchr_inv(model->messages[slot], 0, sizeof(model->messages[slot]));
	KUNIT_ASSERT_EQ(test, st->nr_data, nr_data);
	KUNIT_ASSERT_EQ(test, st->started - (st->available - VCHIQ_NR_DATA_SLOTS),
			model->in_flight);
}

static void model_take_back(struct kunit *test, struct model *model, unsigned int slot)
{
	int expected = model->is_sent[slot] ? 0 : -EPROTO;

	KUNIT_ASSERT_EQ(test, vchiq_slots_take_back(test->priv, VCHIQ_HOST_FIRST_SLOT + slot),
			expected);
	if (expected)
		return;
	memset(model->messages[slot], 0, sizeof(model->messages[slot]));
	model->is_sent[slot] = false;
	model->in_flight--;
}

/* Send a message of @stride bytes, DATA unless @port is none. */
static void model_send(struct kunit *test, struct model *model, unsigned int port, u32 stride)
{
	struct vchiq_tx_state *st = test->priv;
	u8 slot = st->cur;

	if (port < MODEL_PORTS && vchiq_slots_over_quota(st, port, stride, &no_quota))
		return;
	if (slot && vchiq_slots_room(st) < stride) {
		model->is_sent[slot - VCHIQ_HOST_FIRST_SLOT] = true;
		vchiq_slots_advance(st, vchiq_slots_padding(st, stride));
	}
	if (!st->cur && vchiq_slots_start(st)) {
		KUNIT_ASSERT_EQ(test, model->in_flight, VCHIQ_NR_DATA_SLOTS);
		return;
	}
	KUNIT_ASSERT_GE(test, vchiq_slots_room(st), stride);
	if (VCHIQ_POS_OFFSET(st->pos) == 0)
		model->in_flight++;
	slot = st->cur - VCHIQ_HOST_FIRST_SLOT;
	if (port < MODEL_PORTS) {
		vchiq_slots_account(st, port);
		model->messages[slot][port]++;
	}
	vchiq_slots_advance(st, stride);
	if (!st->cur)
		model->is_sent[slot] = true;
}

static void vchiq_quota_test_random(struct kunit *test)
{
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	struct vchiq_tx_state *st = test->priv;
	struct rnd_state rnd;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	prandom_seed_state(&rnd, 20835);
	/* The position wraps on the way. */
	st->pos = -100 * VCHIQ_SLOT_SIZE;

	for (i = 0; i < 20000; i++) {
		u32 r = prandom_u32_state(&rnd);

		if (r % 8 == 0)
			model_take_back(test, model, (r >> 8) % VCHIQ_NR_DATA_SLOTS);
		else
			model_send(test, model, (r >> 8) % (MODEL_PORTS + 1),
				   VCHIQ_MSG_STRIDE(1 + (r >> 16) % VCHIQ_MAX_MSG_SIZE));
		if (i % 16 == 0)
			model_compare(test, model);
	}
	KUNIT_EXPECT_LT(test, st->pos, (u32)(-100 * VCHIQ_SLOT_SIZE));
}

static struct kunit_case vchiq_quota_cases[] = {
	KUNIT_CASE(vchiq_quota_test_messages),
	KUNIT_CASE(vchiq_quota_test_slots),
	KUNIT_CASE(vchiq_quota_test_slot_of_others),
	KUNIT_CASE(vchiq_quota_test_data),
	KUNIT_CASE(vchiq_quota_test_data_in_control),
	KUNIT_CASE(vchiq_quota_test_crowd),
	KUNIT_CASE(vchiq_quota_test_alternating),
	KUNIT_CASE_PARAM(vchiq_quota_test_set, vchiq_quota_sets_gen_params),
	KUNIT_CASE(vchiq_quota_test_random),
	{}
};

static struct kunit_suite vchiq_quota_suite = {
	.name = "vchiq_quota",
	.init = vchiq_slots_test_init,
	.test_cases = vchiq_quota_cases,
};

kunit_test_suites(&vchiq_slots_suite, &vchiq_quota_suite);

MODULE_DESCRIPTION("KUnit suites of the VCHIQ transport");
MODULE_LICENSE("GPL");
