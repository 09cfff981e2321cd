// SPDX-License-Identifier: GPL-2.0
/*
 * libvcq on a driver that is played here.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../vcq-priv.h"

#define MAX_CALLS	32

/**
 * struct fake - the driver
 * @version: it says of itself
 * @version_min: oldest library it accepts
 * @interruptions: calls that are interrupted before one succeeds
 * @requests: calls so far
 * @values: their argument, if that is a value
 * @nr: how many
 * @done: completions that are to be had
 * @nr_done: how many; negative: the error of the call
 * @message: goes with the first one that has a header
 * @cookie: of the newest service
 * @bulk: argument of the newest bulk
 * @queued: argument of the newest message
 * @parts: its elements
 */
static struct fake {
	int16_t version;
	int16_t version_min;
	int interruptions;
	unsigned long requests[MAX_CALLS];
	unsigned long values[MAX_CALLS];
	unsigned int nr;
	struct vchiq_ioc_completion done[4];
	int nr_done;
	const char *message;
	void *cookie;
	struct vchiq_ioc_queue_bulk bulk;
	struct vchiq_ioc_queue_message queued;
	struct vchiq_ioc_element parts[VCHIQ_MAX_ELEMENTS];
} fake;

/* What handlers were told. */
static struct vcq_event told[8];
static char told_text[64];
static unsigned int nr_told;

static int fake_await(struct vchiq_ioc_await_completion *args)
{
	for (int i = 0; i < fake.nr_done; i++) {
		args->buf[i] = fake.done[i];
		if (fake.done[i].reason != VCHIQ_REASON_MESSAGE_AVAILABLE || !fake.message)
			continue;
		args->buf[i].header = args->msgbufs[--args->msgbufcount];
		args->buf[i].header->size = (uint32_t)strlen(fake.message);
		memcpy(args->buf[i].header + 1, fake.message, strlen(fake.message) + 1);
	}
	return fake.nr_done;
}

static int fake_bulk(struct vchiq_ioc_queue_bulk *args, bool is_interrupted)
{
	if (is_interrupted)
		args->mode = VCHIQ_BULK_MODE_WAITING;
	fake.bulk = *args;
	return is_interrupted ? -EINTR : 0;
}

static int fake_message(const struct vchiq_ioc_queue_message *args)
{
	fake.queued = *args;
	memcpy(fake.parts, args->elements, args->count * sizeof(fake.parts[0]));
	return 0;
}

static int fake_create(struct vchiq_ioc_create_service *args)
{
	fake.cookie = args->params.userdata;
	args->handle = 0x1001;
	return 0;
}

static int fake_config(struct vchiq_ioc_get_config *args)
{
	args->config->version = fake.version;
	args->config->version_min = fake.version_min;
	return 0;
}

int vcq_ioctl(int fd, unsigned long request, void *arg)
{
	bool is_interrupted = fake.interruptions > 0;

	assert_true(fake.nr < MAX_CALLS);
	fake.requests[fake.nr] = request;
	fake.values[fake.nr++] = (unsigned long)arg;
	fake.interruptions -= is_interrupted;
	if (request == VCHIQ_IOC_QUEUE_BULK_TRANSMIT || request == VCHIQ_IOC_QUEUE_BULK_RECEIVE)
		return fake_bulk(arg, is_interrupted);
	if (is_interrupted)
		return -EINTR;
	switch (request) {
	case VCHIQ_IOC_GET_CONFIG:
		return fake_config(arg);
	case VCHIQ_IOC_CREATE_SERVICE:
		return fake_create(arg);
	case VCHIQ_IOC_QUEUE_MESSAGE:
		return fake_message(arg);
	case VCHIQ_IOC_AWAIT_COMPLETION:
		return fake_await(arg);
	default:
		return 0;
	}
}

static unsigned int calls_of(unsigned long request)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < fake.nr; i++)
		n += fake.requests[i] == request;
	return n;
}

static void on_event(const struct vcq_event *event)
{
	told[nr_told++] = *event;
	if (event->data)
		memcpy(told_text, event->data, event->len);
}

static int setup(void **state)
{
	memset(&fake, 0, sizeof(fake));
	memset(told_text, 0, sizeof(told_text));
	nr_told = 0;
	fake.version = VCHIQ_LIB_VERSION;
	fake.version_min = VCHIQ_LIB_VERSION_MIN;
	return 0;
}

static struct vcq *open_device(void)
{
	struct vcq *q;

	assert_int_equal(vcq_open("/dev/null", &q), 0);
	return q;
}

static struct vcq_service *open_service(struct vcq *q)
{
	const struct vcq_service_params params = {
		.fourcc = VCQ_FOURCC('e', 'c', 'h', 'o'),
		.handler = on_event,
		.priv = &fake,
	};
	struct vcq_service *svc;

	assert_int_equal(vcq_service_open(q, &params, &svc), 0);
	return svc;
}

static void versions_must_fit(void **state)
{
	struct vcq *q;

	fake.version = 2;
	assert_int_equal(vcq_open("/dev/null", &q), -EPROTONOSUPPORT);
	fake.version = 9;
	fake.version_min = 9;
	assert_int_equal(vcq_open("/dev/null", &q), -EPROTONOSUPPORT);
	assert_int_equal(calls_of(VCHIQ_IOC_CONNECT), 0);
	fake.version_min = 8;
	q = open_device();
	assert_int_equal(calls_of(VCHIQ_IOC_CONNECT), 1);
	vcq_close(q);
	assert_int_equal(calls_of(VCHIQ_IOC_SHUTDOWN), 1);
	assert_int_equal(vcq_open("/nonexistent", &q), -ENOENT);
}

static void names_have_four_letters(void **state)
{
	assert_int_equal(vcq_fourcc("echo"), 0x6563686f);
	assert_int_equal(vcq_fourcc("ech"), 0);
	assert_int_equal(vcq_fourcc("echos"), 0);
	assert_int_equal(vcq_fourcc(""), 0);
	assert_string_equal(vcq_reason_name(VCHIQ_REASON_SERVICE_CLOSED), "SERVICE_CLOSED");
	assert_string_equal(vcq_reason_name(7), "unknown");
	assert_string_equal(vcq_reason_name(-1), "unknown");
}

static void messages_reach_their_handler(void **state)
{
	struct vcq *q = open_device();
	struct vcq_service *svc = open_service(q);

	fake.message = "hello";
	fake.done[0].reason = VCHIQ_REASON_MESSAGE_AVAILABLE;
	fake.done[0].service_userdata = fake.cookie;
	fake.done[1].reason = VCHIQ_REASON_BULK_TRANSMIT_DONE;
	fake.done[1].service_userdata = fake.cookie;
	fake.done[1].bulk_userdata = q;
	fake.nr_done = 2;
	assert_int_equal(vcq_dispatch(q), 2);
	assert_int_equal(nr_told, 2);
	assert_ptr_equal(told[0].service, svc);
	assert_ptr_equal(told[0].priv, &fake);
	assert_int_equal(told[0].len, 5);
	assert_string_equal(told_text, "hello");
	assert_int_equal(told[1].reason, VCHIQ_REASON_BULK_TRANSMIT_DONE);
	assert_ptr_equal(told[1].bulk, q);
	assert_null(told[1].data);
	vcq_close(q);
}

/* The driver may have queued it before the service was closed. */
static void late_events_find_no_service(void **state)
{
	struct vcq *q = open_device();

	vcq_service_close(open_service(q));
	assert_int_equal(calls_of(VCHIQ_IOC_REMOVE_SERVICE), 1);
	fake.done[0].reason = VCHIQ_REASON_SERVICE_CLOSED;
	fake.done[0].service_userdata = fake.cookie;
	fake.nr_done = 1;
	open_service(q);
	assert_ptr_not_equal(fake.cookie, fake.done[0].service_userdata);
	assert_int_equal(vcq_dispatch(q), 1);
	assert_int_equal(nr_told, 0);
	/* Nobody but a thread owes the driver an answer. */
	assert_int_equal(calls_of(VCHIQ_IOC_CLOSE_DELIVERED), 0);
	vcq_close(q);
}

/* Each service hears of it once, those that were closed before do not. */
static void services_hear_of_a_lost_device(void **state)
{
	struct vcq *q = open_device();
	struct vcq_service *first = open_service(q);

	open_service(q);
	fake.nr_done = -ENODEV;
	assert_int_equal(vcq_dispatch(q), -ENODEV);
	assert_int_equal(nr_told, 2);
	assert_int_equal(told[0].reason, VCHIQ_REASON_SERVICE_CLOSED);
	assert_int_equal(told[1].reason, VCHIQ_REASON_SERVICE_CLOSED);
	assert_ptr_equal(told[1].service, first);
	assert_int_equal(vcq_dispatch(q), -ENODEV);
	assert_int_equal(nr_told, 2);
	fake.nr_done = -EINTR;
	assert_int_equal(vcq_dispatch(q), -EINTR);
	vcq_close(q);
}

static void a_thread_answers_for_closed_services(void **state)
{
	struct vcq *q = open_device();
	struct vcq_service *svc = open_service(q);

	/* As if the thread called: its own is not started here. */
	q->has_thread = true;
	fake.done[0].reason = VCHIQ_REASON_SERVICE_CLOSED;
	fake.done[0].service_userdata = fake.cookie;
	fake.nr_done = 1;
	assert_int_equal(vcq_dispatch(q), 1);
	q->has_thread = false;
	assert_int_equal(nr_told, 1);
	assert_int_equal(fake.requests[fake.nr - 1], VCHIQ_IOC_CLOSE_DELIVERED);
	assert_int_equal(fake.values[fake.nr - 1], vcq_service_handle(svc));
	vcq_service_close(svc);
	vcq_close(q);
}

static void messages_have_eight_parts_at_most(void **state)
{
	char text[] = "abc";
	const struct iovec parts[9] = { { text, 1 }, { text + 1, 2 } };
	const struct iovec long_part = { text, VCQ_MAX_MESSAGE + 1 };
	struct vcq *q = open_device();
	struct vcq_service *svc = open_service(q);

	assert_int_equal(vcq_sendv(svc, parts, 9), -EINVAL);
	assert_int_equal(vcq_sendv(svc, &long_part, 1), -EMSGSIZE);
	assert_int_equal(calls_of(VCHIQ_IOC_QUEUE_MESSAGE), 0);
	assert_int_equal(vcq_sendv(svc, parts, 8), 0);
	assert_int_equal(fake.queued.count, 8);
	assert_ptr_equal(fake.parts[1].data, text + 1);
	assert_int_equal(fake.parts[1].size, 2);
	vcq_close(q);
}

/* The second call must not post a second bulk but go on with the first one. */
static void interrupted_bulks_go_on(void **state)
{
	struct vcq *q = open_device();
	struct vcq_service *svc = open_service(q);

	fake.interruptions = 2;
	assert_int_equal(vcq_bulk_transmit(svc, "x", 1, VCHIQ_BULK_MODE_BLOCKING, NULL), 0);
	assert_int_equal(calls_of(VCHIQ_IOC_QUEUE_BULK_TRANSMIT), 3);
	assert_int_equal(fake.bulk.mode, VCHIQ_BULK_MODE_WAITING);
	fake.interruptions = 1;
	assert_int_equal(vcq_send(svc, "x", 1), 0);
	assert_int_equal(calls_of(VCHIQ_IOC_QUEUE_MESSAGE), 2);
	vcq_close(q);
}

static void nothing_is_closed_twice(void **state)
{
	vcq_service_close(NULL);
	vcq_close(NULL);
	assert_int_equal(fake.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(versions_must_fit, setup),
		cmocka_unit_test_setup(names_have_four_letters, setup),
		cmocka_unit_test_setup(messages_reach_their_handler, setup),
		cmocka_unit_test_setup(late_events_find_no_service, setup),
		cmocka_unit_test_setup(services_hear_of_a_lost_device, setup),
		cmocka_unit_test_setup(a_thread_answers_for_closed_services, setup),
		cmocka_unit_test_setup(messages_have_eight_parts_at_most, setup),
		cmocka_unit_test_setup(interrupted_bulks_go_on, setup),
		cmocka_unit_test_setup(nothing_is_closed_twice, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
