// SPDX-License-Identifier: GPL-2.0
/*
 * The mailbox through its registers, and property buffers in guest memory: each
 * tag as drivers send it, and buffers that are none.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <videocore/property.h>
#include <videocore/virt.h>

#include "guest.h"
#include "loop.h"
#include "soc/bus.h"
#include "soc/irq.h"
#include "soc/mailbox.h"
#include "soc/property.h"
#include "videocored.h"

#define RAM_SIZE	0x10000
#define BUFFER		0xc0001000u
#define MAIL(off)	(VC_VIRT_MAILBOX + (off))
#define RD		MAIL(0x00)
#define POL		MAIL(0x10)
#define STA		MAIL(0x18)
#define CNF		MAIL(0x1c)
#define WRT		MAIL(0x20)
#define STA1		MAIL(0x38)
#define EMPTY		(1u << 30)
#define FULL		(1u << 31)
#define UNTOUCHED	0xfeedf00d

/** struct fixture - a mailbox, guest memory, an interrupt */
struct fixture {
	struct videocored vc;
	uint8_t *ram;
	int fd;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int mem = memfd_create("guest", MFD_CLOEXEC);

	assert_int_equal(ftruncate(mem, RAM_SIZE), 0);
	f->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, mem, 0);
	f->vc.loop = vc_loop_create();
	f->vc.guest = vc_guest_create(VC_VIRT_RAM_BASE);
	f->vc.irq = vc_irq_create(f->vc.loop);
	f->vc.bus = vc_bus_create();
	f->vc.mailbox = vc_mailbox_create(&f->vc);
	assert_non_null(f->vc.mailbox);
	assert_int_equal(vc_guest_map(f->vc.guest, VC_VIRT_RAM_BASE, RAM_SIZE, mem, 0, true), 0);
	close(mem);
	f->fd = eventfd(0, EFD_NONBLOCK);
	vc_irq_attach(f->vc.irq, VC_VIRT_IRQ_MAILBOX, dup(f->fd));
	*state = f;

	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->fd);
	munmap(f->ram, RAM_SIZE);
	vc_mailbox_destroy(f->vc.mailbox);
	vc_bus_destroy(f->vc.bus);
	vc_irq_destroy(f->vc.irq);
	vc_guest_destroy(f->vc.guest);
	vc_loop_destroy(f->vc.loop);
	free(f);

	return 0;
}

static uint64_t edges(struct fixture *f)
{
	uint64_t n = 0;

	return read(f->fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static uint32_t reg(struct fixture *f, uint32_t off)
{
	return vc_bus_read(f->vc.bus, off, 4);
}

static void set_reg(struct fixture *f, uint32_t off, uint32_t val)
{
	vc_bus_write(f->vc.bus, off, 4, val);
}

static uint32_t *buffer(struct fixture *f)
{
	return (uint32_t *)(f->ram + (BUFFER & 0xffff));
}

/* Send what is in the buffer; returns its code word afterwards. */
static uint32_t transact(struct fixture *f)
{
	set_reg(f, WRT, BUFFER | VC_MBOX_CHANNEL_PROPERTY);
	assert_int_equal(reg(f, RD), BUFFER | VC_MBOX_CHANNEL_PROPERTY);
	return buffer(f)[1];
}

/* One tag with @nr words of value, which are replaced. Returns the response word. */
static uint32_t tag(struct fixture *f, uint32_t id, uint32_t *val, uint32_t nr)
{
	uint32_t *buf = buffer(f);

	buf[0] = (6 + nr) * 4;
	buf[1] = VC_PROP_REQUEST;
	buf[2] = id;
	buf[3] = nr * 4;
	buf[4] = 0;
	if (nr)
		memcpy(&buf[5], val, nr * 4);
	buf[5 + nr] = VC_TAG_END;
	assert_int_equal(transact(f), VC_PROP_SUCCESS);
	if (nr)
		memcpy(val, &buf[5], nr * 4);

	return buf[4];
}

static uint32_t answer_len(struct fixture *f, uint32_t id, uint32_t *val, uint32_t nr)
{
	uint32_t resp = tag(f, id, val, nr);

	assert_true(resp & VC_PROP_TAG_RESPONSE);
	return resp & ~VC_PROP_TAG_RESPONSE;
}

/* The second word of a two-word tag. */
static uint32_t ask2(struct fixture *f, uint32_t id, uint32_t first, uint32_t second)
{
	uint32_t val[2] = { first, second };

	assert_int_equal(answer_len(f, id, val, 2), 8);
	assert_int_equal(val[0], first);
	return val[1];
}

/* -----------------------------------------------------------------------------
 * Registers
 */

static void test_interrupt(void **state)
{
	struct fixture *f = *state;
	uint32_t *buf = buffer(f);

	buf[0] = 12;
	buf[1] = 0;
	buf[2] = 0;
	assert_int_equal(reg(f, STA), EMPTY);
	assert_int_equal(reg(f, STA1) & FULL, 0);
	set_reg(f, WRT, BUFFER | 8);
	/* Not enabled yet. */
	assert_int_equal(edges(f), 0);
	set_reg(f, CNF, 1);
	assert_int_equal(reg(f, CNF), 1);
	assert_int_equal(edges(f), 1);
	assert_int_equal(reg(f, STA) & EMPTY, 0);
	assert_int_equal(reg(f, POL), BUFFER | 8);
	assert_int_equal(reg(f, RD), BUFFER | 8);
	assert_int_equal(reg(f, STA), EMPTY);
	/* The line has dropped: the next answer is a new edge. */
	set_reg(f, WRT, BUFFER | 8);
	assert_int_equal(edges(f), 1);
}

static void test_fifo(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 8; i++)
		set_reg(f, WRT, (BUFFER + 16 * (uint32_t)i) | 8);
	assert_int_equal(reg(f, STA), FULL);
	/* One too many is lost, the others keep their order. */
	set_reg(f, WRT, 0xc0008000 | 8);
	for (i = 0; i < 8; i++)
		assert_int_equal(reg(f, RD), (BUFFER + 16 * (uint32_t)i) | 8);
	assert_int_equal(reg(f, STA), EMPTY);
	assert_int_equal(reg(f, RD), 0);
}

static void test_other_channel(void **state)
{
	struct fixture *f = *state;

	set_reg(f, WRT, BUFFER | 1);
	assert_int_equal(reg(f, STA), EMPTY);
}

static void test_reset(void **state)
{
	struct fixture *f = *state;

	set_reg(f, CNF, 1);
	set_reg(f, WRT, BUFFER | 8);
	assert_int_equal(ask2(f, VC_TAG_SET_DOMAIN_STATE, 11, 1), 1);
	set_reg(f, WRT, BUFFER | 8);
	vc_bus_reset(f->vc.bus);
	assert_int_equal(reg(f, STA), EMPTY);
	assert_int_equal(reg(f, CNF), 0);
	assert_int_equal(ask2(f, VC_TAG_GET_DOMAIN_STATE, 11, ~0u), 0);
}

/* -----------------------------------------------------------------------------
 * Tags
 */

static void test_plain_tags(void **state)
{
	static const struct { uint32_t id, nr, want; } plain[] = {
		{ VC_TAG_GET_REVISION, 1, 0 },
		{ VC_TAG_GET_BOARD_MODEL, 1, 0 },
		{ VC_TAG_GET_BOARD_REVISION, 1, 0 },
		{ VC_TAG_GET_MAC_ADDRESS, 2, 0 },
		{ VC_TAG_GET_BOARD_SERIAL, 2, 0 },
		{ VC_TAG_GET_ARM_MEMORY, 2, 0 },
		{ VC_TAG_GET_VC_MEMORY, 2, 0 },
		{ VC_TAG_GET_DMA_CHANNELS, 1, 0x7f35 },
		{ VC_TAG_NOTIFY_XHCI_RESET, 1, UNTOUCHED },
	};
	static const uint32_t empty[] = {
		VC_TAG_NOTIFY_REBOOT, VC_TAG_NOTIFY_DISPLAY_DONE, VC_TAG_FB_RELEASE,
	};
	struct fixture *f = *state;
	uint32_t val[2];
	size_t i;

	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		val[0] = UNTOUCHED;
		val[1] = UNTOUCHED;
		assert_int_equal(answer_len(f, plain[i].id, val, plain[i].nr), plain[i].nr * 4);
		if (plain[i].want)
			assert_int_equal(val[0], plain[i].want);
		else
			assert_int_not_equal(val[0], UNTOUCHED);
	}
	for (i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		assert_int_equal(answer_len(f, empty[i], NULL, 0), 0);
	val[0] = UNTOUCHED;
	answer_len(f, VC_TAG_GET_THROTTLED, val, 1);
	assert_int_equal(val[0], 0);
	assert_int_equal(ask2(f, VC_TAG_GET_TEMPERATURE, 0, 0), 40000);
	assert_int_equal(ask2(f, VC_TAG_GET_MAX_TEMPERATURE, 0, 0), 85000);
	assert_int_not_equal(ask2(f, VC_TAG_GET_VOLTAGE, 1, 0), 0);
}

/* The list for 6.12 (16 entries) and for 7.3 (17): known ids, zeros behind. */
static void test_get_clocks(void **state)
{
	static const uint32_t ids[] = { 4, 5, 9, 13, 15 };
	uint32_t val[2 * 17], n, i;
	struct fixture *f = *state;

	for (n = 16; n <= 17; n++) {
		memset(val, 0xff, sizeof(val));
		assert_int_equal(answer_len(f, VC_TAG_GET_CLOCKS, val, 2 * n), 8 * n);
		for (i = 0; i < 5; i++)
			assert_int_equal(val[2 * i + 1], ids[i]);
		for (; i < n; i++)
			assert_int_equal(val[2 * i + 1], 0);
	}
	/* Too short a list gets what fits. */
	answer_len(f, VC_TAG_GET_CLOCKS, val, 3);
	assert_int_equal(val[1], 4);
	assert_int_equal(val[2], 0);
}

static void test_clock_limits(void **state)
{
	struct fixture *f = *state;

	/* 7.3 would pin these two to a minimum that is not 0. */
	assert_int_equal(ask2(f, VC_TAG_GET_MIN_CLOCK_RATE, VC_CLOCK_PIXEL, 1), 0);
	assert_int_equal(ask2(f, VC_TAG_GET_MIN_CLOCK_RATE, VC_CLOCK_VEC, 1), 0);
	assert_true(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, VC_CLOCK_PIXEL, 0) >= 162000000);
	assert_true(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, VC_CLOCK_M2MC, 0) >= 250000000);
	assert_true(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, VC_CLOCK_CORE, 0) >= 250000000);
	assert_true(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, VC_CLOCK_V3D, 0) >= 250000000);
	assert_int_equal(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, 3, 1), 0);
	assert_int_equal(ask2(f, VC_TAG_GET_MAX_CLOCK_RATE, 0xffffffff, 1), 0);
}

static void test_clock_rate(void **state)
{
	struct fixture *f = *state;
	uint32_t turbo[3] = { VC_CLOCK_PIXEL, 148500000, 1 };

	/* 6.12 sends a third word. */
	assert_int_equal(answer_len(f, VC_TAG_SET_CLOCK_RATE, turbo, 3), 8);
	assert_int_equal(turbo[1], 148500000);
	assert_int_equal(turbo[2], 1);
	assert_int_equal(ask2(f, VC_TAG_GET_CLOCK_RATE, VC_CLOCK_PIXEL, 0), 148500000);
	assert_int_equal(ask2(f, VC_TAG_GET_CLOCK_MEASURED, VC_CLOCK_PIXEL, 0), 148500000);
	assert_int_equal(vc_mailbox_clock_rate(f->vc.mailbox, VC_CLOCK_PIXEL), 148500000);
	/* 7.3 switches a clock off by rate 0, then state off. */
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_RATE, VC_CLOCK_PIXEL, 0), 0);
	assert_int_equal(vc_mailbox_clock_rate(f->vc.mailbox, VC_CLOCK_PIXEL), 0);
	/* The state machine's clock never stops while it is resumed. */
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_RATE, VC_CLOCK_M2MC, 0), 120000000);
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_RATE, VC_CLOCK_V3D, 0xffffffff), 300000000);
	/* One that is not there. */
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_RATE, 3, 1000), 0);
	assert_int_equal(vc_mailbox_clock_rate(f->vc.mailbox, 77), 0);
}

static void test_clock_state(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_STATE, VC_CLOCK_V3D, 0), 0);
	assert_int_equal(ask2(f, VC_TAG_GET_CLOCK_STATE, VC_CLOCK_V3D, 7), 0);
	assert_int_equal(vc_mailbox_clock_rate(f->vc.mailbox, VC_CLOCK_V3D), 0);
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_STATE, VC_CLOCK_V3D, 1), 1);
	assert_int_not_equal(vc_mailbox_clock_rate(f->vc.mailbox, VC_CLOCK_V3D), 0);
	/* Bit 1: not present. */
	assert_int_equal(ask2(f, VC_TAG_GET_CLOCK_STATE, 99, 0), 2);
	assert_int_equal(ask2(f, VC_TAG_SET_CLOCK_STATE, 99, 1), 2);
}

static void test_domains(void **state)
{
	uint32_t bad[2] = { 0, UNTOUCHED };
	struct fixture *f = *state;

	/* The probe of raspberrypi-power: the ones must go. */
	assert_int_equal(ask2(f, VC_TAG_GET_DOMAIN_STATE, 22, 0xffffffff), 0);
	assert_int_equal(ask2(f, VC_TAG_SET_DOMAIN_STATE, 11, 1), 1);
	assert_int_equal(ask2(f, VC_TAG_GET_DOMAIN_STATE, 11, 0), 1);
	assert_int_equal(ask2(f, VC_TAG_GET_DOMAIN_STATE, 12, 9), 0);
	assert_int_equal(tag(f, VC_TAG_GET_DOMAIN_STATE, bad, 2), 0);
	bad[0] = 0xffffffff;
	assert_int_equal(tag(f, VC_TAG_SET_DOMAIN_STATE, bad, 2), 0);
	assert_int_equal(bad[1], UNTOUCHED);
}

static void test_power(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask2(f, VC_TAG_GET_POWER_STATE, 3, 9), 0);
	assert_int_equal(ask2(f, VC_TAG_SET_POWER_STATE, 3, 3), 1);
	assert_int_equal(ask2(f, VC_TAG_GET_POWER_STATE, 3, 0), 1);
	assert_int_equal(ask2(f, VC_TAG_SET_POWER_STATE, 1000, 1), 2);
}

static void test_gpio(void **state)
{
	uint32_t get[2] = { VC_GPIO_EXP_HDMI_HPD, UNTOUCHED };
	uint32_t set[2] = { VC_GPIO_EXP_BASE + 2, 1 };
	struct fixture *f = *state;

	/* Word 0 comes back as 0, or the driver takes it for an error. */
	answer_len(f, VC_TAG_GET_GPIO_STATE, get, 2);
	assert_int_equal(get[0], 0);
	assert_int_equal(get[1], 1);
	vc_mailbox_set_gpio(f->vc.mailbox, VC_GPIO_EXP_HDMI_HPD, false);
	get[0] = VC_GPIO_EXP_HDMI_HPD;
	answer_len(f, VC_TAG_GET_GPIO_STATE, get, 2);
	assert_int_equal(get[1], 0);
	/* What is plugged in survives a reset. */
	vc_bus_reset(f->vc.bus);
	get[0] = VC_GPIO_EXP_HDMI_HPD;
	get[1] = 1;
	answer_len(f, VC_TAG_GET_GPIO_STATE, get, 2);
	assert_int_equal(get[1], 0);

	answer_len(f, VC_TAG_SET_GPIO_STATE, set, 2);
	assert_int_equal(set[0], 0);
}

static void test_gpio_config(void **state)
{
	uint32_t set[6] = { VC_GPIO_EXP_BASE + 1, 1, 1, 0, 0, 1 };
	uint32_t get[5] = { VC_GPIO_EXP_BASE + 1, 9, 9, 9, 9 };
	uint32_t level[2] = { VC_GPIO_EXP_BASE + 1, 9 };
	uint32_t none[2] = { VC_GPIO_EXP_BASE + VC_GPIO_EXP_COUNT, 9 };
	struct fixture *f = *state;

	answer_len(f, VC_TAG_SET_GPIO_CONFIG, set, 6);
	assert_int_equal(set[0], 0);
	answer_len(f, VC_TAG_GET_GPIO_CONFIG, get, 5);
	assert_int_equal(get[0], 0);
	assert_int_equal(get[1], 1);
	assert_int_equal(get[2], 1);
	assert_int_equal(get[3], 0);
	/* An output reads what it drives, whatever comes from outside. */
	vc_mailbox_set_gpio(f->vc.mailbox, VC_GPIO_EXP_BASE + 1, false);
	answer_len(f, VC_TAG_GET_GPIO_STATE, level, 2);
	assert_int_equal(level[1], 1);
	/* A line that is not there keeps its number. */
	answer_len(f, VC_TAG_GET_GPIO_STATE, none, 2);
	assert_int_equal(none[0], VC_GPIO_EXP_BASE + VC_GPIO_EXP_COUNT);
}

static void test_vchiq_without_firmware(void **state)
{
	uint32_t slot_zero = 0xc0004000;
	struct fixture *f = *state;

	answer_len(f, VC_TAG_VCHIQ_INIT, &slot_zero, 1);
	assert_int_not_equal(slot_zero, 0);
}

/* What vcgencmd asks when there is no VCHIQ. */
static void test_gencmd(void **state)
{
	uint32_t val[1 + 256] = { UNTOUCHED };
	struct fixture *f = *state;

	snprintf((char *)&val[1], sizeof(val) - 4, "measure_clock core ");
	assert_int_not_equal(tag(f, VC_TAG_GET_GENCMD_RESULT, val, 257), 0);
	assert_int_equal(val[0], 0);
	assert_string_equal((char *)&val[1], "frequency(1)=400000000");
	snprintf((char *)&val[1], sizeof(val) - 4, "make_tea");
	assert_int_not_equal(tag(f, VC_TAG_GET_GENCMD_RESULT, val, 257), 0);
	assert_int_equal(val[0], 1);
	assert_string_equal((char *)&val[1], "error=1 error_msg=\"Command not registered\"");
	/* All of the room taken by the request, and too little for the answer. */
	memset(val, 'x', sizeof(val));
	assert_int_not_equal(tag(f, VC_TAG_GET_GENCMD_RESULT, val, 257), 0);
	assert_int_equal(val[0], 1);
	memcpy(&val[1], "get_mem", 8);
	assert_int_not_equal(tag(f, VC_TAG_GET_GENCMD_RESULT, val, 3), 0);
	assert_int_equal(val[0], 2);
	assert_memory_equal(&val[1], "error=2", 8);
}

/* An option: requests with one tag fail. */
static void test_refused_tag(void **state)
{
	uint32_t message[] = { 0, 0, VC_TAG_GET_THROTTLED, 4, 0, 0, VC_TAG_END };
	struct vc_property *prop = vc_property_create(NULL, NULL);

	vc_property_refuse_tag(prop, VC_TAG_GET_THROTTLED);
	assert_int_equal(vc_property_parse(prop, message, 7), VC_PROP_PARSE_ERROR);
	assert_int_equal(message[4], 0);
	vc_property_refuse_tag(prop, 0);
	assert_int_equal(vc_property_parse(prop, message, 7), VC_PROP_SUCCESS);
	vc_property_destroy(prop);
}

static void test_unknown_tag(void **state)
{
	uint32_t val[2] = { 1, UNTOUCHED };
	struct fixture *f = *state;

	assert_int_equal(tag(f, 0x00099999, val, 2), 0);
	assert_int_equal(val[0], 1);
	assert_int_equal(val[1], UNTOUCHED);
	/* A known one with too little room is left alone as well. */
	assert_int_equal(tag(f, VC_TAG_GET_CLOCK_RATE, val, 1), 0);
	assert_int_equal(tag(f, VC_TAG_SET_GPIO_CONFIG, val, 2), 0);
	assert_int_equal(val[1], UNTOUCHED);
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

static void test_several_tags(void **state)
{
	static const uint32_t message[] = {
		0, 0,
		VC_TAG_GET_REVISION, 4, 0, 0,
		0x00099999, 3, 0, UNTOUCHED,	/* 3 bytes, padded */
		VC_TAG_NOTIFY_DISPLAY_DONE, 0, 0,
		VC_TAG_GET_CLOCK_RATE, 8, 0, VC_CLOCK_CORE, 0,
		VC_TAG_END,
	};
	struct fixture *f = *state;
	uint32_t *buf = buffer(f);

	memcpy(buf, message, sizeof(message));
	buf[0] = sizeof(message);
	assert_int_equal(transact(f), VC_PROP_SUCCESS);
	assert_int_equal(buf[4], VC_PROP_TAG_RESPONSE | 4);
	assert_int_equal(buf[8], 0);
	assert_int_equal(buf[9], UNTOUCHED);
	assert_int_equal(buf[12], VC_PROP_TAG_RESPONSE);
	assert_int_equal(buf[17], 250000000);
}

static void test_malformed(void **state)
{
	/* Size word, then words from word 2 on. */
	static const uint32_t bad[][6] = {
		{ 12, VC_TAG_GET_REVISION },			/* no end, no tag header */
		{ 20, VC_TAG_GET_REVISION, 4, 0 },		/* value beyond the end */
		{ 24, VC_TAG_GET_REVISION, 4, 0, 0 },		/* no end tag */
		{ 24, VC_TAG_GET_REVISION, 0xffffffff, 0, 0 },	/* length wraps */
		{ 24, VC_TAG_GET_REVISION, 0xfffffffc, 0, 0 },
		{ 24, 0x00099999, 100, 0, 0 },
	};
	struct fixture *f = *state;
	uint32_t *buf = buffer(f);
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(buf, 0, 64);
		buf[0] = bad[i][0];
		memcpy(&buf[2], &bad[i][1], 20);
		assert_int_equal(transact(f), VC_PROP_PARSE_ERROR);
	}
}

/* Not a buffer at all: an answer comes, memory stays as it was. */
static void test_not_a_buffer(void **state)
{
	static const uint32_t sizes[] = { 0, 8, 13, VC_PROPERTY_MAX + 4, 0xffffffff };
	struct fixture *f = *state;
	uint32_t *buf = buffer(f), *end = (uint32_t *)(f->ram + RAM_SIZE - 16);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf[0] = sizes[i];
		buf[1] = UNTOUCHED;
		assert_int_equal(transact(f), UNTOUCHED);
	}
	/* Runs out of guest memory. */
	end[0] = 32;
	end[1] = UNTOUCHED;
	set_reg(f, WRT, (0xc0000000 + RAM_SIZE - 16) | 8);
	assert_int_equal(reg(f, RD), (0xc0000000 + RAM_SIZE - 16) | 8);
	assert_int_equal(end[1], UNTOUCHED);
	/* Not in guest memory; in the peripherals. */
	set_reg(f, WRT, 0xd0000008);
	set_reg(f, WRT, 0x7e000008);
	assert_int_equal(reg(f, RD), 0xd0000008);
	assert_int_equal(reg(f, RD), 0x7e000008);
}

#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_interrupt),
		TEST(test_fifo),
		TEST(test_other_channel),
		TEST(test_reset),
		TEST(test_plain_tags),
		TEST(test_get_clocks),
		TEST(test_clock_limits),
		TEST(test_clock_rate),
		TEST(test_clock_state),
		TEST(test_domains),
		TEST(test_power),
		TEST(test_gpio),
		TEST(test_gpio_config),
		TEST(test_vchiq_without_firmware),
		TEST(test_gencmd),
		TEST(test_refused_tag),
		TEST(test_unknown_tag),
		TEST(test_several_tags),
		TEST(test_malformed),
		TEST(test_not_a_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
