// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a host that may do anything to the memory it shares with us.
 *
 * The input is a list of steps, one byte each and its operands: messages that
 * are right, messages that lie, words changed in slot zero, slots given back.
 * There is no firmware thread; the connection is polled where a step says so.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "log.h"
#include "services.h"
#include "smem.h"
#include "vchiq-priv.h"
#include "videocored.h"

#define RAM_BASE	0x40000000u
#define RAM_SIZE	(1u << 20)
#define BUS		0xc0000000u
#define FRAGMENTS_AT	(65u * 4096)
#define LISTS_AT	(80u * 4096)
#define BUFFERS_AT	(96u * 4096)
#define CLEARED		(128u * 4096)

#define MASTER		32u
#define SLAVE		404u

struct input {
	const uint8_t *data;
	size_t left;
};

/* The host, and what stands in for firmware.c. */
static struct machine {
	struct videocored vc;
	uint8_t *ram;
	uint32_t tx_pos;
	uint32_t rx_slots;	/* slots that were given back */
	struct vcq_connection *conn;
	struct smem_pool *pool;
	struct vcq_listener listeners[12];
	unsigned int nr_listeners;
	struct fw_timer *timers[16];
	struct vc_firmware_config config;
} m;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* -----------------------------------------------------------------------------
 * Instead of firmware.c, log.c
 */

void vc_log(enum vc_log_level level, const char *part, const char *fmt, ...)
{
}

void vcq_ring_host(struct vc_firmware *fw)
{
}

struct vc_guest_view *vcq_guest_view_get(struct vc_firmware *fw)
{
	return vc_guest_view_get(m.vc.guest);
}

struct videocored *vc_firmware_videocored(struct vc_firmware *fw)
{
	return &m.vc;
}

int vc_firmware_add_service(struct vc_firmware *fw, const struct fw_service_ops *ops, void *ctx)
{
	struct vcq_listener *listener = &m.listeners[m.nr_listeners++];

	*listener = (struct vcq_listener){ .ops = ops, .ctx = ctx };
	return 0;
}

/* There is no time here: a step says when timers are due. */
void fw_timer_cancel(struct vc_firmware *fw, struct fw_timer *timer)
{
	for (size_t i = 0; i < sizeof(m.timers) / sizeof(m.timers[0]); i++) {
		if (m.timers[i] == timer)
			m.timers[i] = NULL;
	}
	timer->is_set = false;
}

void fw_timer_set(struct vc_firmware *fw, struct fw_timer *timer, unsigned int ms)
{
	fw_timer_cancel(fw, timer);
	for (size_t i = 0; i < sizeof(m.timers) / sizeof(m.timers[0]); i++) {
		if (m.timers[i])
			continue;
		m.timers[i] = timer;
		timer->is_set = true;
		return;
	}
}

struct vcq_listener *vcq_listener_find(struct vc_firmware *fw, uint32_t fourcc,
				       int version, int version_min)
{
	for (unsigned int i = 0; i < m.nr_listeners; i++) {
		const struct fw_service_ops *ops = m.listeners[i].ops;

		if (ops->fourcc == fourcc &&
		    (!ops->max_open || m.listeners[i].nr_open < ops->max_open))
			return &m.listeners[i];
	}
	return NULL;
}

/* -----------------------------------------------------------------------------
 * Memory
 */

static uint32_t word(uint32_t at)
{
	uint32_t value;

	memcpy(&value, m.ram + at % (RAM_SIZE - 4), sizeof(value));
	return value;
}

static void set_word(uint32_t at, uint32_t value)
{
	memcpy(m.ram + at % (RAM_SIZE - 4), &value, sizeof(value));
}

static void set_range(uint32_t side, uint32_t first, uint32_t last, uint32_t sync)
{
	set_word(side + 4, first);
	set_word(side + 8, last);
	set_word(side + 12, sync);
}

static void lay_out(void)
{
	memset(m.ram, 0, CLEARED);
	set_word(0, 0x56434849);
	set_word(4, 8 | 3 << 16);
	set_word(8, 1288);
	set_word(12, 4096);
	set_word(16, 128);
	set_word(20, 64);
	set_word(24, BUS + FRAGMENTS_AT);
	set_word(28, 64);
	/* Few slots run out sooner. */
	set_range(MASTER, 2, 5, 1);
	set_range(SLAVE, 34, 37, 33);
	for (uint32_t i = 0; i < 4; i++)
		set_word(SLAVE + 72 + 4 * i, 34 + i);
	set_word(SLAVE + 44, 4);
	m.tx_pos = 0;
	m.rx_slots = 4;
}

/* -----------------------------------------------------------------------------
 * Steps
 */

static uint32_t take(struct input *in, unsigned int bytes)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < bytes && in->left; i++, in->left--)
		value |= (uint32_t)*in->data++ << (8 * i);
	return value;
}

static void connect_again(void)
{
	vcq_connection_destroy(m.conn);
	m.conn = NULL;
	if (!vcq_connection_create(NULL, &m.config, BUS, &m.conn))
		vcq_connection_start(m.conn);
}

static bool is_alive(void)
{
	return m.conn && m.conn->state != VCQ_BROKEN;
}

static void poll(void)
{
	for (int i = 0; i < 4 && is_alive() && vcq_connection_poll(m.conn); i++)
		;
	if (is_alive() && vcq_connection_arm(m.conn))
		vcq_connection_disarm(m.conn);
	if (is_alive())
		return;
	vcq_connection_close(m.conn);
	lay_out();
	connect_again();
}

static void publish(void)
{
	set_word(SLAVE + 28, m.tx_pos);
	set_word(MASTER + 16 + 4, 1);
}

static uint32_t tx_at(void)
{
	uint32_t slot = word(SLAVE + 72 + 4 * (m.tx_pos / 4096 % 64));

	return slot % 128 * 4096 + m.tx_pos % 4096;
}

/* Room for @stride bytes in one slot; whether the slot is free is not asked. */
static void make_room(uint32_t stride)
{
	uint32_t rest = 4096 - m.tx_pos % 4096;

	if (stride <= rest)
		return;
	set_word(tx_at(), 0);
	set_word(tx_at() + 4, rest - 8);
	m.tx_pos += rest;
}

static void put(uint32_t msgid, uint32_t claimed, const void *data, uint32_t size)
{
	make_room((size + 15) & ~7u);
	set_word(tx_at(), msgid);
	set_word(tx_at() + 4, claimed);
	if (size && tx_at() + 8 + size <= RAM_SIZE)
		memcpy(m.ram + tx_at() + 8, data, size);
	m.tx_pos += (size + 15) & ~7u;
	publish();
}

static uint32_t take_msgid(struct input *in, uint32_t type)
{
	uint32_t src = take(in, 1) % 8;
	uint32_t dst = take(in, 1) % 8;

	return type << 24 | src << 12 | dst;
}

static void step_message(struct input *in)
{
	uint32_t msgid = take_msgid(in, take(in, 1) % 15);
	uint32_t size = take(in, 2) % 4089;
	uint8_t data[4088] = { 0 };

	for (uint32_t i = 0; i < size && i < 64 && in->left; i++)
		data[i] = (uint8_t)take(in, 1);
	put(msgid, size, data, size);
}

static void step_lie(struct input *in)
{
	uint32_t msgid = take(in, 4);

	put(msgid, take(in, 4), "12345678", 8);
}

static void step_position(struct input *in)
{
	m.tx_pos = take(in, 4);
	publish();
}

static void step_slot_zero(struct input *in)
{
	uint32_t at = take(in, 2) % (1288 / 4) * 4;

	set_word(at, take(in, 4));
}

static void step_memory(struct input *in)
{
	uint32_t at = take(in, 3) % CLEARED & ~3u;

	set_word(at, take(in, 4));
}

/* Give back what a host would: the slots behind our position, in any order. */
static void step_recycle(struct input *in)
{
	uint32_t slot = 2 + take(in, 1) % 4;

	set_word(MASTER + 72 + 4 * (m.rx_slots % 64), slot);
	set_word(MASTER + 44, ++m.rx_slots);
	set_word(MASTER + 32 + 4, 1);
}

static void step_poll(struct input *in)
{
	poll();
}

static void step_open(struct input *in)
{
	static const uint32_t fourccs[] = {
		0x6563686f, 0x66756e63, 0x66756e32, 0x47434d44, 0x534d454d, 0x73796e63, 0x63616c6c,
	};
	uint32_t open[3] = { fourccs[take(in, 1) % 7], 1, 3 };

	put(2u << 24 | (take(in, 1) % 8) << 12, 12, open, 12);
}

/* A run of pages in the format of the chip. */
static uint32_t run_of(uint32_t at, uint32_t pages)
{
	if (m.config.addr36)
		return (RAM_BASE + at) >> 12 << 8 | (pages - 1);
	return (BUS + at) | (pages - 1);
}

static void step_bulk(struct input *in)
{
	uint32_t msgid = take_msgid(in, 6 + take(in, 1) % 2);
	uint32_t list = LISTS_AT + take(in, 1) % 8 * 64;
	uint32_t payload[2] = { BUS + list, take(in, 2) };

	set_word(list, payload[1]);
	set_word(list + 4, take(in, 1) | take(in, 2) << 16);
	set_word(list + 8, run_of(BUFFERS_AT, 2));
	set_word(list + 12, run_of(BUFFERS_AT + 0x4000, 16));
	put(msgid, 8, payload, 8);
}

static void step_sync(struct input *in)
{
	set_word(33 * 4096, take(in, 4));
	set_word(33 * 4096 + 4, take(in, 2));
	set_word(MASTER + 48 + 4, 1);
}

/* The firmware's synchronous slot is given back, free or not. */
static void step_sync_release(struct input *in)
{
	if (take(in, 1) & 1)
		set_word(1 * 4096, 0);
	set_word(MASTER + 60 + 4, 1);
}

/* What components and services do on their own account. */
static void step_firmware(struct input *in)
{
	uint32_t what = take(in, 1), handle = 0xc0000020u + what / 4 % 8, bus, size;
	struct fw_service *svc = is_alive() ? TAILQ_FIRST(&m.conn->services) : NULL;

	if (what % 4 == 0 && svc)
		fw_service_close(svc);
	else if (what % 4 == 1 && svc)
		fw_service_send(svc, "firmware", 8);
	else if (what % 4 == 2)
		smem_block_get(m.pool, handle, &bus, &size);
	else
		smem_block_put(m.pool, handle);
}

static void step_time(struct input *in)
{
	for (size_t i = 0; i < sizeof(m.timers) / sizeof(m.timers[0]); i++) {
		struct fw_timer *timer = m.timers[i];

		if (!timer)
			continue;
		fw_timer_cancel(NULL, timer);
		timer->fn(timer->arg);
	}
}

static void step_connect(struct input *in)
{
	uint32_t how = take(in, 1);

	if (how & 1)
		lay_out();
	m.config.line_size = how & 2 ? 32 : 64;
	m.config.addr36 = how & 4;
	connect_again();
}

static void (*const steps[])(struct input *in) = {
	step_message, step_poll, step_open, step_bulk, step_recycle, step_lie,
	step_position, step_slot_zero, step_memory, step_sync, step_connect, step_firmware,
	step_time, step_sync_release,
};

/* -----------------------------------------------------------------------------
 * One run
 */

static void machine_init(void)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, RAM_SIZE))
		abort();
	m.ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	m.vc.guest = vc_guest_create(RAM_BASE);
	if (m.ram == MAP_FAILED || !m.vc.guest ||
	    vc_guest_map(m.vc.guest, RAM_BASE, RAM_SIZE, fd, 0, true))
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	if (!m.ram)
		machine_init();
	m.nr_listeners = 0;
	vc_firmware_add_service(NULL, &fw_echo_ops, NULL);
	vc_firmware_add_service(NULL, &fw_sync_ops, NULL);
	vc_firmware_add_service(NULL, &fw_call_ops, NULL);
	vc_firmware_add_service(NULL, &fw_func_ops, NULL);
	vc_firmware_add_service(NULL, &fw_fun2_ops, NULL);
	vc_firmware_add_service(NULL, &fw_gencmd_ops, NULL);
	memset(m.timers, 0, sizeof(m.timers));
	m.pool = smem_pool_create(NULL);
	m.config = (struct vc_firmware_config){ .line_size = 64 };
	lay_out();
	connect_again();
	while (in.left)
		steps[take(&in, 1) % (sizeof(steps) / sizeof(steps[0]))](&in);
	poll();
	vcq_connection_destroy(m.conn);
	m.conn = NULL;
	smem_pool_destroy(m.pool);
	return 0;
}
