// SPDX-License-Identifier: GPL-2.0
/*
 * Messages: slots that are filled to the last byte, slots that run out and come
 * back in any order, and a host that breaks the rules.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe.h"

#define PORT 3u	/* the host's, of the probe service */

/* A connected host with the probe service open; the firmware's port is 1. */
static struct host *with_probe(struct probe *probe)
{
	struct host *host = host_connected();

	probe_add(probe, host);
	assert_int_equal(host_open(host, "prob", PORT, 5, 3), 1);
	return host;
}

static void send_data(struct host *host, const void *data, uint32_t size)
{
	host_send(host, DATA, PORT, 1, data, size);
}

static void expect_fill(struct host *host, unsigned int fill, uint32_t size)
{
	struct host_msg msg;

	host_expect(host, &msg, DATA, 1, PORT, size);
	for (uint32_t i = 0; i < size; i++)
		assert_int_equal(msg.data[i], (uint8_t)fill);
}

static void data_arrives_unchanged(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 7, 8, 9, 100, 4087, 4088 };
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[4088];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		send_data(host, data, sizes[i]);
		host_sync(host);
		assert_int_equal(probe.seen.messages, i + 1);
		assert_int_equal(probe.seen.last_len, sizes[i]);
		assert_memory_equal(probe.seen.last, data, sizes[i]);
	}
	host_destroy(host);
}

static void data_is_sent_unchanged(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 7, 8, 9, 100, 4087, 4088 };
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;
	uint8_t data[4089];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 11);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(probe_send(&probe, host, data, sizes[i]), 0);
		host_expect(host, &msg, DATA, 1, PORT, sizes[i]);
		assert_memory_equal(msg.data, data, sizes[i]);
	}
	assert_int_equal(probe_send(&probe, host, data, 4089), -EMSGSIZE);
	host_destroy(host);
}

/* The slot is full with the last byte; the next one is taken only when needed. */
static void message_fills_a_slot_exactly(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint32_t at = host->rx_pos % 4096;
	struct host_msg msg;
	uint8_t data[4088] = { 0 };

	assert_int_equal(host_counter(host, "slots_free"), 30);
	host->hold = true;
	assert_int_equal(probe_send(&probe, host, data, 4096 - at - 8), 0);
	host_expect(host, &msg, DATA, 1, PORT, 4096 - at - 8);
	assert_int_equal(host->rx_pos, 4096);
	assert_int_equal(host_counter(host, "slots_free"), 30);
	assert_int_equal(host_counter(host, "slots_held_by_host"), 1);
	assert_int_equal(probe_send(&probe, host, data, 4088), 0);
	host_expect(host, &msg, DATA, 1, PORT, 4088);
	assert_int_equal(host->rx_pos, 8192);
	assert_int_equal(host_counter(host, "slots_free"), 29);
	host_destroy(host);
}

/* One slot of room is left, a header's worth: padding has no payload. */
static void shortest_padding(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint32_t at = host->rx_pos % 4096;
	struct host_msg msg;
	uint8_t data[4088] = { 0 };

	assert_int_equal(probe_send(&probe, host, data, 4096 - at - 16), 0);
	assert_int_equal(probe_send(&probe, host, data, 1), 0);
	host_expect(host, &msg, DATA, 1, PORT, 4096 - at - 16);
	host_expect(host, &msg, DATA, 1, PORT, 1);
	assert_int_equal(host->rx_pos, 4096 + 16);
	assert_int_equal(host_word(host, HOST_SLOTS_AT + 2 * 4096 + 4088), 0);
	assert_int_equal(host_word(host, HOST_SLOTS_AT + 2 * 4096 + 4092), 0);
	host_destroy(host);
}

/* 4 GiB of positions would take long; wrap the slot ring many times instead. */
static void many_messages_both_ways(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);
	struct host_msg msg;
	uint8_t data[4088];

	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t size = 4 + i * 37 % 4084;

		memset(data, (int)i, size);
		data[0] = 5;
		memset(data + 1, 0, 3);
		host_send(host, DATA, 0, (uint32_t)port, data, size);
		host_expect(host, &msg, DATA, (uint32_t)port, 0, size);
		assert_memory_equal(msg.data, data, size);
	}
	assert_true(host->rx_pos > 64 * 4096 * 4);
	host_destroy(host);
}

/*
 * The host reads and holds every slot: DATA stops with one slot left, which still
 * takes what is not DATA. Then the slots come back last first.
 */
static void slots_run_out_and_come_back(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;
	unsigned int got = 0;

	host->hold = true;
	assert_int_equal(probe_send_many(&probe, host, 100, 4000), 0);
	while (host_try_receive(host, &msg))
		got++;
	assert_int_equal(got, 30);
	assert_int_equal(host_counter(host, "slots_free"), 1);
	assert_true(host_counter(host, "stalls") > 0);

	while (got < 100) {
		while (host->nr_held)
			host_recycle_held(host, host->nr_held - 1);
		host_sync(host);
		while (got < 100 && host_try_receive(host, &msg)) {
			assert_int_equal(msg.data[3999], got);
			got++;
		}
	}
	assert_int_equal(probe_send(&probe, host, "end", 3), 0);
	host_expect(host, &msg, DATA, 1, PORT, 3);
	host_destroy(host);
}

static void one_slot_is_kept_for_control(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;
	unsigned int got = 0;

	host->hold = true;
	assert_int_equal(probe_send_many(&probe, host, 100, 4088), 0);
	while (host_try_receive(host, &msg))
		got++;
	assert_int_equal(got, 30);
	/* The slot of CONNECT and OPENACK has no DATA that could be held. */
	host_recycle_held(host, 0);
	host_expect_silence(host);
	/* Nothing can be sent as DATA, but an open is answered. */
	assert_int_equal(host_open(host, "none", 9, 1, 1), -1);
	assert_true(host_open(host, "echo", 9, 3, 3) > 0);
	host_expect_silence(host);
	host_destroy(host);
}

/* A service whose client does not read cannot take the others' slots for ever. */
static void queue_is_limited(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;
	unsigned int got = 0;

	host->hold = true;
	assert_int_equal(probe_send_many(&probe, host, 10000, 4088), -ENOMEM);
	host->hold = false;
	while (host->nr_held)
		host_recycle_held(host, 0);
	host_sync(host);
	while (host_try_receive(host, &msg)) {
		got++;
		host_sync(host);
	}
	/* 8 MiB and what the slots took. */
	assert_in_range(got, 2048, 2048 + 64);
	assert_int_equal(probe_send(&probe, host, "x", 1), 0);
	host_expect(host, &msg, DATA, 1, PORT, 1);
	host_destroy(host);
}

/* While one service waits, another one's messages go out in turn. */
static void services_take_turns(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	int echo = host_open(host, "echo", 8, 3, 3);
	uint32_t sync = 3;
	struct host_msg msg;
	unsigned int before = 0;

	assert_int_equal(probe_send_many(&probe, host, 200, 2000), 0);
	host_send(host, DATA, 8, (uint32_t)echo, &sync, 4);
	host_sync(host);
	for (;;) {
		host_receive(host, &msg);
		if (msg.dst == 8)
			break;
		before++;
	}
	assert_true(before < 100);
	host_destroy(host);
}

static void closing_drops_waiting_data(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;
	unsigned int got = 0;

	host->hold = true;
	assert_int_equal(probe_send_many(&probe, host, 200, 4000), 0);
	host_send(host, CLOSE, PORT, 1, NULL, 0);
	host_sync(host);
	while (host_try_receive(host, &msg) && msg.type == DATA)
		got++;
	assert_int_equal(msg.type, CLOSE);
	assert_int_equal(got, 30);
	assert_int_equal(probe.seen.closed, 1);
	host_destroy(host);
}

/* Only what the host armed itself for is rung. */
static void doorbell_only_when_armed(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	unsigned int rings;
	struct host_msg msg;

	host_expect_silence(host);
	rings = host_rings(host);
	assert_int_equal(probe_send(&probe, host, "x", 1), 0);
	assert_int_equal(host_rings(host), rings);
	host_expect(host, &msg, DATA, 1, PORT, 1);
	host_set_word(host, ZERO(Z_SLAVE + S_TRIGGER), 1);
	assert_int_equal(probe_send(&probe, host, "x", 1), 0);
	assert_int_equal(host_rings(host), rings + 1);
	assert_int_equal(host_word(host, ZERO(Z_SLAVE + S_TRIGGER + 4)), 1);
	host_destroy(host);
}

static void we_arm_before_we_sleep(void **state)
{
	struct host *host = host_connected();

	/* Asleep now, or about to look at the events again. */
	while (!host_word(host, ZERO(Z_MASTER + S_TRIGGER)) ||
	       !host_word(host, ZERO(Z_MASTER + S_RECYCLE)) ||
	       !host_word(host, ZERO(Z_MASTER + S_SYNC_TRIGGER)))
		;
	host_destroy(host);
}

static void data_for_others_is_skipped(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	host_send(host, DATA, PORT, 2, "no such port", 12);
	host_send(host, DATA, PORT + 1, 1, "not its port", 12);
	host_send(host, DATA, PORT, 0, "port 0", 6);
	host_send(host, CLOSE, PORT + 1, 1, NULL, 0);
	host_send(host, CLOSE, 77, 0, NULL, 0);
	host_send(host, OPENACK, PORT, 1, "\0\0", 2);
	host_send(host, BULK_TX, PORT, 4095, "12345678", 8);
	host_expect_silence(host);
	assert_int_equal(host_counter(host, "errors"), 7);
	assert_int_equal(probe.seen.messages, 0);
	send_data(host, "mine", 4);
	host_sync(host);
	assert_int_equal(probe.seen.messages, 1);
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * Violations: the connection is over, the services are told, nothing crashes
 */

static void expect_broken(struct host *host, struct probe *probe)
{
	uint32_t pos = host_word(host, ZERO(Z_MASTER + S_TX_POS));

	assert_string_equal(host_state(host), "broken");
	assert_int_equal(probe->seen.closed, 1);
	/* We stay away from its memory. */
	host_send(host, REMOTE_USE, 0, 0, NULL, 0);
	host_sync(host);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_TX_POS)), pos);
	/* The same memory as it is: no. Cleared: a new connection. */
	assert_int_not_equal(host_hand_over(host), 0);
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	assert_string_equal(host_state(host), "connecting");
	assert_true(host_word(host, ZERO(Z_MASTER + S_INITIALISED)));
}

static void size_past_the_slot(void **state)
{
	static const uint32_t sizes[] = {
		4089, 4096, 0x10000, 0x7fffffff, 0xfffffff0, 0xfffffff7, 0xfffffff8,
		0xffffffff,
	};
	struct probe probe;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct host *host = with_probe(&probe);

		host_put_raw(host, DATA << 24 | PORT << 12 | 1, sizes[i], "x", 1);
		host_publish(host);
		expect_broken(host, &probe);
		host_destroy(host);
	}
}

/* Fits in a slot, but not in what is left of this one. */
static void size_past_the_end_of_this_slot(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint8_t data[2000] = { 0 };

	send_data(host, data, sizeof(data));
	host_put_raw(host, DATA << 24 | PORT << 12 | 1, 3000, "x", 1);
	host->tx_pos = 8192;
	host_publish(host);
	expect_broken(host, &probe);
	host_destroy(host);
}

static void size_past_the_position(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	host_put_raw(host, DATA << 24 | PORT << 12 | 1, 100, "x", 1);
	host_publish(host);
	expect_broken(host, &probe);
	host_destroy(host);
}

static void padding_past_the_position(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	host_put_raw(host, 0, 4000, NULL, 0);
	host_publish(host);
	expect_broken(host, &probe);
	host_destroy(host);
}

static void unknown_types(void **state)
{
	static const uint32_t types[] = { 15, 16, 0x40, 0x45, 0x80, 0xff };
	struct probe probe;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct host *host = with_probe(&probe);

		host_send(host, types[i], PORT, 1, "x", 1);
		expect_broken(host, &probe);
		host_destroy(host);
	}
}

static void messages_of_the_firmware(void **state)
{
	static const uint32_t types[] = { BULK_RX_DONE, BULK_TX_DONE };
	struct probe probe;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct host *host = with_probe(&probe);

		host_send(host, types[i], PORT, 1, "\0\0\0\0", 4);
		expect_broken(host, &probe);
		host_destroy(host);
	}
}

static void positions_that_cannot_be(void **state)
{
	static const uint32_t jumps[] = {
		4, 1, 31 * 4096 + 8, 0x7fffff00, (uint32_t)-8, (uint32_t)-4096,
	};
	struct probe probe;

	for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		struct host *host = with_probe(&probe);

		host->tx_pos += jumps[i];
		host_publish(host);
		expect_broken(host, &probe);
		host_destroy(host);
	}
}

static void recycled_what_it_does_not_have(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);

	/* The first slot is still being filled. */
	host_set_word(host, ZERO(Z_MASTER + S_QUEUE + 4 * 31), 2);
	host_set_word(host, ZERO(Z_MASTER + S_QUEUE_RECYCLE), 32);
	host_signal(host, S_RECYCLE);
	expect_broken(host, &probe);
	host_destroy(host);
}

static void recycled_bad_slots(void **state)
{
	static const uint32_t slots[] = { 0, 1, 3, 33, 34, 128, 0xffffffff };
	struct probe probe;

	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		struct host *host = with_probe(&probe);

		host->hold = true;
		assert_int_equal(probe_send_many(&probe, host, 1, 4088), 0);
		expect_fill(host, 0, 4088);
		assert_int_equal(host->nr_held, 2);
		host_recycle_held(host, 1);	/* slot 3, for the first time */
		host_sync(host);
		host->held[0] = slots[i];
		host_recycle_held(host, 0);
		expect_broken(host, &probe);
		host_destroy(host);
	}
}

static void messages_while_paused(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	struct host_msg msg;

	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	send_data(host, "x", 1);
	expect_broken(host, &probe);
	host_destroy(host);
}

/* Answers that nobody reads may not fill our memory. */
static void opens_without_end(void **state)
{
	struct probe probe;
	struct host *host = with_probe(&probe);
	uint32_t open[3] = { 0x6e6f6e65, 1, 3 | 3 << 16 };

	host->hold = true;
	for (int i = 0; i < 30000; i++) {
		host_put(host, OPEN, 9, 0, open, sizeof(open));
		if (i % 64)
			continue;
		host_publish(host);
		if (strcmp(host_state(host), "broken") == 0)
			break;
	}
	expect_broken(host, &probe);
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_arrives_unchanged),
		cmocka_unit_test(data_is_sent_unchanged),
		cmocka_unit_test(message_fills_a_slot_exactly),
		cmocka_unit_test(shortest_padding),
		cmocka_unit_test(many_messages_both_ways),
		cmocka_unit_test(slots_run_out_and_come_back),
		cmocka_unit_test(one_slot_is_kept_for_control),
		cmocka_unit_test(queue_is_limited),
		cmocka_unit_test(services_take_turns),
		cmocka_unit_test(closing_drops_waiting_data),
		cmocka_unit_test(doorbell_only_when_armed),
		cmocka_unit_test(we_arm_before_we_sleep),
		cmocka_unit_test(data_for_others_is_skipped),
		cmocka_unit_test(size_past_the_slot),
		cmocka_unit_test(size_past_the_end_of_this_slot),
		cmocka_unit_test(size_past_the_position),
		cmocka_unit_test(padding_past_the_position),
		cmocka_unit_test(unknown_types),
		cmocka_unit_test(messages_of_the_firmware),
		cmocka_unit_test(positions_that_cannot_be),
		cmocka_unit_test(recycled_what_it_does_not_have),
		cmocka_unit_test(recycled_bad_slots),
		cmocka_unit_test(messages_while_paused),
		cmocka_unit_test(opens_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
