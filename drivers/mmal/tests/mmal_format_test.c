// SPDX-License-Identifier: GPL-2.0
/*
 * Formats and ports to the wire and back.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../mmal_format.c"

/* Every field another value, so that no two can be taken for each other. */
static const struct vc_mmal_format sample = {
	.encoding = MMAL_ENCODING_I420,
	.encoding_variant = 2,
	.width = 1920,
	.height = 1088,
	.crop = { .left = 5, .top = 6, .width = 1910, .height = 1080 },
	.frame_rate = { .num = -30000, .den = 1001 },
	.par = { .num = 4, .den = 3 },
	.color_space = 11,
	.bitrate = 12,
	.flags = 13,
	.extradata_len = 3,
	.extradata = { 0xaa, 0xbb, 0xcc },
};

struct mmal_format_test {
	struct mmal_msg_port_info_set set;
	struct mmal_msg_port_info_reply reply;
	struct vc_mmal_port port;
};

static int mmal_format_test_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct mmal_format_test), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	return 0;
}

/* What the firmware answers with is what it was sent. */
static void echo(struct mmal_format_test *ctx)
{
	ctx->reply.format = ctx->set.format;
	ctx->reply.es = ctx->set.es;
	memcpy(ctx->reply.extradata, ctx->set.extradata, sizeof(ctx->reply.extradata));
}

static void mmal_format_test_round_trip(struct kunit *test)
{
	struct mmal_format_test *ctx = test->priv;

	vc_mmal_format_to_wire(&sample, &ctx->set);
	echo(ctx);
	vc_mmal_port_from_wire(&ctx->port, &ctx->reply);
	KUNIT_EXPECT_MEMEQ(test, &ctx->port.format, &sample, sizeof(sample));
}

/* Where the words lie (spec of MMAL, port information). */
static void mmal_format_test_layout(struct kunit *test)
{
	struct mmal_format_test *ctx = test->priv;
	const __le32 *es = (const __le32 *)&ctx->set.es;

	vc_mmal_format_to_wire(&sample, &ctx->set);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(ctx->set.format.type), MMAL_ES_VIDEO);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(ctx->set.format.encoding), 0x30323449);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(ctx->set.format.extradata_size), 3);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[0]), 1920);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[1]), 1088);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[2]), 5);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[5]), 1080);
	KUNIT_EXPECT_EQ(test, (s32)le32_to_cpu(es[6]), -30000);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[7]), 1001);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(es[10]), 11);
}

static void mmal_format_test_port(struct kunit *test)
{
	struct mmal_format_test *ctx = test->priv;
	struct vc_mmal_port *port = &ctx->port;

	port->type = 2;
	port->index = 1;
	ctx->reply.port_type = cpu_to_le32(77);
	ctx->reply.index = cpu_to_le32(78);
	ctx->reply.port_handle = cpu_to_le32(0x80001);
	ctx->reply.port.buffer_num_min = cpu_to_le32(1);
	ctx->reply.port.buffer_size_min = cpu_to_le32(2);
	ctx->reply.port.buffer_num_recommended = cpu_to_le32(3);
	ctx->reply.port.buffer_size_recommended = cpu_to_le32(4);
	ctx->reply.port.capabilities = cpu_to_le32(5);
	vc_mmal_port_from_wire(port, &ctx->reply);

	KUNIT_EXPECT_EQ(test, port->handle, 0x80001);
	KUNIT_EXPECT_EQ(test, port->min_num, 1);
	KUNIT_EXPECT_EQ(test, port->min_size, 2);
	KUNIT_EXPECT_EQ(test, port->recommended_num, 3);
	KUNIT_EXPECT_EQ(test, port->recommended_size, 4);
	KUNIT_EXPECT_EQ(test, port->capabilities, 5);
	/* What we know better than the firmware stays. */
	KUNIT_EXPECT_EQ(test, port->type, 2);
	KUNIT_EXPECT_EQ(test, port->index, 1);
}

struct extradata_case {
	const char *name;
	u32 len;
	u32 taken;
};

static const struct extradata_case extradata_cases[] = {
	{ "none", 0, 0 },
	{ "all there is room for", MMAL_EXTRADATA_MAX, MMAL_EXTRADATA_MAX },
	{ "one more", MMAL_EXTRADATA_MAX + 1, MMAL_EXTRADATA_MAX },
	{ "negative", 0x80000000, MMAL_EXTRADATA_MAX },
	{ "all ones", U32_MAX, MMAL_EXTRADATA_MAX },
};

KUNIT_ARRAY_PARAM_DESC(mmal_format_extradata, extradata_cases, name);

static void mmal_format_test_extradata(struct kunit *test)
{
	const struct extradata_case *param = test->param_value;
	struct mmal_format_test *ctx = test->priv;

	ctx->reply.format.extradata_size = cpu_to_le32(param->len);
	vc_mmal_port_from_wire(&ctx->port, &ctx->reply);
	KUNIT_EXPECT_EQ(test, ctx->port.format.extradata_len, param->taken);

	ctx->port.format.extradata_len = param->len;
	vc_mmal_format_to_wire(&ctx->port.format, &ctx->set);
	KUNIT_EXPECT_EQ(test, le32_to_cpu(ctx->set.format.extradata_size), param->taken);
}

static struct kunit_case mmal_format_cases[] = {
	KUNIT_CASE(mmal_format_test_round_trip),
	KUNIT_CASE(mmal_format_test_layout),
	KUNIT_CASE(mmal_format_test_port),
	KUNIT_CASE_PARAM(mmal_format_test_extradata, mmal_format_extradata_gen_params),
	{}
};

static struct kunit_suite mmal_format_suite = {
	.name = "mmal_format",
	.init = mmal_format_test_init,
	.test_cases = mmal_format_cases,
};

kunit_test_suite(mmal_format_suite);

MODULE_DESCRIPTION("KUnit suites of the MMAL client");
MODULE_LICENSE("GPL");
