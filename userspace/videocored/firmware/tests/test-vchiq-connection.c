// SPDX-License-Identifier: GPL-2.0
/*
 * Hand-over of slot zero, CONNECT, PAUSE, opening and closing, new connections.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "firmware-priv.h"
#include "guest.h"
#include "probe.h"

static void master_state_is_filled(void **state)
{
	struct host *host = host_create();

	assert_int_equal(host_hand_over(host), 0);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_INITIALISED)), 1);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_QUEUE_RECYCLE)), 31);
	for (uint32_t i = 0; i < 31; i++)
		assert_int_equal(host_word(host, ZERO(Z_MASTER + S_QUEUE + 4 * i)), 2 + i);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_SYNC_RELEASE + 4)), 1);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_DEBUG)), 11);
	assert_int_equal(host_word(host, ZERO(Z_VERSION)), 8 | 3 << 16);
	host_destroy(host);
}

static void connect_is_first_message(void **state)
{
	struct host *host = host_connected();

	/* Position 0 of slot 2, no ports, no payload. */
	assert_int_equal(host_word(host, HOST_SLOTS_AT + 2 * 4096), 0x01000000);
	assert_int_equal(host_word(host, HOST_SLOTS_AT + 2 * 4096 + 4), 0);
	assert_int_equal(host->rx_pos, 8);
	host_destroy(host);
}

static void second_connect_is_an_error(void **state)
{
	struct host *host = host_connected();

	host_send(host, CONNECT, 0, 0, NULL, 0);
	assert_int_equal(host_counter(host, "errors"), 1);
	assert_string_equal(host_state(host), "connected");
	host_destroy(host);
}

static void newer_host_gets_our_version(void **state)
{
	struct host *host = host_create();

	host_set_word(host, ZERO(Z_VERSION), 9 | 3 << 16);
	assert_int_equal(host_hand_over(host), 0);
	assert_int_equal(host_word(host, ZERO(Z_VERSION)), 8 | 3 << 16);
	host_destroy(host);
}

static void older_host_keeps_its_version(void **state)
{
	struct host *host = host_create();

	host_set_word(host, ZERO(Z_VERSION), 3 | 3 << 16);
	assert_int_equal(host_hand_over(host), 0);
	assert_int_equal(host_word(host, ZERO(Z_VERSION)), 3 | 3 << 16);
	assert_int_equal(host_counter(host, "version"), 3);
	host_destroy(host);
}

/* Slot zero with one word changed, which must be refused. */
struct refusal {
	const char *name;
	uint32_t word;
	uint32_t value;
};

static const struct refusal refusals[] = {
	{ "magic", Z_MAGIC, 0x49484356 },
	{ "version too old", Z_VERSION, 2 | 1 << 16 },
	{ "version too new", Z_VERSION, 10 | 9 << 16 },
	{ "negative version", Z_VERSION, 0xffff | 3 << 16 },
	{ "slot zero size", Z_SIZE, 1284 },
	{ "slot size", Z_SLOT_SIZE, 8192 },
	{ "max slots", Z_MAX_SLOTS, 64 },
	{ "max slots per side", Z_MAX_SLOTS_PER_SIDE, 63 },
	{ "initialised", Z_MASTER + S_INITIALISED, 1 },
	{ "master first 0", Z_MASTER + S_SLOT_FIRST, 0 },
	{ "master first past last", Z_MASTER + S_SLOT_FIRST, 33 },
	{ "master first huge", Z_MASTER + S_SLOT_FIRST, 0xffffffff },
	{ "master last past max", Z_MASTER + S_SLOT_LAST, 128 },
	{ "master last over slave", Z_MASTER + S_SLOT_LAST, 34 },
	{ "master last over slave sync", Z_MASTER + S_SLOT_LAST, 33 },
	{ "master sync 0", Z_MASTER + S_SLOT_SYNC, 0 },
	{ "master sync in data", Z_MASTER + S_SLOT_SYNC, 2 },
	{ "master sync is slave sync", Z_MASTER + S_SLOT_SYNC, 33 },
	{ "master sync in slave data", Z_MASTER + S_SLOT_SYNC, 64 },
	{ "master sync huge", Z_MASTER + S_SLOT_SYNC, 0x10000 },
	{ "slave first over master", Z_SLAVE + S_SLOT_FIRST, 32 },
	{ "slave last past 64 slots", Z_SLAVE + S_SLOT_LAST, 98 },
	{ "slave queue count", Z_SLAVE + S_QUEUE_RECYCLE, 32 },
	{ "slave queue foreign slot", Z_SLAVE + S_QUEUE, 2 },
	{ "slave queue slot twice", Z_SLAVE + S_QUEUE, 35 },
	{ "slave queue huge", Z_SLAVE + S_QUEUE + 4 * 30, 0xffffffff },
	{ "fragments outside", Z_FRAGMENTS, HOST_BUS(HOST_RAM_SIZE) },
	{ "fragments cross the end", Z_FRAGMENTS, HOST_BUS(HOST_RAM_SIZE - 8191) },
	{ "too many fragments", Z_NR_FRAGMENTS, 65 },
};

static void bad_slot_zero_is_refused(void **state)
{
	struct host *host = host_create();

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		host_lay_out(host);
		host_set_word(host, ZERO(refusals[i].word), refusals[i].value);
		if (!host_hand_over(host))
			fail_msg("accepted: %s", refusals[i].name);
		if (refusals[i].word != Z_MASTER + S_INITIALISED)
			assert_int_equal(host_word(host, ZERO(Z_MASTER + S_INITIALISED)), 0);
		assert_string_equal(host_state(host), "disconnected");
	}
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_destroy(host);
}

static void bad_address_is_refused(void **state)
{
	struct host *host = host_create();
	static const uint32_t addresses[] = {
		0, HOST_BUS(HOST_SLOTS_AT + 8), HOST_BUS(HOST_RAM_SIZE),
		HOST_BUS(HOST_RAM_SIZE - 4096), 0xfffff000, 0x7e00b000,
	};

	/* Where only slot zero still fits, it is the slots that do not. */
	memcpy(host->ram + HOST_RAM_SIZE - 4096, host->ram + HOST_SLOTS_AT, 4096);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		assert_int_not_equal(vc_firmware_vchiq_init(host->fw, addresses[i]), 0);
	host_destroy(host);
}

static struct host *reinit_connected(void)
{
	struct host *host = host_create();
	struct host_msg msg;

	vc_firmware_allow_reinit(host->fw);
	assert_int_equal(host_hand_over(host), 0);
	host_send(host, CONNECT, 0, 0, NULL, 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	return host;
}

/* Genuine firmware has one host for as long as it lives, whatever is handed over. */
static void second_hand_over_is_refused(void **state)
{
	struct host *host = host_connected();
	int port = host_open(host, "echo", 0, 3, 3);
	const uint32_t at = HOST_HEAP_AT;

	memcpy(host->ram + at, host->ram + HOST_SLOTS_AT, HOST_SLOTS * 4096);
	host_set_word(host, at + Z_MASTER + S_INITIALISED, 0);
	assert_int_not_equal(vc_firmware_vchiq_init(host->fw, HOST_BUS(at)), 0);
	assert_int_equal(host_word(host, at + Z_MASTER + S_INITIALISED), 0);
	assert_int_not_equal(host_hand_over(host), 0);
	/* The connection is none the worse for it. */
	host_close(host, 0, (uint32_t)port);
	assert_int_equal(host_open(host, "echo", 0, 3, 3), port);
	host_destroy(host);
}

/* Our violation of the protocol is the end of a connection; then there is none. */
static void broken_connection_is_replaced(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;

	host_put_raw(host, 0x7f000000, 0, NULL, 0);
	host_publish(host);
	assert_string_equal(host_state(host), "broken");
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * Hanging, dying, coming back
 */

static void hanging_firmware_answers_nothing(void **state)
{
	struct host *host = host_connected();
	const uint32_t word = 3;
	struct host_msg msg;
	int port = host_open(host, "echo", 0, 3, 3);

	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_HANGS), 0);
	host_send(host, DATA, 0, (uint32_t)port, &word, 4);
	host_expect_silence(host);
	/* It still reads the property, and still has its host. */
	assert_int_not_equal(host_hand_over(host), 0);
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_TRIGGER)), 0);
	assert_string_equal(host_state(host), "connected");
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_RUNS), 0);
	assert_string_equal(host_state(host), "disconnected");
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_destroy(host);
}

static void dead_firmware_forgets(void **state)
{
	struct host *host = host_create();
	struct probe probe;
	struct host_msg msg;

	probe_add(&probe, host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_true(host_open(host, "prob", 3, 5, 3) > 0);
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_OFF), 0);
	host_sync(host);
	assert_int_equal(probe.seen.closed, 1);
	host_lay_out(host);
	assert_int_not_equal(host_hand_over(host), 0);
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_RUNS), 0);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_destroy(host);
}

/* Whatever happens to it: a fresh firmware knows nothing of it. */
static void old_memory_is_not_touched(void **state)
{
	struct host *host = host_connected();
	uint8_t *before = malloc(HOST_SLOTS * 4096);

	assert_true(host_open(host, "echo", 0, 3, 3) > 0);
	assert_int_equal(vc_firmware_restart(host->fw, 0), 0);
	host_sync(host);
	memset(host->ram + HOST_SLOTS_AT, 0xff, HOST_SLOTS * 4096);
	memcpy(before, host->ram + HOST_SLOTS_AT, HOST_SLOTS * 4096);
	host_sync(host);
	assert_memory_equal(before, host->ram + HOST_SLOTS_AT, HOST_SLOTS * 4096);
	free(before);
	host_destroy(host);
}

static void restart_takes_its_time(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;
	time_t end = time(NULL) + 20;

	assert_int_equal(vc_firmware_restart(host->fw, 100), 0);
	assert_string_equal(host_power(host), "off");
	host_lay_out(host);
	assert_int_not_equal(host_hand_over(host), 0);
	while (strcmp(host_power(host), "running") != 0 && time(NULL) < end)
		;
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_destroy(host);
}

/* What is asked for last counts. */
static void stop_ends_a_restart(void **state)
{
	struct host *host = host_connected();

	assert_int_equal(vc_firmware_restart(host->fw, 60000), 0);
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_RUNS), 0);
	assert_int_equal(vc_firmware_restart(host->fw, 0), 0);
	assert_int_equal(vc_firmware_set_power(host->fw, VC_FIRMWARE_OFF), 0);
	host_sync(host);
	host_sync(host);
	assert_string_equal(host_power(host), "off");
	host_destroy(host);
}

/* -----------------------------------------------------------------------------
 * With vc_firmware_allow_reinit(), for hosts that forget what they handed over
 */

static void same_memory_again_is_the_same_connection(void **state)
{
	struct host *host = reinit_connected();
	int port = host_open(host, "echo", 0, 3, 3);

	assert_true(port > 0);
	assert_int_equal(host_hand_over(host), 0);
	host_expect_silence(host);
	host_close(host, 0, (uint32_t)port);
	host_destroy(host);
}

static void cleared_memory_is_a_new_connection(void **state)
{
	struct host *host = host_create();
	struct probe probe;
	struct host_msg msg;

	vc_firmware_allow_reinit(host->fw);
	probe_add(&probe, host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_true(host_open(host, "prob", 3, 5, 3) > 0);
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_sync(host);
	assert_int_equal(probe.seen.closed, 1);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_int_equal(host->rx_pos, 8);
	assert_true(host_open(host, "prob", 3, 5, 3) > 0);
	host_destroy(host);
	assert_int_equal(probe.seen.closed, 2);
}

static void new_memory_is_a_new_connection(void **state)
{
	struct host *host = reinit_connected();
	const uint32_t at = HOST_HEAP_AT;
	struct host_msg msg;

	host_lay_out(host);
	memcpy(host->ram + at, host->ram + HOST_SLOTS_AT, HOST_SLOTS * 4096);
	assert_int_equal(vc_firmware_vchiq_init(host->fw, HOST_BUS(at)), 0);
	assert_int_equal(host_word(host, at + Z_MASTER + S_INITIALISED), 1);
	host_sync(host);
	assert_int_equal(host_word(host, at + Z_MASTER + S_TX_POS), 8);
	/* The old memory is left alone. */
	assert_int_equal(host_word(host, ZERO(Z_MASTER + S_TX_POS)), 0);
	assert_false(host_try_receive(host, &msg));
	host_destroy(host);
}

static void reset_forgets_the_host(void **state)
{
	struct host *host = host_create();
	struct probe probe;
	struct host_msg msg;

	probe_add(&probe, host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	assert_true(host_open(host, "prob", 3, 5, 3) > 0);
	vc_firmware_reset(host->fw);
	host_sync(host);
	assert_int_equal(probe.seen.closed, 1);
	assert_string_equal(host_state(host), "disconnected");
	/* With its flag set, this is memory that somebody used before us. */
	assert_int_not_equal(host_hand_over(host), 0);
	host_lay_out(host);
	assert_int_equal(host_hand_over(host), 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_destroy(host);
}

static void memory_may_go_before_the_reset(void **state)
{
	struct host *host = host_connected();

	vc_guest_unmap_all(host->vc.guest);
	assert_true(host_open(host, "echo", 0, 3, 3) > 0);
	vc_firmware_reset(host->fw);
	host_lay_out(host);
	assert_int_not_equal(host_hand_over(host), 0);
	host_destroy(host);
}

static void pause_silences_us(void **state)
{
	struct host *host = host_connected();
	struct probe probe;
	struct host_msg msg;

	probe_add(&probe, host);
	assert_int_equal(host_open(host, "prob", 3, 5, 3), 1);
	host_send(host, PAUSE, 0, 0, NULL, 0);
	host_expect(host, &msg, PAUSE, 0, 0, 0);
	assert_string_equal(host_state(host), "paused");
	assert_int_equal(probe_send(&probe, host, "late", 4), 0);
	host_expect_silence(host);
	host_send(host, RESUME, 0, 0, NULL, 0);
	host_expect(host, &msg, DATA, 1, 3, 4);
	assert_memory_equal(msg.data, "late", 4);
	assert_string_equal(host_state(host), "connected");
	host_destroy(host);
}

static void remote_use_is_answered(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;

	host_send(host, REMOTE_USE, 0, 0, NULL, 0);
	host_expect(host, &msg, REMOTE_USE_ACTIVE, 0, 0, 0);
	host_send(host, REMOTE_RELEASE, 0, 0, NULL, 0);
	host_expect_silence(host);
	host_destroy(host);
}

/* Four services "echo" closed and opened again get their ports back. */
static void ports_are_reused(void **state)
{
	struct host *host = host_connected();

	for (int round = 0; round < 3; round++) {
		int a = host_open(host, "echo", 0, 3, 3);
		int b = host_open(host, "echo", 1, 3, 3);

		assert_int_equal(a, 1);
		assert_int_equal(b, 2);
		host_close(host, 0, (uint32_t)a);
		host_close(host, 1, (uint32_t)b);
	}
	host_destroy(host);
}

static void opens_are_refused(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;
	struct probe probe;

	probe_add(&probe, host);
	assert_int_equal(host_open(host, "none", 0, 3, 3), -1);
	assert_int_equal(host_open(host, "echo", 0, 1, 1), -1);
	assert_int_equal(host_open(host, "echo", 0, 4, 4), -1);
	assert_int_equal(host_open(host, "prob", 0, 2, 2), -1);
	assert_int_equal(host_open(host, "prob", 0, 6, 6), -1);
	probe_refuse(&probe, host, true);
	assert_int_equal(host_open(host, "prob", 0, 5, 5), -1);
	probe_refuse(&probe, host, false);
	/* Short payload. */
	host_send(host, OPEN, 9, 0, "echo1234", 8);
	host_expect(host, &msg, CLOSE, 0, 9, 0);
	/* Newer and older clients that we can talk to. */
	assert_true(host_open(host, "prob", 0, 9, 1) > 0);
	assert_true(host_open(host, "prob", 1, 3, 3) > 0);
	assert_int_equal(host_open(host, "prob", 2, 5, 5), -1);
	host_sync(host);
	assert_int_equal(probe.seen.opened, 2);
	host_destroy(host);
}

static void openack_carries_our_version(void **state)
{
	struct host *host = host_connected();
	uint32_t open[3] = { 0x6563686f, 1, 3 | 3 << 16 };
	struct host_msg msg;

	host_send(host, OPEN, 7, 0, open, sizeof(open));
	host_expect(host, &msg, OPENACK, 1, 7, 2);
	assert_int_equal(msg.data[0] | msg.data[1] << 8, 3);
	host_destroy(host);
}

static void firmware_closes(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;
	struct probe probe;
	int port;

	probe_add(&probe, host);
	port = host_open(host, "prob", 4, 5, 3);
	assert_int_equal(probe_send_many(&probe, host, 2, 10), 0);
	probe_close(&probe, host);
	assert_int_equal(probe.seen.closed, 0);
	assert_int_equal(probe_send(&probe, host, "x", 1), -107 /* ENOTCONN */);
	host_expect(host, &msg, DATA, (uint32_t)port, 4, 10);
	host_expect(host, &msg, DATA, (uint32_t)port, 4, 10);
	host_expect(host, &msg, CLOSE, (uint32_t)port, 4, 0);
	/* Sent before the host saw our CLOSE: dropped, no error. */
	host_send(host, DATA, 4, (uint32_t)port, "x", 1);
	host_send(host, CLOSE, 4, (uint32_t)port, NULL, 0);
	host_expect_silence(host);
	assert_int_equal(probe.seen.closed, 1);
	assert_int_equal(probe.seen.messages, 0);
	assert_int_equal(host_counter(host, "errors"), 0);
	assert_int_equal(host_open(host, "prob", 4, 5, 3), port);
	host_destroy(host);
}

static void both_close_at_once(void **state)
{
	struct host *host = host_connected();
	struct host_msg msg;
	struct probe probe;
	int port;

	probe_add(&probe, host);
	port = host_open(host, "prob", 4, 5, 3);
	host_put(host, CLOSE, 4, (uint32_t)port, NULL, 0);
	probe_close(&probe, host);
	host_publish(host);
	host_expect(host, &msg, CLOSE, (uint32_t)port, 4, 0);
	host_expect_silence(host);
	assert_int_equal(probe.seen.closed, 1);
	assert_int_equal(host_open(host, "prob", 4, 5, 3), port);
	host_destroy(host);
}

/* A client that gives up before it saw OPENACK says CLOSE to port 0. */
static void close_without_port(void **state)
{
	struct host *host = host_connected();
	uint32_t open[3] = { 0x6563686f, 1, 3 | 3 << 16 };
	struct host_msg msg;

	host_put(host, OPEN, 5, 0, open, sizeof(open));
	host_put(host, CLOSE, 5, 0, NULL, 0);
	host_publish(host);
	host_expect(host, &msg, OPENACK, 1, 5, 2);
	host_expect(host, &msg, CLOSE, 1, 5, 0);
	host_expect_silence(host);
	assert_int_equal(host_open(host, "echo", 5, 3, 3), 1);
	host_destroy(host);
}

/* The refusal of an OPEN crosses the CLOSE of the client that gave up. */
static void close_of_a_refused_open(void **state)
{
	struct host *host = host_connected();
	uint32_t open[3] = { 0x6e6f6e65, 1, 3 | 3 << 16 };
	struct host_msg msg;

	host_put(host, OPEN, 5, 0, open, sizeof(open));
	host_put(host, CLOSE, 5, 0, NULL, 0);
	host_publish(host);
	host_expect(host, &msg, CLOSE, 0, 5, 0);
	host_expect_silence(host);
	assert_string_equal(host_state(host), "connected");
	host_destroy(host);
}

static void services_are_in_the_status(void **state)
{
	struct host *host = host_connected();
	struct json_object *status = json_object_new_object();
	struct json_object *services, *service;

	assert_true(host_open(host, "echo", 17, 3, 3) > 0);
	host_sync(host);
	vc_firmware_status(host->fw, status);
	services = json_object_object_get(status, "services");
	assert_int_equal(json_object_array_length(services), 1);
	service = json_object_array_get_idx(services, 0);
	assert_string_equal(json_object_get_string(json_object_object_get(service, "name")),
			    "echo");
	assert_int_equal(json_object_get_int(json_object_object_get(service, "client_port")), 17);
	assert_int_equal(json_object_get_int(json_object_object_get(service, "client_id")), 1234);
	json_object_put(status);
	host_destroy(host);
}

static unsigned int looked(struct vc_firmware *fw, unsigned int times)
{
	unsigned int nr = 0;

	while (times--) {
		uint64_t hits = fw->poll.hits;

		nr += fw_poll(fw) && fw->poll.hits > hits;
	}
	return nr;
}

/* Something is always to be done: whoever looks finds it. */
static void polling_follows_the_traffic(void **state)
{
	struct vc_firmware fw = { .poll_cpus = true, .attention = true };

	assert_int_equal(looked(&fw, 20), 20);
	/* With one processor the host could do nothing meanwhile. */
	fw.poll_cpus = false;
	assert_int_equal(looked(&fw, 20), 0);
}

/* Work that does not come soon enough is not looked for each time, but not given up. */
static void polling_in_vain_is_rare(void **state)
{
	struct host *host = host_connected();
	struct vc_firmware fw = { .poll_cpus = true, .attention = true };

	looked(&fw, 20);
	fw.attention = false;
	fw.conn = host->fw->conn;
	assert_int_equal(looked(&fw, 40), 0);
	assert_int_equal(fw.poll.score, 0);
	fw.attention = true;
	assert_int_equal(looked(&fw, 1), 0);
	assert_in_range(looked(&fw, 16), 8, 16);
	assert_int_equal(looked(&fw, 16), 16);
	host_destroy(host);
}

static void config_is_checked(void **state)
{
	struct host *host = host_create();
	struct vc_firmware_config config = { .line_size = 48 };

	assert_int_not_equal(vc_firmware_configure(host->fw, &config), 0);
	host_destroy(host);
}

static void posts_after_stop_fail(void **state)
{
	struct host *host = host_connected();

	vc_firmware_stop(host->fw);
	assert_int_not_equal(vc_firmware_call(host->fw, NULL, NULL), 0);
	assert_int_equal(host_hand_over(host), 1);
	host_destroy(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(master_state_is_filled),
		cmocka_unit_test(connect_is_first_message),
		cmocka_unit_test(second_connect_is_an_error),
		cmocka_unit_test(newer_host_gets_our_version),
		cmocka_unit_test(older_host_keeps_its_version),
		cmocka_unit_test(bad_slot_zero_is_refused),
		cmocka_unit_test(bad_address_is_refused),
		cmocka_unit_test(second_hand_over_is_refused),
		cmocka_unit_test(broken_connection_is_replaced),
		cmocka_unit_test(hanging_firmware_answers_nothing),
		cmocka_unit_test(dead_firmware_forgets),
		cmocka_unit_test(old_memory_is_not_touched),
		cmocka_unit_test(restart_takes_its_time),
		cmocka_unit_test(stop_ends_a_restart),
		cmocka_unit_test(same_memory_again_is_the_same_connection),
		cmocka_unit_test(cleared_memory_is_a_new_connection),
		cmocka_unit_test(new_memory_is_a_new_connection),
		cmocka_unit_test(reset_forgets_the_host),
		cmocka_unit_test(memory_may_go_before_the_reset),
		cmocka_unit_test(pause_silences_us),
		cmocka_unit_test(remote_use_is_answered),
		cmocka_unit_test(ports_are_reused),
		cmocka_unit_test(opens_are_refused),
		cmocka_unit_test(openack_carries_our_version),
		cmocka_unit_test(firmware_closes),
		cmocka_unit_test(both_close_at_once),
		cmocka_unit_test(close_without_port),
		cmocka_unit_test(close_of_a_refused_open),
		cmocka_unit_test(services_are_in_the_status),
		cmocka_unit_test(polling_follows_the_traffic),
		cmocka_unit_test(polling_in_vain_is_rare),
		cmocka_unit_test(config_is_checked),
		cmocka_unit_test(posts_after_stop_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
