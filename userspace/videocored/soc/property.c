// SPDX-License-Identifier: GPL-2.0
/*
 * Property channel. A buffer is copied, answered in the copy and written back,
 * so that nothing the guest changes meanwhile is looked at twice. A tag we do
 * not know stays as it is, without the response bit: drivers probe like that.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <videocore/property.h>

#include "../firmware/services.h"
#include "../guest.h"
#include "../log.h"
#include "property.h"

#define WORD_SIZE		4u
#define HEADER_WORDS		2
#define TAG_WORDS		3

#define STATE_ON		(1u << 0)
#define STATE_MISSING		(1u << 1)

/* Unix time of the firmware we claim to be; a Pi 3B, revision 1.2. */
#define FIRMWARE_REVISION	0x67000000
#define BOARD_REVISION		0xa02082
#define BOARD_SERIAL		0x28350001
#define ARM_MEMORY_SIZE		0x3b000000
#define VC_MEMORY_SIZE		0x04000000
#define CORE_MICROVOLTS		1200000
#define TEMPERATURE_MC		40000
#define TEMPERATURE_MAX_MC	85000
#define DMA_CHANNELS		0x7f35

#define NR_CLOCKS		16	/* 6.12 fails on an id beyond */
#define NR_DOMAINS		32
#define NR_POWER_DEVICES	16

/**
 * struct property_clock - a firmware clock, all rates in Hz
 * @name: for status; NULL: not offered
 * @min: lowest rate
 * @max: highest rate
 * @initial: after reset
 */
struct property_clock {
	const char *name;
	uint32_t min;
	uint32_t max;
	uint32_t initial;
};

/*
 * soc-glue.md 2.3: PIXEL and VEC must have minimum 0, or 7.3 pins them to it;
 * M2MC must never read 0; ARM is left out as it would bring cpufreq along.
 */
static const struct property_clock clocks[NR_CLOCKS] = {
	[VC_CLOCK_CORE] = { "core", 250000000, 400000000, 250000000 },
	[VC_CLOCK_V3D] = { "v3d", 250000000, 300000000, 250000000 },
	[VC_CLOCK_PIXEL] = { "pixel", 0, 600000000, 0 },
	[VC_CLOCK_M2MC] = { "m2mc", 120000000, 600000000, 163682864 },
	[VC_CLOCK_VEC] = { "vec", 0, 216000000, 0 },
};

/**
 * struct property_gpio - a line of the GPIO expander
 * @config: direction (1 = out), polarity, termination, pull-up, as set
 * @out: level we drive
 * @in: level from outside
 */
struct property_gpio {
	uint32_t config[4];
	bool out;
	bool in;
};

#define GPIO_DIRECTION		0
#define GPIO_CONFIG_WORDS	4

/**
 * struct vc_property - state behind the tags
 * @vchiq_init: takes slot zero
 * @arg: for @vchiq_init
 * @refused_tag: makes a request fail, 0 if none
 * @memory_base: where the VideoCore's own memory begins
 * @memory_size: its bytes
 * @rate: rate of each clock
 * @clock_on: switched on
 * @domain_on: power domains by number; slot 0 unused
 * @device_on: devices of the old power interface
 * @gpio: the expander
 * @nr_requests: buffers so far
 * @nr_unknown: tags not known
 * @nr_malformed: buffers refused
 */
struct vc_property {
	uint32_t (*vchiq_init)(void *arg, uint32_t slot_zero_bus);
	void *arg;
	uint32_t refused_tag;
	uint32_t memory_base;
	uint32_t memory_size;
	uint32_t rate[NR_CLOCKS];
	bool clock_on[NR_CLOCKS];
	bool domain_on[NR_DOMAINS];
	bool device_on[NR_POWER_DEVICES];
	struct property_gpio gpio[VC_GPIO_EXP_COUNT];
	uint64_t nr_requests;
	uint64_t nr_unknown;
	uint64_t nr_malformed;
};

/* -----------------------------------------------------------------------------
 * Tags without state
 */

/*
 * Every tag function gets the value buffer, with at least as many words as its
 * table entry says, and returns false to leave the tag unanswered.
 */
static bool tag_done(struct vc_property *prop, uint32_t *val, size_t nr)
{
	return true;
}

static bool tag_revision(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = FIRMWARE_REVISION;
	return true;
}

static bool tag_board_model(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = 0;
	return true;
}

static bool tag_board_revision(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = BOARD_REVISION;
	return true;
}

static bool tag_mac_address(struct vc_property *prop, uint32_t *val, size_t nr)
{
	static const uint8_t mac[8] = { 0xb8, 0x27, 0xeb, 0x28, 0x35, 0x01 };

	memcpy(val, mac, sizeof(mac));
	return true;
}

static bool tag_board_serial(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = BOARD_SERIAL;
	val[1] = 0;
	return true;
}

static bool tag_arm_memory(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = 0;
	val[1] = prop->memory_base;
	return true;
}

static bool tag_vc_memory(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = prop->memory_base;
	val[1] = prop->memory_size;
	return true;
}

static bool tag_voltage(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = CORE_MICROVOLTS;
	return true;
}

static bool tag_temperature(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = TEMPERATURE_MC;
	return true;
}

static bool tag_max_temperature(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = TEMPERATURE_MAX_MC;
	return true;
}

static bool tag_throttled(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = 0;
	return true;
}

static bool tag_dma_channels(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = DMA_CHANNELS;
	return true;
}

static bool tag_vchiq_init(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[0] = prop->vchiq_init(prop->arg, val[0]);
	return true;
}

/* -----------------------------------------------------------------------------
 * Clocks
 */

static bool clock_exists(uint32_t id)
{
	return id < NR_CLOCKS && clocks[id].name;
}

static bool tag_get_clocks(struct vc_property *prop, uint32_t *val, size_t nr)
{
	uint32_t id;
	size_t at = 0;

	memset(val, 0, nr * sizeof(*val));
	for (id = 0; id < NR_CLOCKS && at + 2 <= nr; id++) {
		if (!clock_exists(id))
			continue;
		val[at + 1] = id;
		at += 2;
	}

	return true;
}

static bool tag_get_clock_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (!clock_exists(val[0]))
		val[1] = STATE_MISSING;
	else
		val[1] = prop->clock_on[val[0]] ? STATE_ON : 0;
	return true;
}

static bool tag_set_clock_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (clock_exists(val[0]))
		prop->clock_on[val[0]] = val[1] & STATE_ON;
	return tag_get_clock_state(prop, val, nr);
}

/* Clocks we do not have run at 0 Hz, as the real firmware says of unknown ones. */
static bool tag_get_clock_rate(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = clock_exists(val[0]) ? prop->rate[val[0]] : 0;
	return true;
}

static bool tag_set_clock_rate(struct vc_property *prop, uint32_t *val, size_t nr)
{
	const struct property_clock *clock;
	uint32_t rate = val[1];

	if (clock_exists(val[0])) {
		clock = &clocks[val[0]];
		if (rate < clock->min)
			rate = clock->min;
		if (rate > clock->max)
			rate = clock->max;
		prop->rate[val[0]] = rate;
		vc_dbg("mailbox", "clock %s is %u Hz", clock->name, rate);
	}

	return tag_get_clock_rate(prop, val, nr);
}

static bool tag_max_clock_rate(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = clock_exists(val[0]) ? clocks[val[0]].max : 0;
	return true;
}

static bool tag_min_clock_rate(struct vc_property *prop, uint32_t *val, size_t nr)
{
	val[1] = clock_exists(val[0]) ? clocks[val[0]].min : 0;
	return true;
}

uint32_t vc_property_clock_rate(const struct vc_property *prop, unsigned int id)
{
	return clock_exists(id) && prop->clock_on[id] ? prop->rate[id] : 0;
}

/* -----------------------------------------------------------------------------
 * Power
 */

static bool tag_get_domain_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (!val[0] || val[0] >= NR_DOMAINS)
		return false;
	val[1] = prop->domain_on[val[0]];
	return true;
}

static bool tag_set_domain_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (!val[0] || val[0] >= NR_DOMAINS)
		return false;
	prop->domain_on[val[0]] = val[1] & STATE_ON;
	return tag_get_domain_state(prop, val, nr);
}

static bool tag_get_power_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (val[0] >= NR_POWER_DEVICES)
		val[1] = STATE_MISSING;
	else
		val[1] = prop->device_on[val[0]] ? STATE_ON : 0;
	return true;
}

static bool tag_set_power_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	if (val[0] < NR_POWER_DEVICES)
		prop->device_on[val[0]] = val[1] & STATE_ON;
	return tag_get_power_state(prop, val, nr);
}

/* -----------------------------------------------------------------------------
 * GPIO expander. Word 0 is the line number on the way in and a status, 0 = good,
 * on the way out: for a line that is not there it stays what it was.
 */

static struct property_gpio *gpio_line(struct vc_property *prop, uint32_t gpio)
{
	if (gpio < VC_GPIO_EXP_BASE || gpio - VC_GPIO_EXP_BASE >= VC_GPIO_EXP_COUNT)
		return NULL;
	return &prop->gpio[gpio - VC_GPIO_EXP_BASE];
}

static bool tag_get_gpio_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	const struct property_gpio *line = gpio_line(prop, val[0]);

	if (line) {
		val[0] = 0;
		val[1] = line->config[GPIO_DIRECTION] ? line->out : line->in;
	}
	return true;
}

static bool tag_set_gpio_state(struct vc_property *prop, uint32_t *val, size_t nr)
{
	struct property_gpio *line = gpio_line(prop, val[0]);

	if (line) {
		val[0] = 0;
		line->out = val[1];
	}
	return true;
}

static bool tag_get_gpio_config(struct vc_property *prop, uint32_t *val, size_t nr)
{
	const struct property_gpio *line = gpio_line(prop, val[0]);

	if (line) {
		val[0] = 0;
		memcpy(&val[1], line->config, sizeof(line->config));
	}
	return true;
}

static bool tag_set_gpio_config(struct vc_property *prop, uint32_t *val, size_t nr)
{
	struct property_gpio *line = gpio_line(prop, val[0]);

	if (line) {
		val[0] = 0;
		memcpy(line->config, &val[1], sizeof(line->config));
		line->out = val[1 + GPIO_CONFIG_WORDS];
	}
	return true;
}

void vc_property_set_gpio(struct vc_property *prop, unsigned int gpio, bool level)
{
	struct property_gpio *line = gpio_line(prop, gpio);

	if (line)
		line->in = level;
}

/* -----------------------------------------------------------------------------
 * Buffers
 */

/* -----------------------------------------------------------------------------
 * General commands, for those who have no VCHIQ
 */

#define GENCMD_TEXT_MAX	1024u

static bool tag_gencmd(struct vc_property *prop, uint32_t *val, size_t nr)
{
	size_t room = (nr - 1) * WORD_SIZE;
	char request[GENCMD_TEXT_MAX + 1];

	if (room > GENCMD_TEXT_MAX)
		room = GENCMD_TEXT_MAX;
	memcpy(request, &val[1], room);
	request[room] = '\0';
	memset(&val[1], 0, room);
	val[0] = fw_gencmd(request, (char *)&val[1], room);
	return true;
}

/**
 * struct property_tag - a tag we answer
 * @id: VC_TAG_*
 * @nr_words: words its value buffer has at least
 * @resp_words: words of the answer; 0: the whole buffer
 * @fn: makes the answer
 */
struct property_tag {
	uint32_t id;
	size_t nr_words;
	size_t resp_words;
	bool (*fn)(struct vc_property *prop, uint32_t *val, size_t nr);
};

static const struct property_tag tags[] = {
	{ VC_TAG_GET_REVISION, 1, 1, tag_revision },
	{ VC_TAG_GET_BOARD_MODEL, 1, 1, tag_board_model },
	{ VC_TAG_GET_BOARD_REVISION, 1, 1, tag_board_revision },
	{ VC_TAG_GET_MAC_ADDRESS, 2, 2, tag_mac_address },
	{ VC_TAG_GET_BOARD_SERIAL, 2, 2, tag_board_serial },
	{ VC_TAG_GET_ARM_MEMORY, 2, 2, tag_arm_memory },
	{ VC_TAG_GET_VC_MEMORY, 2, 2, tag_vc_memory },
	{ VC_TAG_GET_CLOCKS, 2, 0, tag_get_clocks },
	{ VC_TAG_GET_POWER_STATE, 2, 2, tag_get_power_state },
	{ VC_TAG_SET_POWER_STATE, 2, 2, tag_set_power_state },
	{ VC_TAG_GET_CLOCK_STATE, 2, 2, tag_get_clock_state },
	{ VC_TAG_GET_CLOCK_RATE, 2, 2, tag_get_clock_rate },
	{ VC_TAG_GET_VOLTAGE, 2, 2, tag_voltage },
	{ VC_TAG_GET_MAX_CLOCK_RATE, 2, 2, tag_max_clock_rate },
	{ VC_TAG_GET_TEMPERATURE, 2, 2, tag_temperature },
	{ VC_TAG_GET_MIN_CLOCK_RATE, 2, 2, tag_min_clock_rate },
	{ VC_TAG_GET_MAX_TEMPERATURE, 2, 2, tag_max_temperature },
	{ VC_TAG_GET_DOMAIN_STATE, 2, 2, tag_get_domain_state },
	{ VC_TAG_GET_GPIO_STATE, 2, 2, tag_get_gpio_state },
	{ VC_TAG_GET_GPIO_CONFIG, 5, 5, tag_get_gpio_config },
	{ VC_TAG_GET_THROTTLED, 1, 1, tag_throttled },
	{ VC_TAG_GET_CLOCK_MEASURED, 2, 2, tag_get_clock_rate },
	{ VC_TAG_GET_GENCMD_RESULT, 2, 0, tag_gencmd },
	{ VC_TAG_NOTIFY_REBOOT, 0, 0, tag_done },
	{ VC_TAG_NOTIFY_XHCI_RESET, 1, 1, tag_done },
	{ VC_TAG_NOTIFY_DISPLAY_DONE, 0, 0, tag_done },
	{ VC_TAG_SET_CLOCK_STATE, 2, 2, tag_set_clock_state },
	{ VC_TAG_SET_CLOCK_RATE, 2, 2, tag_set_clock_rate },
	{ VC_TAG_SET_DOMAIN_STATE, 2, 2, tag_set_domain_state },
	{ VC_TAG_SET_GPIO_STATE, 2, 2, tag_set_gpio_state },
	{ VC_TAG_SET_GPIO_CONFIG, 6, 6, tag_set_gpio_config },
	{ VC_TAG_FB_RELEASE, 0, 0, tag_done },
	{ VC_TAG_VCHIQ_INIT, 1, 1, tag_vchiq_init },
	{ VC_TAG_GET_DMA_CHANNELS, 1, 1, tag_dma_channels },
};

static const struct property_tag *property_find_tag(uint32_t id)
{
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].id == id)
			return &tags[i];
	return NULL;
}

/* @tag points at the tag's header, its value has @nr words. */
static void property_answer(struct vc_property *prop, uint32_t *tag, size_t nr)
{
	const struct property_tag *desc = property_find_tag(tag[0]);
	size_t resp;

	if (!desc) {
		prop->nr_unknown++;
		vc_dbg("mailbox", "unknown tag 0x%08x", tag[0]);
		return;
	}
	if (nr < desc->nr_words) {
		vc_info("mailbox", "tag 0x%08x with only %zu words", tag[0], nr);
		return;
	}
	vc_dbg("mailbox", "tag 0x%08x", tag[0]);
	if (!desc->fn(prop, tag + TAG_WORDS, nr))
		return;
	resp = desc->resp_words ? desc->resp_words : nr;
	tag[2] = VC_PROP_TAG_RESPONSE | (uint32_t)(resp * WORD_SIZE);
}

uint32_t vc_property_parse(struct vc_property *prop, uint32_t *words, size_t nr_words)
{
	size_t at = HEADER_WORDS, nr;

	while (at < nr_words) {
		if (words[at] == VC_TAG_END)
			return VC_PROP_SUCCESS;
		if (words[at] == prop->refused_tag || nr_words - at < TAG_WORDS)
			break;
		/* Bytes, padded to words; too many cannot overflow a size_t. */
		nr = ((size_t)words[at + 1] + WORD_SIZE - 1) / WORD_SIZE;
		if (nr > nr_words - at - TAG_WORDS)
			break;
		property_answer(prop, words + at, nr);
		at += TAG_WORDS + nr;
	}
	prop->nr_malformed++;

	return VC_PROP_PARSE_ERROR;
}

/* A word that the guest may change at any time. */
typedef _Atomic uint32_t shared_word;

static void load_words(uint32_t *dst, const shared_word *src, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		dst[i] = atomic_load_explicit(&src[i], memory_order_relaxed);
}

/* The code last: who polls it finds the answers there. */
static void store_words(shared_word *dst, const uint32_t *src, size_t nr, uint32_t code)
{
	size_t i;

	for (i = HEADER_WORDS; i < nr; i++)
		atomic_store_explicit(&dst[i], src[i], memory_order_relaxed);
	atomic_store_explicit(&dst[1], code, memory_order_release);
}

void vc_property_request(struct vc_property *prop, struct vc_guest *guest, uint32_t bus)
{
	struct vc_guest_view *view = vc_guest_view_get(guest);
	uint32_t words[VC_PROPERTY_MAX / WORD_SIZE], size = 0;
	shared_word *buf;

	prop->nr_requests++;
	buf = vc_guest_ptr(view, bus, HEADER_WORDS * WORD_SIZE);
	if (buf)
		size = atomic_load_explicit(&buf[0], memory_order_relaxed);
	if (size < (HEADER_WORDS + 1) * WORD_SIZE || size > VC_PROPERTY_MAX || size % WORD_SIZE)
		buf = NULL;
	if (buf)
		buf = vc_guest_ptr(view, bus, size);
	if (!buf) {
		prop->nr_malformed++;
		vc_info("mailbox", "no property buffer at 0x%08x (%u bytes)", bus, size);
		vc_guest_view_put(view);
		return;
	}

	load_words(words, buf, size / WORD_SIZE);
	store_words(buf, words, size / WORD_SIZE,
		    vc_property_parse(prop, words, size / WORD_SIZE));
	vc_guest_view_put(view);
}

void vc_property_reset(struct vc_property *prop)
{
	unsigned int i;

	for (i = 0; i < NR_CLOCKS; i++) {
		prop->rate[i] = clocks[i].initial;
		prop->clock_on[i] = true;
	}
	memset(prop->domain_on, 0, sizeof(prop->domain_on));
	memset(prop->device_on, 0, sizeof(prop->device_on));
	/* What comes from outside does not change by a reset. */
	for (i = 0; i < VC_GPIO_EXP_COUNT; i++) {
		memset(prop->gpio[i].config, 0, sizeof(prop->gpio[i].config));
		prop->gpio[i].out = false;
	}
}

struct vc_property *vc_property_create(uint32_t (*vchiq_init)(void *arg, uint32_t slot_zero_bus),
				       void *arg)
{
	struct vc_property *prop;

	prop = calloc(1, sizeof(*prop));
	if (!prop)
		return NULL;
	prop->vchiq_init = vchiq_init;
	prop->arg = arg;
	vc_property_set_memory(prop, ARM_MEMORY_SIZE, VC_MEMORY_SIZE);
	/* Nothing plugged in until the display says so. */
	vc_property_set_gpio(prop, VC_GPIO_EXP_HDMI_HPD, true);
	vc_property_reset(prop);

	return prop;
}

void vc_property_refuse_tag(struct vc_property *prop, uint32_t tag)
{
	prop->refused_tag = tag;
}

void vc_property_set_memory(struct vc_property *prop, uint32_t base, uint32_t size)
{
	prop->memory_base = base;
	prop->memory_size = size;
}

void vc_property_destroy(struct vc_property *prop)
{
	free(prop);
}

void vc_property_status(const struct vc_property *prop, struct json_object *out)
{
	struct json_object *rates = json_object_new_object();
	unsigned int i;

	for (i = 0; i < NR_CLOCKS; i++)
		if (clock_exists(i))
			json_object_object_add(rates, clocks[i].name,
					       json_object_new_int64(prop->rate[i]));
	json_object_object_add(out, "requests", json_object_new_int64((int64_t)prop->nr_requests));
	json_object_object_add(out, "unknown_tags",
			       json_object_new_int64((int64_t)prop->nr_unknown));
	json_object_object_add(out, "malformed",
			       json_object_new_int64((int64_t)prop->nr_malformed));
	json_object_object_add(out, "clocks", rates);
}
