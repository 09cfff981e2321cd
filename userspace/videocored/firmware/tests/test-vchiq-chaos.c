// SPDX-License-Identifier: GPL-2.0
/*
 * A firmware that misbehaves: by its seed, within what it was asked for, and
 * without harm to itself.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "host.h"
#include "vchiq-chaos.h"

static uint64_t chaos_counter(struct host *host, const char *name)
{
	struct json_object *status = json_object_new_object(), *chaos, *value;
	uint64_t n;

	vc_firmware_status(host->fw, status);
	assert_true(json_object_object_get_ex(status, "chaos", &chaos));
	assert_true(json_object_object_get_ex(chaos, name, &value));
	n = json_object_get_uint64(value);
	json_object_put(status);
	return n;
}

static void same_seed_same_numbers(void **state)
{
	struct vcq_chaos a = { 0 }, b = { 0 }, c = { 0 };
	int differ = 0;

	vcq_chaos_seed(&a, 42);
	vcq_chaos_seed(&b, 42);
	vcq_chaos_seed(&c, 43);
	for (int i = 0; i < 10000; i++) {
		uint32_t n = vcq_chaos_random(&a, 1000);

		assert_true(n < 1000);
		assert_int_equal(n, vcq_chaos_random(&b, 1000));
		differ += n != vcq_chaos_random(&c, 1000);
	}
	assert_true(differ > 9000);
}

/* Each number comes about as often as the others. */
static void numbers_are_spread(void **state)
{
	struct vcq_chaos chaos = { 0 };
	unsigned int hits[16] = { 0 };

	vcq_chaos_seed(&chaos, 0);
	for (int i = 0; i < 16000; i++)
		hits[vcq_chaos_random(&chaos, 16)]++;
	for (int i = 0; i < 16; i++) {
		assert_true(hits[i] > 800);
		assert_true(hits[i] < 1200);
	}
	assert_int_equal(vcq_chaos_random(&chaos, 1), 0);
}

static void specs(void **state)
{
	static const char *const bad[] = {
		"", "seed", "seed=", "seed=x", "seed=-1", "rate=1", "seed=1,class=wild",
		"seed=1,rate=1001", "seed=1,", "seed=1,restart=1", "seed=18446744073709551616",
		"seed=000000000000000000000000000000000000000000000000000000000000000000000000000000",
	};
	struct vc_chaos_config config;

	assert_int_equal(vc_chaos_parse("seed=7", &config), 0);
	assert_int_equal(config.seed, 7);
	assert_false(config.is_hostile);
	assert_false(config.restart);
	assert_int_equal(config.rate, 20);
	assert_int_equal(vc_chaos_parse("seed=0x10,class=hostile,rate=0,restart", &config), 0);
	assert_int_equal(config.seed, 16);
	assert_true(config.is_hostile);
	assert_true(config.restart);
	assert_int_equal(config.rate, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (!vc_chaos_parse(bad[i], &config))
			fail_msg("accepted: %s", bad[i]);
	}
}

/* An answer that a host must give to what comes by the way; true for the echo. */
static bool answer(struct host *host, const struct host_msg *msg)
{
	if (msg->type == REMOTE_USE)
		host_send(host, REMOTE_USE_ACTIVE, 0, 0, NULL, 0);
	else if (msg->type == PAUSE)
		host_send(host, PAUSE, 0, 0, NULL, 0);
	return msg->type == DATA;
}

/* Next DATA; what we send between PAUSE and RESUME waits for the latter. */
static void receive_data(struct host *host, struct host_msg *msg)
{
	bool is_paused = false;

	do {
		host_receive(host, msg);
		if (msg->type == PAUSE)
			is_paused = true;
		else if (msg->type == RESUME)
			is_paused = false;
	} while (!answer(host, msg) || is_paused);
}

static void mild_is_harmless(void **state)
{
	const struct vc_chaos_config config = { .seed = 5, .rate = 20 };
	struct host *host = host_connected();
	uint32_t port = (uint32_t)host_open(host, "echo", 0, 3, 3);
	uint32_t words[100] = { 5 };
	struct host_msg msg;

	assert_int_equal(vc_firmware_chaos(host->fw, &config), 0);
	for (uint32_t i = 0; i < 1500; i++) {
		uint32_t size = 8 + i % 90 * 4;

		words[1] = i;
		host_send(host, DATA, 0, port, words, size);
		receive_data(host, &msg);
		assert_int_equal(msg.size, size);
		assert_memory_equal(msg.data, words, size);
	}
	assert_true(chaos_counter(host, "messages") > 3000);
	assert_int_equal(chaos_counter(host, "violations"), 0);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* Nobody listens; the firmware goes on for as long as there is room. */
static void hostile_without_a_host(void **state)
{
	const struct vc_chaos_config config = {
		.seed = 1, .is_hostile = true, .rate = 1000, .restart = true,
	};
	struct host *host = host_connected();
	time_t end = time(NULL) + 20;

	assert_int_equal(vc_firmware_chaos(host->fw, &config), 0);
	while (!chaos_counter(host, "restarts") && time(NULL) < end)
		host_sync(host);
	assert_int_equal(chaos_counter(host, "restarts"), 1);
	assert_true(chaos_counter(host, "violations") > 0);
	assert_string_equal(host_state(host), "disconnected");
	host_destroy(host);
}

/* A host that comes with slot zero has given up what was before. */
static void hostile_host_starts_anew(void **state)
{
	const struct vc_chaos_config config = {
		.seed = 2, .is_hostile = true, .rate = 1000, .restart = true,
	};
	struct host *host = host_connected();
	struct host_msg msg;

	assert_int_equal(vc_firmware_chaos(host->fw, &config), 0);
	for (unsigned int i = 1; i <= 20; i++) {
		host_lay_out(host);
		assert_int_equal(host_hand_over(host), 0);
		host_send(host, CONNECT, 0, 0, NULL, 0);
		host_sync(host);
		host_sync(host);
	}
	assert_true(chaos_counter(host, "restarts") > 0);
	assert_int_equal(vc_firmware_chaos(host->fw, NULL), 0);
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_RUNS), 0);
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_send(host, CONNECT, 0, 0, NULL, 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_string_equal(host_state(host), "connected");
	assert_true(host_open(host, "echo", 0, 3, 3) > 0);
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_numbers),
		cmocka_unit_test(numbers_are_spread),
		cmocka_unit_test(specs),
		cmocka_unit_test(mild_is_harmless),
		cmocka_unit_test(hostile_without_a_host),
		cmocka_unit_test(hostile_host_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
