// SPDX-License-Identifier: GPL-2.0
/*
 * A VCHIQ host for tests.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <json-c/json.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest.h"
#include "host.h"
#include "soc/doorbell.h"

#define TIMEOUT_S	20
#define RAM_BASE	0x40000000u

/* -----------------------------------------------------------------------------
 * The doorbell: counts, and wakes whoever waits
 */

struct vc_doorbell {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	unsigned int rings;
	unsigned int seen;
	void (*rung)(void *arg);
	void *arg;
};

struct vc_doorbell *vc_doorbell_create(struct videocored *vc)
{
	struct vc_doorbell *bell = calloc(1, sizeof(*bell));

	assert_non_null(bell);
	pthread_mutex_init(&bell->lock, NULL);
	pthread_cond_init(&bell->cond, NULL);
	return bell;
}

void vc_doorbell_destroy(struct vc_doorbell *bell)
{
	pthread_cond_destroy(&bell->cond);
	pthread_mutex_destroy(&bell->lock);
	free(bell);
}

void vc_doorbell_ring_host(struct vc_doorbell *bell)
{
	pthread_mutex_lock(&bell->lock);
	bell->rings++;
	pthread_cond_signal(&bell->cond);
	pthread_mutex_unlock(&bell->lock);
}

void vc_doorbell_set_handler(struct vc_doorbell *bell, void (*rung)(void *arg),
			     void *arg)
{
	bell->rung = rung;
	bell->arg = arg;
}

static void wait_for_ring(struct vc_doorbell *bell)
{
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += TIMEOUT_S;
	pthread_mutex_lock(&bell->lock);
	while (bell->rings == bell->seen && !ret)
		ret = pthread_cond_timedwait(&bell->cond, &bell->lock, &until);
	bell->seen = bell->rings;
	pthread_mutex_unlock(&bell->lock);
	if (ret)
		fail_msg("the firmware does not ring");
}

unsigned int host_rings(struct host *host)
{
	unsigned int rings;

	pthread_mutex_lock(&host->vc.doorbell->lock);
	rings = host->vc.doorbell->rings;
	pthread_mutex_unlock(&host->vc.doorbell->lock);
	return rings;
}

/* -----------------------------------------------------------------------------
 * Memory
 */

uint32_t host_word(struct host *host, uint32_t offset)
{
	return __atomic_load_n((uint32_t *)(host->ram + offset), __ATOMIC_SEQ_CST);
}

void host_set_word(struct host *host, uint32_t offset, uint32_t value)
{
	__atomic_store_n((uint32_t *)(host->ram + offset), value, __ATOMIC_SEQ_CST);
}

void host_await_word(struct host *host, uint32_t offset, uint32_t value)
{
	struct timespec pause = { .tv_nsec = 100000 };

	for (int i = 0; i < TIMEOUT_S * 10000; i++) {
		if (host_word(host, offset) == value)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("word at 0x%x stays 0x%x", offset, host_word(host, offset));
}

static uint32_t zero_word(struct host *host, uint32_t word)
{
	return host_word(host, ZERO(word));
}

static void set_zero_word(struct host *host, uint32_t word, uint32_t value)
{
	host_set_word(host, ZERO(word), value);
}

static void lay_out_side(struct host *host, uint32_t side, uint32_t first,
			 uint32_t last, uint32_t sync)
{
	set_zero_word(host, side + S_SLOT_FIRST, first);
	set_zero_word(host, side + S_SLOT_LAST, last);
	set_zero_word(host, side + S_SLOT_SYNC, sync);
}

void host_lay_out(struct host *host)
{
	memset(host->ram + HOST_SLOTS_AT, 0, HOST_SLOTS * 4096);
	set_zero_word(host, Z_MAGIC, 0x56434849);
	set_zero_word(host, Z_VERSION, 8 | 3 << 16);
	set_zero_word(host, Z_SIZE, 1288);
	set_zero_word(host, Z_SLOT_SIZE, 4096);
	set_zero_word(host, Z_MAX_SLOTS, 128);
	set_zero_word(host, Z_MAX_SLOTS_PER_SIDE, 64);
	set_zero_word(host, Z_FRAGMENTS, HOST_BUS(HOST_FRAGMENTS_AT));
	set_zero_word(host, Z_NR_FRAGMENTS, 64);
	lay_out_side(host, Z_MASTER, 2, 32, 1);
	lay_out_side(host, Z_SLAVE, 34, 64, 33);
	for (uint32_t i = 0; i < 31; i++)
		set_zero_word(host, Z_SLAVE + S_QUEUE + 4 * i, 34 + i);
	set_zero_word(host, Z_SLAVE + S_QUEUE_RECYCLE, 31);
	set_zero_word(host, Z_SLAVE + S_SYNC_RELEASE + 4, 1);
	set_zero_word(host, Z_SLAVE + S_DEBUG, 11);
	set_zero_word(host, Z_SLAVE + S_INITIALISED, 1);
	host->tx_pos = 0;
	host->tx_available = 31;
	host->rx_pos = 0;
	host->nr_recycled = 31;
	host->nr_held = 0;
}

static void map_ram(struct host *host)
{
	host->memfd = memfd_create("guest", MFD_CLOEXEC);
	assert_true(host->memfd >= 0);
	assert_int_equal(ftruncate(host->memfd, HOST_RAM_SIZE), 0);
	host->ram = mmap(NULL, HOST_RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			 host->memfd, 0);
	assert_true(host->ram != MAP_FAILED);
	host->vc.guest = vc_guest_create(RAM_BASE);
	assert_non_null(host->vc.guest);
	assert_int_equal(vc_guest_map(host->vc.guest, RAM_BASE, HOST_RAM_SIZE,
				      host->memfd, 0, true), 0);
}

struct host *host_create(void)
{
	struct host *host = calloc(1, sizeof(*host));

	assert_non_null(host);
	host->line = 64;
	map_ram(host);
	host->vc.doorbell = vc_doorbell_create(&host->vc);
	host->fw = vc_firmware_create(&host->vc);
	assert_non_null(host->fw);
	host_lay_out(host);
	return host;
}

void host_destroy(struct host *host)
{
	vc_firmware_stop(host->fw);
	if (host->observe)
		host->observe(host->observer);
	vc_firmware_destroy(host->fw);
	vc_doorbell_destroy(host->vc.doorbell);
	vc_guest_destroy(host->vc.guest);
	munmap(host->ram, HOST_RAM_SIZE);
	close(host->memfd);
	free(host);
}

uint32_t host_hand_over(struct host *host)
{
	return vc_firmware_vchiq_init(host->fw, HOST_BUS(HOST_SLOTS_AT));
}

struct host *host_connected(void)
{
	struct host *host = host_create();
	struct host_msg msg;

	assert_int_equal(host_hand_over(host), 0);
	host_send(host, CONNECT, 0, 0, NULL, 0);
	host_expect(host, &msg, CONNECT, 0, 0, 0);
	host_sync(host);
	assert_string_equal(host_state(host), "connected");
	return host;
}

/* -----------------------------------------------------------------------------
 * Events
 */

void host_signal(struct host *host, uint32_t event)
{
	set_zero_word(host, Z_MASTER + event + 4, 1);
	if (zero_word(host, Z_MASTER + event))
		host->vc.doorbell->rung(host->vc.doorbell->arg);
}

static void nothing(void *arg)
{
}

/*
 * The first call returns when the thread is past its posts and about to look at
 * the events, the second when it has looked.
 */
void host_sync(struct host *host)
{
	host->vc.doorbell->rung(host->vc.doorbell->arg);
	vc_firmware_call(host->fw, nothing, NULL);
	vc_firmware_call(host->fw, host->observe ? host->observe : nothing,
			 host->observer);
}

/* Steps R1 to R7 for one of the host's own events. */
static void wait_event(struct host *host, uint32_t event)
{
	uint32_t armed = Z_SLAVE + event, fired = armed + 4;

	if (!zero_word(host, fired)) {
		set_zero_word(host, armed, 1);
		while (!zero_word(host, fired))
			wait_for_ring(host->vc.doorbell);
		set_zero_word(host, armed, 0);
	}
	set_zero_word(host, fired, 0);
}

/* -----------------------------------------------------------------------------
 * Sending
 */

static uint32_t tx_offset(struct host *host)
{
	uint32_t slot = zero_word(host, Z_SLAVE + S_QUEUE + 4 * (host->tx_pos / 4096 % 64));

	return HOST_SLOTS_AT + slot * 4096 + host->tx_pos % 4096;
}

unsigned int host_free_slots(struct host *host)
{
	uint32_t started = (host->tx_pos + 4095) / 4096;

	host->tx_available = zero_word(host, Z_SLAVE + S_QUEUE_RECYCLE);
	return host->tx_available - started;
}

static void take_slot(struct host *host)
{
	while (!host_free_slots(host)) {
		host_publish(host);
		wait_event(host, S_RECYCLE);
	}
}

static void make_room(struct host *host, uint32_t stride)
{
	uint32_t rest = -host->tx_pos % 4096;

	if (rest && stride > rest) {
		host_set_word(host, tx_offset(host), 0);
		host_set_word(host, tx_offset(host) + 4, rest - 8);
		host->tx_pos += rest;
		rest = 0;
	}
	if (!rest)
		take_slot(host);
}

void host_put_raw(struct host *host, uint32_t msgid, uint32_t claimed_size,
		  const void *data, uint32_t size)
{
	uint32_t stride = (size + 8 + 7) & ~7u;

	make_room(host, stride);
	if (size)
		memcpy(host->ram + tx_offset(host) + 8, data, size);
	host_set_word(host, tx_offset(host) + 4, claimed_size);
	host_set_word(host, tx_offset(host), msgid);
	host->tx_pos += stride;
}

void host_put(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
	      const void *data, uint32_t size)
{
	host_put_raw(host, type << 24 | src << 12 | dst, size, data, size);
}

void host_publish(struct host *host)
{
	set_zero_word(host, Z_SLAVE + S_TX_POS, host->tx_pos);
	host_signal(host, S_TRIGGER);
}

void host_send(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
	       const void *data, uint32_t size)
{
	host_put(host, type, src, dst, data, size);
	host_publish(host);
}

/* -----------------------------------------------------------------------------
 * Receiving
 */

static void recycle(struct host *host, uint32_t slot)
{
	set_zero_word(host, Z_MASTER + S_QUEUE + 4 * (host->nr_recycled % 64), slot);
	set_zero_word(host, Z_MASTER + S_QUEUE_RECYCLE, ++host->nr_recycled);
	host_signal(host, S_RECYCLE);
}

void host_recycle_held(struct host *host, unsigned int index)
{
	assert_true(index < host->nr_held);
	recycle(host, host->held[index]);
	host->nr_held--;
	memmove(&host->held[index], &host->held[index + 1],
		(host->nr_held - index) * sizeof(host->held[0]));
}

static void slot_read(struct host *host)
{
	if (host->hold)
		host->held[host->nr_held++] = host->rx_slot;
	else
		recycle(host, host->rx_slot);
}

/* Whatever is at rx_pos. */
static void take_message(struct host *host, struct host_msg *msg)
{
	uint32_t at, msgid;

	if (host->rx_pos % 4096 == 0)
		host->rx_slot = zero_word(host, Z_MASTER + S_QUEUE +
						4 * (host->rx_pos / 4096 % 64));
	at = HOST_SLOTS_AT + host->rx_slot * 4096 + host->rx_pos % 4096;
	msgid = host_word(host, at);
	msg->type = msgid >> 24;
	msg->src = msgid >> 12 & 0xfff;
	msg->dst = msgid & 0xfff;
	msg->size = host_word(host, at + 4);
	assert_true(host->rx_pos % 4096 + 8 + msg->size <= 4096);
	memcpy(msg->data, host->ram + at + 8, msg->size);
	host->rx_pos += (msg->size + 15) & ~7u;
	if (host->rx_pos % 4096 == 0)
		slot_read(host);
}

bool host_try_receive(struct host *host, struct host_msg *msg)
{
	while (zero_word(host, Z_MASTER + S_TX_POS) != host->rx_pos) {
		take_message(host, msg);
		if (msg->type != PADDING)
			return true;
	}
	return false;
}

void host_receive(struct host *host, struct host_msg *msg)
{
	while (!host_try_receive(host, msg))
		wait_event(host, S_TRIGGER);
}

void host_expect(struct host *host, struct host_msg *msg, uint32_t type,
		 uint32_t src, uint32_t dst, uint32_t size)
{
	host_receive(host, msg);
	assert_int_equal(msg->type, type);
	assert_int_equal(msg->src, src);
	assert_int_equal(msg->dst, dst);
	assert_int_equal(msg->size, size);
}

void host_expect_silence(struct host *host)
{
	struct host_msg msg;

	host_sync(host);
	assert_false(host_try_receive(host, &msg));
}

/* -----------------------------------------------------------------------------
 * Synchronous slots
 */

void host_sync_send(struct host *host, uint32_t type, uint32_t src, uint32_t dst,
		    const void *data, uint32_t size)
{
	wait_event(host, S_SYNC_RELEASE);
	assert_int_equal(host_word(host, HOST_SYNC_AT), 0);
	if (size)
		memcpy(host->ram + HOST_SYNC_AT + 8, data, size);
	host_set_word(host, HOST_SYNC_AT + 4, size);
	host_set_word(host, HOST_SYNC_AT, type << 24 | src << 12 | dst);
	host_signal(host, S_SYNC_TRIGGER);
}

void host_sync_take(struct host *host, struct host_msg *msg)
{
	uint32_t msgid;

	wait_event(host, S_SYNC_TRIGGER);
	msgid = host_word(host, HOST_PEER_SYNC_AT);
	msg->type = msgid >> 24;
	msg->src = msgid >> 12 & 0xfff;
	msg->dst = msgid & 0xfff;
	msg->size = host_word(host, HOST_PEER_SYNC_AT + 4);
	assert_true(msg->size <= 4088);
	memcpy(msg->data, host->ram + HOST_PEER_SYNC_AT + 8, msg->size);
}

void host_sync_release(struct host *host)
{
	host_set_word(host, HOST_PEER_SYNC_AT, 0);
	host_signal(host, S_SYNC_RELEASE);
}

void host_sync_expect(struct host *host, struct host_msg *msg, uint32_t type,
		      uint32_t src, uint32_t dst, uint32_t size)
{
	host_sync_take(host, msg);
	assert_int_equal(msg->type, type);
	assert_int_equal(msg->src, src);
	assert_int_equal(msg->dst, dst);
	assert_int_equal(msg->size, size);
	host_sync_release(host);
}

/* -----------------------------------------------------------------------------
 * Services
 */

int host_open(struct host *host, const char *fourcc, uint32_t port,
	      int version, int version_min)
{
	uint32_t open[3] = {
		(uint32_t)fourcc[0] << 24 | (uint32_t)fourcc[1] << 16 |
			(uint32_t)fourcc[2] << 8 | (uint32_t)fourcc[3],
		1234,
		(uint16_t)version | (uint32_t)version_min << 16,
	};
	struct host_msg msg;

	host_send(host, OPEN, port, 0, open, sizeof(open));
	host_receive(host, &msg);
	assert_int_equal(msg.dst, port);
	if (msg.type == CLOSE) {
		assert_int_equal(msg.src, 0);
		assert_int_equal(msg.size, 0);
		return -1;
	}
	assert_int_equal(msg.type, OPENACK);
	assert_int_equal(msg.size, 2);
	return (int)msg.src;
}

void host_close(struct host *host, uint32_t port, uint32_t fw_port)
{
	struct host_msg msg;

	host_send(host, CLOSE, port, fw_port, NULL, 0);
	host_expect(host, &msg, CLOSE, fw_port, port, 0);
}

/* -----------------------------------------------------------------------------
 * Status
 */

static const char *status_string(struct host *host, const char *name, char text[32])
{
	struct json_object *status = json_object_new_object();

	host_sync(host);
	vc_firmware_status(host->fw, status);
	snprintf(text, 32, "%s", json_object_get_string(json_object_object_get(status, name)));
	json_object_put(status);
	return text;
}

const char *host_state(struct host *host)
{
	static char state[32];

	return status_string(host, "state", state);
}

const char *host_power(struct host *host)
{
	static char power[32];

	return status_string(host, "power", power);
}

int64_t host_counter(struct host *host, const char *name)
{
	struct json_object *status = json_object_new_object();
	struct json_object *value;
	int64_t n;

	host_sync(host);
	vc_firmware_status(host->fw, status);
	assert_true(json_object_object_get_ex(status, name, &value));
	n = json_object_get_int64(value);
	json_object_put(status);
	return n;
}
