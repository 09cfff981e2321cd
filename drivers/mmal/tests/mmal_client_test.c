// SPDX-License-Identifier: GPL-2.0
/*
 * The client against a firmware that is made up: what is sent with messages and what
 * follows them, and what comes of answers that are late.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <kunit/test.h>

#include "../mmal_priv.h"

/* It takes the place of the transport, and nobody looks at the traces. */
#define vchiq_service_open fake_open
#define vchiq_service_close fake_close
#define vchiq_service_priv fake_priv
#define vchiq_service_send fake_send
#define vchiq_service_send_nowait fake_send
#define vchiq_service_bulk fake_bulk
#define vchiq_service_expect_begin(svc) ((void)(svc))
#define vchiq_service_expect_end(svc) ((void)(svc))
#define MMAL_TRACE_H

#define FAKE_BULK	0x1000
#define FAKE_MAX_LOG	32
#define FAKE_HANDLE	8
#define FAKE_PORT	3
#define FAKE_EVENT_LEN	1001

/**
 * struct fake_sent - what the client sent
 * @type: of the message; FAKE_BULK: a bulk
 * @len: bytes of the bulk, or of data inside the message
 * @word: of the payload: the action of PORT_ACTION
 */
struct fake_sent {
	u32 type;
	u32 len;
	u32 word;
};

/**
 * struct fake - a firmware
 * @ops: the client's
 * @priv: the client's
 * @major: version
 * @mute: requests of this type are not answered
 * @context: of the last of these
 * @holds: bulks to the host wait in @held
 * @fails: bulks to the host fail
 * @held: see @holds
 * @nr: messages and bulks so far
 * @log: these
 * @inside: data of the last buffer
 * @nr_done: buffers that have come back
 * @nr_events: events that have been delivered
 * @event_len: of the first of them
 * @event_sum: of its data
 */
struct fake {
	const struct vchiq_service_ops *ops;
	void *priv;
	u32 major;
	u32 mute;
	__le32 context;
	bool holds;
	bool fails;
	struct vchiq_bulk *held;
	unsigned int nr;
	struct fake_sent log[FAKE_MAX_LOG];
	u8 inside[MMAL_SHORT_DATA_MAX];
	unsigned int nr_done;
	unsigned int nr_events;
	u32 event_len;
	u32 event_sum;
};

static struct vchiq_service *
fake_open(struct vchiq_device *vdev, const struct vchiq_service_params *params)
{
	struct fake *fake = dev_get_platdata(&vdev->dev);

	fake->ops = params->ops;
	fake->priv = params->priv;
	return (struct vchiq_service *)fake;
}

static void fake_close(struct vchiq_service *svc)
{
}

static void *fake_priv(struct vchiq_service *svc)
{
	return ((struct fake *)svc)->priv;
}

static void fake_log(struct fake *fake, u32 type, u32 len, u32 word)
{
	if (fake->nr < FAKE_MAX_LOG)
		fake->log[fake->nr++] = (struct fake_sent){ type, len, word };
}

static void fake_say(struct fake *fake, u32 type, __le32 context,
		     const void *payload, size_t len)
{
	struct {
		struct mmal_msg_header header;
		u8 payload[320];
	} msg = {
		.header.magic = cpu_to_le32(MMAL_MAGIC),
		.header.type = cpu_to_le32(type),
		.header.context = context,
	};

	memcpy(msg.payload, payload, len);
	fake->ops->message((struct vchiq_service *)fake, &msg,
			   sizeof(msg.header) + len);
}

static void fake_answer(struct fake *fake, u32 type, __le32 context)
{
	struct mmal_msg_version version = { .major = cpu_to_le32(fake->major) };
	struct mmal_msg_component_create_reply create = {
		.component_handle = cpu_to_le32(FAKE_HANDLE),
		.input_num = cpu_to_le32(1),
		.output_num = cpu_to_le32(1),
	};
	struct mmal_msg_port_info_reply info = {
		.found = cpu_to_le32(1),
		.port_handle = cpu_to_le32(FAKE_PORT),
	};
	struct mmal_msg_status status = {};

	switch (type) {
	case MMAL_MSG_GET_VERSION:
		fake_say(fake, type, context, &version, sizeof(version));
		break;
	case MMAL_MSG_COMPONENT_CREATE:
		fake_say(fake, type, context, &create, sizeof(create));
		break;
	case MMAL_MSG_PORT_INFO_GET:
		fake_say(fake, type, context, &info, sizeof(info));
		break;
	default:
		fake_say(fake, type, context, &status, sizeof(status));
	}
}

/* What has no context has no answer: buffers, and what is sent with vc_mmal.lock held. */
static int fake_send(struct vchiq_service *svc, const void *data, size_t len)
{
	const struct mmal_msg_port_action_port *action;
	const struct mmal_msg_header *header = data;
	const struct mmal_msg_buffer *buffer;
	const u32 type = le32_to_cpu(header->type);
	struct fake *fake = (struct fake *)svc;
	u32 word = 0, inside = 0;

	if (type == MMAL_MSG_PORT_ACTION) {
		action = (const void *)(header + 1);
		word = le32_to_cpu(action->action);
	}
	if (type == MMAL_MSG_BUFFER_FROM_HOST) {
		buffer = (const void *)(header + 1);
		inside = le32_to_cpu(buffer->payload_in_message);
		memcpy(fake->inside, buffer->short_data, sizeof(fake->inside));
	}
	fake_log(fake, type, inside, word);
	if (type == fake->mute)
		fake->context = header->context;
	else if (header->context)
		fake_answer(fake, type, header->context);
	return 0;
}

static u8 fake_byte(size_t at)
{
	return at * 7;
}

static void fake_bulk_end(struct fake *fake, struct vchiq_bulk *bulk)
{
	size_t i;

	for (i = 0; bulk->to_host && i < bulk->len; i++)
		((u8 *)bulk->buf)[i] = fake_byte(i);
	bulk->status = bulk->to_host && fake->fails ? -ECONNABORTED : 0;
	bulk->actual = bulk->len;
	bulk->complete((struct vchiq_service *)fake, bulk);
}

static int fake_bulk(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	struct fake *fake = (struct fake *)svc;

	fake_log(fake, FAKE_BULK, bulk->len, bulk->to_host);
	if (bulk->to_host && fake->holds)
		fake->held = bulk;
	else
		fake_bulk_end(fake, bulk);
	return 0;
}

static void trace_vc_mmal_call_begin(u32 type, u32 context, int status)
{
}

static void trace_vc_mmal_call_end(u32 type, u32 context, int status)
{
}

static void trace_vc_mmal_buffer_submit(struct vc_mmal_port *port,
					struct vc_mmal_buffer *buf)
{
}

static void trace_vc_mmal_buffer_complete(struct vc_mmal_port *port,
					  struct vc_mmal_buffer *buf)
{
}

/* What vc_mmal.ko exports. */
#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol) static_assert(true, #symbol)
#include "../mmal_buffer.c"
#include "../mmal_bulk.c"
#include "../mmal_call.c"
#include "../mmal_component.c"
#include "../mmal_core.c"
#include "../mmal_event.c"
#include "../mmal_port.c"
#include "../mmal_tunnel.c"

struct mmal_client_test {
	struct fake fake;
	struct vchiq_device vdev;
	struct vc_mmal *mmal;
	struct vc_mmal_component *c;
	struct vc_mmal_buffer buf;
	u8 data[1024];
};

static void client_event(struct vc_mmal_component *component,
			 const struct vc_mmal_event *event)
{
	struct fake *fake = component->priv;
	u32 i;

	if (fake->nr_events++)
		return;
	fake->event_len = event->len;
	for (i = 0; i < event->len; i++)
		fake->event_sum += event->data[i] == fake_byte(i);
}

static void client_done(struct vc_mmal_port *port, struct vc_mmal_buffer *buf)
{
	struct fake *fake = port->component->priv;

	fake->nr_done++;
}

/* After this the log has only what comes next. */
static struct vc_mmal_port *client_enable(struct mmal_client_test *ctx,
					  struct vc_mmal_port *port, bool copies)
{
	port->copies = copies;
	port->size = sizeof(ctx->data);
	if (vc_mmal_port_enable(port, client_done))
		return NULL;
	ctx->fake.nr = 0;
	return port;
}

static int client_open(struct mmal_client_test *ctx, u32 major)
{
	ctx->fake.major = major;
	ctx->vdev.dev.init_name = "mmal-client-test";
	ctx->vdev.dev.platform_data = &ctx->fake;
	ctx->mmal = vc_mmal_open(&ctx->vdev, NULL, NULL);
	if (IS_ERR(ctx->mmal))
		return PTR_ERR(ctx->mmal);
	ctx->c = vc_mmal_component_create(ctx->mmal, "fake", client_event, &ctx->fake);
	return PTR_ERR_OR_ZERO(ctx->c);
}

static void client_close(struct mmal_client_test *ctx)
{
	vc_mmal_component_destroy(ctx->c);
	vc_mmal_close(ctx->mmal);
}

static int mmal_client_test_init(struct kunit *test)
{
	struct mmal_client_test *ctx;
	size_t i;

	ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	test->priv = ctx;
	for (i = 0; i < sizeof(ctx->data); i++)
		ctx->data[i] = fake_byte(i);
	timeout_ms = VC_MMAL_TIMEOUT_MIN_MS;
	return client_open(ctx, MMAL_VERSION_KERNEL);
}

static void mmal_client_test_exit(struct kunit *test)
{
	client_close(test->priv);
}

static void expect_sent(struct kunit *test, const struct fake *fake,
			const struct fake_sent *sent, unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, fake->nr, nr);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, fake->log[i].type, sent[i].type);
		KUNIT_EXPECT_EQ(test, fake->log[i].len, sent[i].len);
		KUNIT_EXPECT_EQ(test, fake->log[i].word, sent[i].word);
	}
}

/* -----------------------------------------------------------------------------
 * How data goes to an input port
 */

struct input_case {
	const char *name;
	u32 encoding;
	u32 length;
	u32 flags;
	unsigned int nr;
	struct fake_sent sent[2];
};

static const struct input_case input_cases[] = {
	{ "an opaque image", MMAL_ENCODING_OPAQUE, MMAL_SHORT_DATA_MAX, 0, 1,
	  { { MMAL_MSG_BUFFER_FROM_HOST, MMAL_SHORT_DATA_MAX } } },
	{ "an opaque image that is too long", MMAL_ENCODING_OPAQUE, MMAL_SHORT_DATA_MAX + 1, 0, 2,
	  { { MMAL_MSG_BUFFER_FROM_HOST }, { FAKE_BULK, 132 } } },
	{ "a little of a stream", MMAL_ENCODING_H264, 5, 0, 2,
	  { { MMAL_MSG_BUFFER_FROM_HOST }, { FAKE_BULK, 8 } } },
	{ "nothing", MMAL_ENCODING_H264, 0, 0, 1,
	  { { MMAL_MSG_BUFFER_FROM_HOST } } },
	{ "the end", MMAL_ENCODING_H264, 0, MMAL_BUFFER_EOS, 2,
	  { { MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN }, { FAKE_BULK, MMAL_DUMMY_BULK_LEN } } },
};

KUNIT_ARRAY_PARAM_DESC(mmal_client_input, input_cases, name);

static void mmal_client_test_input(struct kunit *test)
{
	const struct input_case *param = test->param_value;
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_port *port = client_enable(ctx, &ctx->c->input[0], true);

	KUNIT_ASSERT_NOT_NULL(test, port);
	port->format.encoding = param->encoding;
	ctx->buf.data = ctx->data;
	ctx->buf.size = sizeof(ctx->data);
	ctx->buf.offset = 4;
	ctx->buf.length = param->length;
	ctx->buf.flags = param->flags;
	KUNIT_ASSERT_EQ(test, vc_mmal_port_submit(port, &ctx->buf), 0);
	vc_mmal_lanes_flush(ctx->mmal);
	expect_sent(test, &ctx->fake, param->sent, param->nr);
	KUNIT_EXPECT_MEMEQ(test, ctx->fake.inside, ctx->data + 4, param->sent[0].len);
	KUNIT_EXPECT_EQ(test, ctx->mmal->stats.bytes_copied, param->length);
}

/* -----------------------------------------------------------------------------
 * Flushing
 */

static void mmal_client_test_flush_zero_copy(struct kunit *test)
{
	static const struct fake_sent sent[] = {
		{ MMAL_MSG_PORT_ACTION, 0, MMAL_ACTION_FLUSH },
	};
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_port *port = client_enable(ctx, &ctx->c->input[0], false);

	KUNIT_ASSERT_NOT_NULL(test, port);
	KUNIT_EXPECT_EQ(test, vc_mmal_port_flush(port), 0);
	expect_sent(test, &ctx->fake, sent, ARRAY_SIZE(sent));
	KUNIT_EXPECT_TRUE(test, port->is_enabled);
}

/* Behind the data that is on its way. */
static void mmal_client_test_flush_copies(struct kunit *test)
{
	static const struct fake_sent sent[] = {
		{ MMAL_MSG_BUFFER_FROM_HOST },
		{ FAKE_BULK, 1000 },
		{ MMAL_MSG_PORT_FLUSH },
		{ FAKE_BULK, MMAL_DUMMY_BULK_LEN },
	};
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_port *port = client_enable(ctx, &ctx->c->input[0], true);

	KUNIT_ASSERT_NOT_NULL(test, port);
	ctx->buf.data = ctx->data;
	ctx->buf.size = sizeof(ctx->data);
	ctx->buf.length = 1000;
	KUNIT_ASSERT_EQ(test, vc_mmal_port_submit(port, &ctx->buf), 0);
	KUNIT_EXPECT_EQ(test, vc_mmal_port_flush(port), 0);
	expect_sent(test, &ctx->fake, sent, ARRAY_SIZE(sent));
}

/* Of before version 15. */
static void mmal_client_test_flush_old(struct kunit *test)
{
	static const struct fake_sent sent[] = {
		{ MMAL_MSG_PORT_ACTION, 0, MMAL_ACTION_FLUSH },
	};
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_port *port;

	client_close(ctx);
	KUNIT_ASSERT_EQ(test, client_open(ctx, 14), 0);
	port = client_enable(ctx, &ctx->c->input[0], true);
	KUNIT_ASSERT_NOT_NULL(test, port);
	KUNIT_EXPECT_EQ(test, vc_mmal_port_flush(port), 0);
	expect_sent(test, &ctx->fake, sent, ARRAY_SIZE(sent));
}

/* -----------------------------------------------------------------------------
 * Events
 */

static void say_event(struct mmal_client_test *ctx, u32 length)
{
	struct mmal_msg_event event = {
		.client_component = cpu_to_le32(ctx->c->id),
		.cmd = cpu_to_le32(MMAL_EVENT_PARAMETER_CHANGED),
		.length = cpu_to_le32(length),
	};

	fake_say(&ctx->fake, MMAL_MSG_EVENT_TO_HOST, 0, &event, sizeof(event));
	vc_mmal_lanes_flush(ctx->mmal);
	flush_work(&ctx->mmal->event_work);
}

/* The one behind it waits for its data, too. */
static void mmal_client_test_long_event(struct kunit *test)
{
	struct mmal_client_test *ctx = test->priv;
	struct fake *fake = &ctx->fake;

	fake->holds = true;
	say_event(ctx, FAKE_EVENT_LEN);
	say_event(ctx, 4);
	KUNIT_ASSERT_NOT_NULL(test, fake->held);
	KUNIT_EXPECT_EQ(test, fake->nr_events, 0);
	fake_bulk_end(fake, fake->held);
	flush_work(&ctx->mmal->event_work);
	KUNIT_EXPECT_EQ(test, fake->nr_events, 2);
	KUNIT_EXPECT_EQ(test, fake->event_len, FAKE_EVENT_LEN);
	KUNIT_EXPECT_EQ(test, fake->event_sum, FAKE_EVENT_LEN);
}

static void mmal_client_test_event_without_data(struct kunit *test)
{
	struct mmal_client_test *ctx = test->priv;

	ctx->fake.fails = true;
	say_event(ctx, FAKE_EVENT_LEN);
	KUNIT_EXPECT_EQ(test, ctx->fake.nr_events, 0);
	KUNIT_EXPECT_EQ(test, ctx->mmal->stats.events_lost, 1);
	say_event(ctx, 4);
	KUNIT_EXPECT_EQ(test, ctx->fake.nr_events, 1);
}

/* Its data is taken, for the next bulk is another's. */
static void mmal_client_test_endless_event(struct kunit *test)
{
	struct mmal_client_test *ctx = test->priv;

	ctx->fake.nr = 0;
	say_event(ctx, VC_MMAL_EVENT_MAX + 1);
	KUNIT_EXPECT_EQ(test, ctx->fake.nr_events, 0);
	KUNIT_EXPECT_EQ(test, ctx->mmal->stats.violations, 1);
	KUNIT_ASSERT_EQ(test, ctx->fake.nr, 1);
	KUNIT_EXPECT_EQ(test, ctx->fake.log[0].type, FAKE_BULK);
	KUNIT_EXPECT_EQ(test, ctx->fake.log[0].len, VC_MMAL_EVENT_MAX);
}

/* -----------------------------------------------------------------------------
 * Answers that do not come, or late
 */

/* What may be enabled is disabled before it is enabled. */
static void mmal_client_test_lost_enable(struct kunit *test)
{
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_port *port = &ctx->c->input[0];

	ctx->fake.mute = MMAL_MSG_PORT_ACTION;
	KUNIT_EXPECT_EQ(test, vc_mmal_port_enable(port, client_done), -ETIMEDOUT);
	ctx->fake.mute = 0;
	ctx->fake.nr = 0;
	KUNIT_EXPECT_EQ(test, vc_mmal_port_enable(port, client_done), 0);
	KUNIT_EXPECT_EQ(test, ctx->fake.log[0].word, MMAL_ACTION_DISABLE);
	KUNIT_EXPECT_EQ(test, ctx->fake.log[ctx->fake.nr - 1].word, MMAL_ACTION_ENABLE);
}

static void mmal_client_test_late_component(struct kunit *test)
{
	struct mmal_client_test *ctx = test->priv;
	struct vc_mmal_component *c;

	ctx->fake.mute = MMAL_MSG_COMPONENT_CREATE;
	c = vc_mmal_component_create(ctx->mmal, "late", NULL, NULL);
	KUNIT_ASSERT_EQ(test, PTR_ERR_OR_ZERO(c), -ETIMEDOUT);
	ctx->fake.nr = 0;
	fake_answer(&ctx->fake, MMAL_MSG_COMPONENT_CREATE, ctx->fake.context);
	KUNIT_ASSERT_EQ(test, ctx->fake.nr, 1);
	KUNIT_EXPECT_EQ(test, ctx->fake.log[0].type, MMAL_MSG_COMPONENT_DESTROY);
	KUNIT_EXPECT_EQ(test, ctx->mmal->stats.late, 1);
}

static struct kunit_case mmal_client_cases[] = {
	KUNIT_CASE_PARAM(mmal_client_test_input, mmal_client_input_gen_params),
	KUNIT_CASE(mmal_client_test_flush_zero_copy),
	KUNIT_CASE(mmal_client_test_flush_copies),
	KUNIT_CASE(mmal_client_test_flush_old),
	KUNIT_CASE(mmal_client_test_long_event),
	KUNIT_CASE(mmal_client_test_event_without_data),
	KUNIT_CASE(mmal_client_test_endless_event),
	KUNIT_CASE(mmal_client_test_lost_enable),
	KUNIT_CASE(mmal_client_test_late_component),
	{}
};

static struct kunit_suite mmal_client_suite = {
	.name = "mmal_client",
	.init = mmal_client_test_init,
	.exit = mmal_client_test_exit,
	.test_cases = mmal_client_cases,
};

kunit_test_suite(mmal_client_suite);
