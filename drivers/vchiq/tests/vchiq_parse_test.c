// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what is believed of the firmware's words.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../vchiq_parse.c"

#define FW_BYTES	(31 * VCHIQ_SLOT_SIZE)

static struct vchiq_header make_header(u32 msgid, u32 size)
{
	return (struct vchiq_header){
		.msgid = cpu_to_le32(msgid),
		.size = cpu_to_le32(size),
	};
}

/* -----------------------------------------------------------------------------
 * Positions and slots
 */

struct avail_case {
	const char *name;
	u32 avail;
	int ret;
};

static const struct avail_case avail_cases[] = {
	{ "nothing", 0, 0 },
	{ "a header", 8, 0 },
	{ "all slots", FW_BYTES, 0 },
	{ "more than all slots", FW_BYTES + 8, -EPROTO },
	{ "half a header", 4, -EPROTO },
	{ "a byte", 1, -EPROTO },
	{ "no multiple of a header", 4100, -EPROTO },
	{ "behind us", -8, -EPROTO },
	{ "half a wrap", 0x80000000, -EPROTO },
	{ "all ones", U32_MAX, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_parse_avail, avail_cases, name);

static void vchiq_parse_test_avail(struct kunit *test)
{
	const struct avail_case *param = test->param_value;

	KUNIT_EXPECT_EQ(test, vchiq_parse_avail(param->avail), param->ret);
}

/* Positions wrap at 2^32; only their difference counts. */
static void vchiq_parse_test_avail_wrap(struct kunit *test)
{
	u32 ours = 0xfffff000, firmware = 0x00001000;

	KUNIT_EXPECT_EQ(test, vchiq_parse_avail(firmware - ours), 0);
	KUNIT_EXPECT_EQ(test, vchiq_parse_avail(ours - firmware), -EPROTO);
}

static void vchiq_parse_test_slot(struct kunit *test)
{
	u32 slot;

	for (slot = 0; slot < 2 * VCHIQ_MAX_SLOTS; slot++)
		KUNIT_EXPECT_EQ(test, vchiq_parse_slot(slot),
				slot >= 2 && slot <= 32 ? 0 : -EPROTO);
	KUNIT_EXPECT_EQ(test, vchiq_parse_slot(0x80000002), -EPROTO);
	KUNIT_EXPECT_EQ(test, vchiq_parse_slot(U32_MAX), -EPROTO);
}

/* -----------------------------------------------------------------------------
 * Headers
 */

struct header_case {
	const char *name;
	u32 offset;
	u32 avail;
	u32 size;
	int ret;
};

static const struct header_case header_cases[] = {
	{ "empty", 0, 8, 0, 0 },
	{ "empty at the end of a slot", 4088, 8, 0, 0 },
	{ "fills a slot", 0, 4096, 4088, 0 },
	{ "fills a slot, more follows", 0, FW_BYTES, 4088, 0 },
	{ "larger than a slot", 0, FW_BYTES, 4089, -EPROTO },
	{ "ends with the slot", 2048, 4096, 2040, 0 },
	{ "over the end of the slot", 2048, 4096, 2041, -EPROTO },
	{ "over the end at once", 4088, 4096, 1, -EPROTO },
	{ "ends with what was written", 64, 32, 24, 0 },
	{ "its padding was written", 64, 32, 17, 0 },
	{ "over what was written", 64, 32, 25, -EPROTO },
	{ "only the header was written", 64, 8, 1, -EPROTO },
	{ "negative", 0, FW_BYTES, 0x80000000, -EPROTO },
	{ "stride wraps to 0", 0, FW_BYTES, 0xfffffff8, -EPROTO },
	{ "stride wraps to 8", 0, FW_BYTES, U32_MAX, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_parse_header, header_cases, name);

static void vchiq_parse_test_header(struct kunit *test)
{
	const struct header_case *param = test->param_value;
	struct vchiq_header header = make_header(VCHIQ_MSGID(VCHIQ_MSG_DATA, 75, 3), param->size);
	struct vchiq_rx_msg msg;

	KUNIT_EXPECT_EQ(test, vchiq_parse_header(&header, param->offset, param->avail, &msg),
			param->ret);
	/* Also of a message that is refused, for who reports it. */
	KUNIT_EXPECT_EQ(test, msg.msgid, 0x0504b003);
	KUNIT_EXPECT_EQ(test, msg.len, param->size);
}

/* Whatever is accepted leaves the position in the slot and behind what was written. */
static void vchiq_parse_test_header_all(struct kunit *test)
{
	struct vchiq_rx_msg msg;
	u32 offset, avail, size;

	for (offset = 0; offset < VCHIQ_SLOT_SIZE; offset += 248) {
		for (avail = 8; avail <= VCHIQ_SLOT_SIZE + 248; avail += 120) {
			for (size = 0; size <= VCHIQ_SLOT_SIZE + 8; size += 61) {
				struct vchiq_header header = make_header(0, size);
				u32 end = min(VCHIQ_SLOT_SIZE - offset, avail);

				KUNIT_ASSERT_EQ(test,
						vchiq_parse_header(&header, offset, avail, &msg),
						VCHIQ_MSG_STRIDE(size) <= end ? 0 : -EPROTO);
			}
		}
	}
}

struct msgid_case {
	u32 msgid;
	u32 type;
	u32 src;
	u32 dst;
};

static const struct msgid_case msgid_cases[] = {
	{ 0x00000000, VCHIQ_MSG_PADDING, 0, 0 },
	{ 0x01000000, VCHIQ_MSG_CONNECT, 0, 0 },
	{ 0x0304b000, VCHIQ_MSG_OPENACK, 75, 0 },
	{ 0x0403e001, VCHIQ_MSG_CLOSE, 62, 1 },
	{ 0x05fff000, VCHIQ_MSG_DATA, 4095, 0 },
	{ 0x05000fff, VCHIQ_MSG_DATA, 0, 4095 },
	{ 0x0e000000, VCHIQ_MSG_REMOTE_USE_ACTIVE, 0, 0 },
	/* Claimed by a receiver, which is never sent: no type there is. */
	{ 0x4504b003, VCHIQ_MSG_DATA | 0x40, 75, 3 },
	{ 0xffffffff, 255, 4095, 4095 },
};

static void vchiq_parse_describe(const struct msgid_case *param, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%08x", param->msgid);
}

KUNIT_ARRAY_PARAM(vchiq_parse_msgid, msgid_cases, vchiq_parse_describe);

static void vchiq_parse_test_msgid(struct kunit *test)
{
	const struct msgid_case *param = test->param_value;
	struct vchiq_header header = make_header(param->msgid, 0);
	struct vchiq_rx_msg msg;

	KUNIT_EXPECT_EQ(test, vchiq_parse_header(&header, 0, 8, &msg), 0);
	KUNIT_EXPECT_EQ(test, msg.type, param->type);
	KUNIT_EXPECT_EQ(test, msg.src, param->src);
	KUNIT_EXPECT_EQ(test, msg.dst, param->dst);
}

static void vchiq_parse_test_sync_header(struct kunit *test)
{
	struct vchiq_header fits = make_header(VCHIQ_MSGID(VCHIQ_MSG_DATA, 75, 3), 4088);
	struct vchiq_header wraps = make_header(0, U32_MAX);
	struct vchiq_header over = make_header(0, 4089);
	struct vchiq_rx_msg msg;

	KUNIT_EXPECT_EQ(test, vchiq_parse_sync_header(&fits, &msg), 0);
	KUNIT_EXPECT_EQ(test, msg.type, VCHIQ_MSG_DATA);
	KUNIT_EXPECT_EQ(test, vchiq_parse_sync_header(&over, &msg), -EPROTO);
	KUNIT_EXPECT_EQ(test, vchiq_parse_sync_header(&wraps, &msg), -EPROTO);
}

/* -----------------------------------------------------------------------------
 * Payloads
 */

static void vchiq_parse_test_open(struct kunit *test)
{
	/* As on the wire, one byte off any alignment. */
	static const u8 bytes[] = {
		0xee, 0x6f, 0x68, 0x63, 0x65, 0xd2, 0x04, 0x00, 0x00, 0x03, 0x00, 0xfe, 0xff,
	};
	struct vchiq_rx_msg msg = { .len = 12, .data = bytes + 1 };
	struct vchiq_rx_open open;

	KUNIT_ASSERT_EQ(test, vchiq_parse_open(&msg, &open), 0);
	KUNIT_EXPECT_EQ(test, open.fourcc, VCHIQ_FOURCC('e', 'c', 'h', 'o'));
	KUNIT_EXPECT_EQ(test, open.client_id, 1234);
	KUNIT_EXPECT_EQ(test, open.version, 3);
	KUNIT_EXPECT_EQ(test, open.version_min, -2);
}

static void vchiq_parse_test_open_short(struct kunit *test)
{
	struct vchiq_rx_open open;
	u32 len;

	/* Memory of exactly that length: what lies behind it must not be read. */
	for (len = 0; len < 12; len++) {
		struct vchiq_rx_msg msg = {
			.len = len,
			.data = kunit_kzalloc(test, len, GFP_KERNEL),
		};

		KUNIT_EXPECT_EQ(test, vchiq_parse_open(&msg, &open), -EINVAL);
	}
}

static void vchiq_parse_test_openack(struct kunit *test)
{
	static const u8 bytes[] = { 0xee, 0x08, 0x00 };
	static const u8 negative[] = { 0xff, 0xff };
	struct vchiq_rx_msg msg = { .len = 2, .data = bytes + 1 };

	KUNIT_EXPECT_EQ(test, vchiq_parse_openack(&msg), 8);
	msg.data = negative;
	KUNIT_EXPECT_EQ(test, vchiq_parse_openack(&msg), -1);
	msg.len = 1;
	KUNIT_EXPECT_EQ(test, vchiq_parse_openack(&msg), 0);
	msg.len = 0;
	msg.data = NULL;
	KUNIT_EXPECT_EQ(test, vchiq_parse_openack(&msg), 0);
}

struct version_case {
	const char *name;
	s16 version;
	s16 version_min;
	s16 peer;
	s16 peer_min;
	bool fits;
};

static const struct version_case version_cases[] = {
	{ "equal", 3, 3, 3, 3, true },
	{ "peer is newer and knows us", 3, 3, 8, 3, true },
	{ "peer is newer and forgot us", 3, 3, 8, 4, false },
	{ "peer is older and we know it", 8, 3, 3, 1, true },
	{ "peer is older and we forgot it", 8, 4, 3, 3, false },
	{ "negative", 0, 0, -1, -1, false },
	{ "extremes", S16_MAX, S16_MIN, S16_MIN, S16_MIN, true },
};

KUNIT_ARRAY_PARAM_DESC(vchiq_parse_versions, version_cases, name);

static void vchiq_parse_test_versions(struct kunit *test)
{
	const struct version_case *param = test->param_value;

	KUNIT_EXPECT_EQ(test, vchiq_versions_fit(param->version, param->version_min,
						 param->peer, param->peer_min), param->fits);
	/* Each side comes to the same result. */
	KUNIT_EXPECT_EQ(test, vchiq_versions_fit(param->peer, param->peer_min,
						 param->version, param->version_min), param->fits);
}

static struct kunit_case vchiq_parse_cases[] = {
	KUNIT_CASE_PARAM(vchiq_parse_test_avail, vchiq_parse_avail_gen_params),
	KUNIT_CASE(vchiq_parse_test_avail_wrap),
	KUNIT_CASE(vchiq_parse_test_slot),
	KUNIT_CASE_PARAM(vchiq_parse_test_header, vchiq_parse_header_gen_params),
	KUNIT_CASE(vchiq_parse_test_header_all),
	KUNIT_CASE_PARAM(vchiq_parse_test_msgid, vchiq_parse_msgid_gen_params),
	KUNIT_CASE(vchiq_parse_test_sync_header),
	KUNIT_CASE(vchiq_parse_test_open),
	KUNIT_CASE(vchiq_parse_test_open_short),
	KUNIT_CASE(vchiq_parse_test_openack),
	KUNIT_CASE_PARAM(vchiq_parse_test_versions, vchiq_parse_versions_gen_params),
	{}
};

static struct kunit_suite vchiq_parse_suite = {
	.name = "vchiq_parse",
	.test_cases = vchiq_parse_cases,
};

kunit_test_suite(vchiq_parse_suite);
