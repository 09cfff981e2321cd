// SPDX-License-Identifier: GPL-2.0
/*
 * The synchronous channel, both ways.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"

#define PORT 3u	/* the host's, of the service "sync" */

enum { ECHO_ONEWAY = 1, ECHO_SYNC = 3, ECHO_ECHO = 5 };

static void send_open(struct host *host, uint32_t port)
{
	const uint32_t open[3] = { 0x73796e63, 1234, 3 | 3 << 16 };

	host_send(host, OPEN, port, 0, open, sizeof(open));
}

static uint32_t open_sync(struct host *host, uint32_t port)
{
	struct host_msg msg;

	send_open(host, port);
	host_sync_take(host, &msg);
	assert_int_equal(msg.type, OPENACK);
	assert_int_equal(msg.dst, port);
	assert_int_equal(msg.size, 2);
	assert_int_equal(msg.data[0] | msg.data[1] << 8, 3);
	host_sync_release(host);
	return msg.src;
}

static void openack_comes_in_the_slot(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);

	host_expect_silence(host);
	host_close(host, PORT, port);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

static void data_is_echoed(void **state)
{
	static const uint32_t sizes[] = { 4, 5, 8, 100, 4087, 4088 };
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint8_t data[4088] = { ECHO_ECHO };
	struct host_msg msg;

	for (size_t i = 4; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		host_sync_send(host, DATA, PORT, port, data, sizes[i]);
		host_sync_expect(host, &msg, DATA, port, PORT, sizes[i]);
		assert_memory_equal(msg.data, data, sizes[i]);
	}
	host_expect_silence(host);
	assert_int_equal(host_counter(host, "errors"), 0);
	host_destroy(host);
}

/* The next one waits for the release, and no longer. */
static void one_message_at_a_time(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint32_t words[2] = { ECHO_ECHO, 1 };
	struct host_msg msg;

	host_sync_send(host, DATA, PORT, port, words, 8);
	host_sync_take(host, &msg);
	words[1] = 2;
	host_sync_send(host, DATA, PORT, port, words, 8);
	words[1] = 3;
	host_sync_send(host, DATA, PORT, port, words, 8);
	/* It sleeps, and wants to be woken when the slot is free. */
	host_await_word(host, ZERO(Z_MASTER + S_SYNC_RELEASE), 1);
	assert_int_equal(host_word(host, HOST_PEER_SYNC_AT + 12), 1);
	host_sync_release(host);
	host_sync_expect(host, &msg, DATA, port, PORT, 8);
	assert_int_equal(msg.data[4], 2);
	host_sync_expect(host, &msg, DATA, port, PORT, 8);
	assert_int_equal(msg.data[4], 3);
	host_destroy(host);
}

/* It passes by what waits for ordinary slots. */
static void slot_is_free_when_the_others_are_full(void **state)
{
	struct host *host = host_connected();
	uint32_t sync = open_sync(host, PORT);
	uint32_t echo = (uint32_t)host_open(host, "echo", 4, 3, 3);
	uint32_t word = ECHO_SYNC;
	uint8_t big[4088] = { ECHO_ECHO };
	struct host_msg msg;

	host->hold = true;
	for (int i = 0; i < 40; i++)
		host_send(host, DATA, 4, echo, big, sizeof(big));
	host_sync(host);
	while (host_try_receive(host, &msg))
		;
	assert_true(host_counter(host, "stalls") > 0);
	host_sync_send(host, DATA, PORT, sync, &word, 4);
	host_sync_expect(host, &msg, DATA, sync, PORT, 1);
	host_destroy(host);
}

/* CLOSE travels with the ordinary messages, but not before what was answered. */
static void close_of_the_host_drops_answers(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint32_t words[2] = { ECHO_ECHO, 1 };
	struct host_msg msg;

	host_sync_send(host, DATA, PORT, port, words, 8);
	host_sync_take(host, &msg);
	host_sync_send(host, DATA, PORT, port, words, 8);
	host_sync(host);
	host_close(host, PORT, port);
	host_sync_release(host);
	host_sync(host);
	assert_int_equal(host_word(host, HOST_PEER_SYNC_AT), 0);
	assert_int_equal(open_sync(host, PORT), port);
	host_destroy(host);
}

static void older_hosts_have_no_synchronous_services(void **state)
{
	struct host *host = host_create();
	struct host_msg msg;

	host_set_word(host, ZERO(Z_VERSION), 7 | 3 << 16);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_int_equal(host_open(host, "sync", PORT, 3, 3), 1);
	assert_int_equal(host_word(host, HOST_PEER_SYNC_AT), 0);
	host_destroy(host);
}

static bool host_slot_is_free(struct host *host)
{
	host_sync(host);
	return !host_word(host, HOST_SYNC_AT) &&
	       host_word(host, ZERO(Z_SLAVE + S_SYNC_RELEASE + 4));
}

/* Released all the same: an error must not block the channel. */
static void what_nobody_wants_is_released(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint32_t echo = (uint32_t)host_open(host, "echo", 4, 3, 3);
	uint32_t words[2] = { ECHO_SYNC, 0 };

	host_sync_send(host, DATA, PORT, 77, words, 4);
	assert_true(host_slot_is_free(host));
	host_sync_send(host, OPENACK, PORT, port, words, 2);
	assert_true(host_slot_is_free(host));
	host_sync_send(host, CLOSE, PORT, port, NULL, 0);
	assert_true(host_slot_is_free(host));
	/* Each service has one channel for its DATA. */
	host_sync_send(host, DATA, 4, echo, words, 4);
	assert_true(host_slot_is_free(host));
	host_send(host, DATA, PORT, port, words, 4);
	assert_int_equal(host_counter(host, "errors"), 5);
	host_expect_silence(host);
	assert_int_equal(host_word(host, HOST_PEER_SYNC_AT), 0);
	host_destroy(host);
}

static void garbage_in_the_slot_breaks(void **state)
{
	static const uint32_t garbage[][2] = {
		{ DATA << 24, 4089 }, { 0x7f000000, 8 }, { DATA << 24, 0xffffffff },
	};

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		struct host *host = host_connected();

		host_set_word(host, HOST_SYNC_AT + 4, garbage[i][1]);
		host_set_word(host, HOST_SYNC_AT, garbage[i][0]);
		host_signal(host, S_SYNC_TRIGGER);
		assert_string_equal(host_state(host), "broken");
		host_destroy(host);
	}
}

/* The host says that it is free, and it is not: noted, and used. */
static void slot_released_but_not_free(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint32_t word = ECHO_SYNC;
	struct host_msg msg;

	host_set_word(host, HOST_PEER_SYNC_AT, DATA << 24);
	host_sync_send(host, DATA, PORT, port, &word, 4);
	host_sync_expect(host, &msg, DATA, port, PORT, 1);
	assert_int_equal(host_counter(host, "errors"), 1);
	host_destroy(host);
}

static void paused_slot_is_silent(void **state)
{
	struct host *host = host_connected();
	uint32_t port = open_sync(host, PORT);
	uint32_t word = ECHO_SYNC;
	struct host_msg msg;

	/* Sent in one go, so that the answer is not out before the PAUSE is in. */
	host_set_word(host, HOST_SYNC_AT + 8, word);
	host_set_word(host, HOST_SYNC_AT + 4, 4);
	host_put(host, PAUSE, 0, 0, NULL, 0);
	host_publish(host);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	host_set_word(host, ZERO(Z_SLAVE + S_SYNC_RELEASE + 4), 0);
	host_send(host, RESUME, 0, 0, NULL, 0);
	host_set_word(host, HOST_SYNC_AT, DATA << 24 | PORT << 12 | port);
	host_signal(host, S_SYNC_TRIGGER);
	host_sync_expect(host, &msg, DATA, port, PORT, 1);
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openack_comes_in_the_slot),
		cmocka_unit_test(data_is_echoed),
		cmocka_unit_test(one_message_at_a_time),
		cmocka_unit_test(slot_is_free_when_the_others_are_full),
		cmocka_unit_test(close_of_the_host_drops_answers),
		cmocka_unit_test(older_hosts_have_no_synchronous_services),
		cmocka_unit_test(what_nobody_wants_is_released),
		cmocka_unit_test(garbage_in_the_slot_breaks),
		cmocka_unit_test(slot_released_but_not_free),
		cmocka_unit_test(paused_slot_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
