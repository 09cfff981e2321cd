// SPDX-License-Identifier: GPL-2.0
/*
 * The VideoCore's own memory. Everything is built in a private copy and then
 * copied to the guest, so that it can be laid out before there is a guest and
 * again for the next one.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include <videocore/debug.h>
#include <videocore/mmal.h>

#include "../guest.h"
#include "vcmem.h"

/* Offsets in the image. */
#define OFF_HEADER		VC_DEBUG_HEADER_OFFSET
#define OFF_SYMBOLS		0x3000u
#define OFF_LABELS		0x3400u
#define OFF_POINTERS		0x3800u
#define OFF_VERSION		0x3900u
#define OFF_TRACE		0x4000u
#define OFF_STATS		0x8000u

/* Offsets in the logs. */
#define OFF_TASKS		0x100u
#define OFF_ASSERT_FIFO		0x200u
#define OFF_MESSAGE_FIFO	0x240u
#define OFF_ASSERT_RING		0x1000u
#define ASSERT_RING_SIZE	0x4000u
#define OFF_MESSAGE_RING	0x8000u
#define MESSAGE_RING_SIZE	0x70000u

#define VCMEM_TEXT_MAX		480u
#define VCMEM_ENTRY_MAX		(sizeof(struct vc_log_entry) + 64 + VCMEM_TEXT_MAX)
#define VCMEM_VERSION		"vc-media virtual VideoCore"

/**
 * struct vcmem_ring - a ring of entries
 * @header: offset of its struct vc_log_fifo in the logs
 * @start: offset of its first byte
 * @size: bytes
 * @write: offset in the ring of the next entry
 * @oldest: of the oldest
 * @seq: number of the next entry
 * @nr: entries ever
 */
struct vcmem_ring {
	uint32_t header;
	uint32_t start;
	uint32_t size;
	uint32_t write;
	uint32_t oldest;
	uint16_t seq;
	uint64_t nr;
};

/**
 * struct vc_vcmem - the memory
 * @guest: where it is
 * @base: bus address without alias
 * @size: bytes
 * @lock: protects what follows
 * @is_shown: the guest's memory has what the copies have
 * @image: start of the memory, a copy
 * @logs: its end, a copy
 * @messages: message log
 * @asserts: assertion log
 * @nr_events: events of MMAL ever
 */
struct vc_vcmem {
	struct vc_guest *guest;
	uint32_t base;
	uint32_t size;
	pthread_mutex_t lock;
	bool is_shown;
	uint8_t image[VC_VCMEM_IMAGE_SIZE];
	uint8_t logs[VC_VCMEM_LOG_SIZE];
	struct vcmem_ring messages;
	struct vcmem_ring asserts;
	uint32_t nr_events;
};

/* -----------------------------------------------------------------------------
 * Copies and the guest
 */

static uint32_t image_addr(const struct vc_vcmem *mem, uint32_t off)
{
	return (mem->base + off) | VC_ADDR_ALIAS_UNCACHED;
}

static uint32_t logs_off(const struct vc_vcmem *mem)
{
	return mem->size - VC_VCMEM_LOG_SIZE;
}

static uint32_t logs_addr(const struct vc_vcmem *mem, uint32_t off)
{
	return image_addr(mem, logs_off(mem) + off);
}

/* False if the guest has no such memory. */
static bool show(struct vc_vcmem *mem, uint32_t addr, const void *data, size_t len)
{
	struct vc_guest_view *view = vc_guest_view_get(mem->guest);
	void *to = vc_guest_ptr(view, addr, len);

	if (to)
		memcpy(to, data, len);
	vc_guest_view_put(view);
	return to;
}

static void show_image(struct vc_vcmem *mem, uint32_t off, size_t len)
{
	if (mem->is_shown)
		show(mem, image_addr(mem, off), mem->image + off, len);
}

static void show_logs(struct vc_vcmem *mem, uint32_t off, size_t len)
{
	if (mem->is_shown)
		show(mem, logs_addr(mem, off), mem->logs + off, len);
}

/* -----------------------------------------------------------------------------
 * Image
 */

/* A variable that points to @target. Labels lie one behind the other. */
static void add_symbol(struct vc_vcmem *mem, unsigned int index, const char *label,
		       uint32_t target)
{
	struct vc_debug_symbol *symbol = (void *)(mem->image + OFF_SYMBOLS);
	uint32_t pointer = OFF_POINTERS + index * sizeof(uint32_t);
	uint32_t name = OFF_LABELS + index * 64;
	uint32_t value = htole32(image_addr(mem, target));

	snprintf((char *)mem->image + name, 64, "%s", label);
	memcpy(mem->image + pointer, &value, sizeof(value));
	symbol[index].label = htole32(image_addr(mem, name));
	symbol[index].addr = htole32(image_addr(mem, pointer));
	symbol[index].size = htole32(sizeof(value));
}

static void fill_header(struct vc_vcmem *mem, uint32_t nr_symbols)
{
	struct vc_debug_header *header = (void *)(mem->image + OFF_HEADER);

	header->symbols = htole32(image_addr(mem, OFF_SYMBOLS));
	header->magic = htole32(VC_DEBUG_MAGIC);
	header->param_size = htole32(VC_DEBUG_PARAM_SIZE);
	header->mem_base = htole32(mem->base);
	header->mem_size = htole32(VC_VCMEM_IMAGE_SIZE);
	header->entry_point = htole32(image_addr(mem, 0));
	header->symbols_len = htole32((nr_symbols + 1) * sizeof(struct vc_debug_symbol));
}

static void fill_trace(struct vc_vcmem *mem)
{
	struct vc_mmal_trace *trace = (void *)(mem->image + OFF_TRACE);

	trace->version = htole32(VC_MMAL_TRACE_VERSION);
	trace->magic = htole32(VC_MMAL_TRACE_MAGIC);
	trace->nr_entries = htole32(VC_MMAL_TRACE_ENTRIES);
	trace->size = htole32(sizeof(*trace));
	trace->entry_size = htole32(sizeof(trace->entries[0]));
}

static void fill_image(struct vc_vcmem *mem)
{
	add_symbol(mem, 0, "mmal_dbg_log", OFF_TRACE);
	add_symbol(mem, 1, "firmware_version", OFF_VERSION);
	snprintf((char *)mem->image + OFF_VERSION, 64, VCMEM_VERSION);
	add_symbol(mem, 2, "mmal_vc_stats", OFF_STATS);
	fill_header(mem, 3);
	fill_trace(mem);
}

/* -----------------------------------------------------------------------------
 * Logs
 */

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void fill_ring(struct vc_vcmem *mem, struct vcmem_ring *ring, uint32_t id,
		      uint32_t header, uint32_t start, uint32_t size)
{
	struct vc_log_fifo *fifo = (void *)(mem->logs + header);

	ring->header = header;
	ring->start = start;
	ring->size = size;
	fifo->id = htole32(id);
	fifo->start = htole32(logs_addr(mem, start));
	fifo->end = htole32(logs_addr(mem, start + size));
	fifo->write = fifo->start;
	fifo->oldest = fifo->start;
}

static void fill_toc_entry(struct vc_vcmem *mem, unsigned int index, uint32_t type, uint32_t off)
{
	struct vc_log_toc *toc = (void *)mem->logs;

	toc->logs[index].type = htole32(type);
	toc->logs[index].addr = htole32(logs_addr(mem, off));
}

static void fill_logs(struct vc_vcmem *mem)
{
	struct vc_log_toc *toc = (void *)mem->logs;
	struct vc_log_array *tasks = (void *)(mem->logs + OFF_TASKS);

	toc->sync = htole32(VC_LOG_SYNC);
	toc->type = htole32(VC_LOG_TYPE_VMCS);
	toc->version = htole32(1);
	toc->self = htole32(logs_addr(mem, 0));
	toc->stc = htole32((uint32_t)now_us());
	toc->nr_logs = htole32(VC_LOG_NR);
	fill_toc_entry(mem, VC_LOG_ASSERTIONS, VC_LOG_ASSERTION, OFF_ASSERT_FIFO);
	fill_toc_entry(mem, VC_LOG_MESSAGES, VC_LOG_FIFO, OFF_MESSAGE_FIFO);
	fill_toc_entry(mem, VC_LOG_TASKS, VC_LOG_TASK, OFF_TASKS);
	tasks->id = htole32(VC_LOG_ID_TASKS);
	fill_ring(mem, &mem->asserts, VC_LOG_ID_ASSERTIONS, OFF_ASSERT_FIFO,
		  OFF_ASSERT_RING, ASSERT_RING_SIZE);
	fill_ring(mem, &mem->messages, VC_LOG_ID_MESSAGES, OFF_MESSAGE_FIFO,
		  OFF_MESSAGE_RING, MESSAGE_RING_SIZE);
}

/* Copy @len bytes to or from @pos of the ring, round its end. */
static void ring_write(struct vc_vcmem *mem, const struct vcmem_ring *ring, uint32_t pos,
		       const void *data, uint32_t len)
{
	uint32_t head = len < ring->size - pos ? len : ring->size - pos;

	memcpy(mem->logs + ring->start + pos, data, head);
	memcpy(mem->logs + ring->start, (const uint8_t *)data + head, len - head);
	show_logs(mem, ring->start + pos, head);
	if (len > head)
		show_logs(mem, ring->start, len - head);
}

static uint32_t ring_entry_size(const struct vc_vcmem *mem, const struct vcmem_ring *ring)
{
	const uint8_t *bytes = mem->logs + ring->start;
	uint32_t pos = ring->oldest + offsetof(struct vc_log_entry, size);

	return bytes[pos % ring->size] | bytes[(pos + 1) % ring->size] << 8;
}

static uint32_t ring_used(const struct vcmem_ring *ring)
{
	return (ring->write + ring->size - ring->oldest) % ring->size;
}

static void ring_show_positions(struct vc_vcmem *mem, const struct vcmem_ring *ring)
{
	struct vc_log_fifo *fifo = (void *)(mem->logs + ring->header);

	fifo->oldest = htole32(logs_addr(mem, ring->start + ring->oldest));
	fifo->write = htole32(logs_addr(mem, ring->start + ring->write));
	show_logs(mem, ring->header, sizeof(*fifo));
}

/*
 * The oldest entries go first, and a reader is told so, before their bytes are
 * written over; it is told of the new one when that is complete.
 */
static void ring_add(struct vc_vcmem *mem, struct vcmem_ring *ring, uint8_t *entry, uint32_t len)
{
	struct vc_log_entry header = {
		.time = htole32((uint32_t)(now_us() / 1000)),
		.seq = htole16(ring->seq++),
		.size = htole16((uint16_t)len),
	};

	memcpy(entry, &header, sizeof(header));
	while (ring->size - ring_used(ring) <= len)
		ring->oldest = (ring->oldest + ring_entry_size(mem, ring)) % ring->size;
	ring_show_positions(mem, ring);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ring_write(mem, ring, ring->write, entry, len);
	ring->write = (ring->write + len) % ring->size;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ring_show_positions(mem, ring);
	ring->nr++;
}

static uint32_t category_of(enum vc_log_level level, const char *part)
{
	static const struct {
		const char *part;
		uint32_t category;
	} table[] = {
		{ "mmal", VC_LOG_VMCS },
		{ "camera", VC_LOG_CAMPLUS },
		{ "vchiq", VC_LOG_VCHI },
		{ "display", VC_LOG_DISPMANX },
		{ "hdmi", VC_LOG_HDMI },
	};
	uint32_t category = VC_LOG_GENERAL;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(part, table[i].part))
			category = table[i].category;

	/* The verbose bit of a category is the one above. */
	return level == VC_LOG_DEBUG ? category << 1 : category;
}

static void log_message(struct vc_vcmem *mem, uint32_t category, const char *part,
			const char *text)
{
	uint8_t entry[VCMEM_ENTRY_MAX];
	uint32_t word = htole32(category);
	size_t len = sizeof(struct vc_log_entry);
	int n;

	memcpy(entry + len, &word, sizeof(word));
	len += sizeof(word);
	n = snprintf((char *)entry + len, VCMEM_TEXT_MAX, "%s: %s", part, text);
	len += n < 0 ? 0 : n < (int)VCMEM_TEXT_MAX ? (size_t)n : VCMEM_TEXT_MAX - 1;
	ring_add(mem, &mem->messages, entry, (uint32_t)len);
}

static void log_assertion(struct vc_vcmem *mem, const char *part, const char *text)
{
	uint8_t entry[VCMEM_ENTRY_MAX];
	size_t len = sizeof(struct vc_log_entry), n;

	n = (size_t)snprintf((char *)entry + len, 64, "%.59s.c", part) + 1;
	len += n;
	memset(entry + len, 0, sizeof(uint32_t));
	len += sizeof(uint32_t);
	n = strnlen(text, VCMEM_TEXT_MAX - 64);
	memcpy(entry + len, text, n);
	ring_add(mem, &mem->asserts, entry, (uint32_t)(len + n));
}

void vc_vcmem_log(struct vc_vcmem *mem, enum vc_log_level level, const char *part,
		  const char *text)
{
	pthread_mutex_lock(&mem->lock);
	log_message(mem, category_of(level, part), part, text);
	if (level == VC_LOG_ERROR)
		log_assertion(mem, part, text);
	pthread_mutex_unlock(&mem->lock);
}

/* -----------------------------------------------------------------------------
 * Trace of MMAL
 */

void vc_vcmem_trace(struct vc_vcmem *mem, uint32_t event, const void *data, size_t len)
{
	struct vc_mmal_trace *trace = (void *)(mem->image + OFF_TRACE);
	struct vc_mmal_trace_entry *entry;
	size_t most = sizeof(entry->words);

	pthread_mutex_lock(&mem->lock);
	entry = &trace->entries[mem->nr_events % VC_MMAL_TRACE_ENTRIES];
	memset(entry, 0, sizeof(*entry));
	entry->time = htole32((uint32_t)now_us());
	entry->event = htole32(event);
	if (len)
		memcpy(entry->words, data, len < most ? len : most);
	show_image(mem, (uint32_t)((uint8_t *)entry - mem->image), sizeof(*entry));
	trace->index = htole32(++mem->nr_events);
	show_image(mem, OFF_TRACE, offsetof(struct vc_mmal_trace, entries));
	pthread_mutex_unlock(&mem->lock);
}

void vc_vcmem_stats(struct vc_vcmem *mem, const struct mmal_msg_stats *stats)
{
	pthread_mutex_lock(&mem->lock);
	memcpy(mem->image + OFF_STATS, stats, sizeof(*stats));
	show_image(mem, OFF_STATS, sizeof(*stats));
	pthread_mutex_unlock(&mem->lock);
}

/* -----------------------------------------------------------------------------
 * Life
 */

void vc_vcmem_boot(struct vc_vcmem *mem)
{
	pthread_mutex_lock(&mem->lock);
	if (!mem->is_shown)
		mem->is_shown = show(mem, image_addr(mem, 0), mem->image, sizeof(mem->image)) &&
				show(mem, logs_addr(mem, 0), mem->logs, sizeof(mem->logs));
	pthread_mutex_unlock(&mem->lock);
}

void vc_vcmem_reset(struct vc_vcmem *mem)
{
	pthread_mutex_lock(&mem->lock);
	mem->is_shown = false;
	pthread_mutex_unlock(&mem->lock);
}

struct vc_vcmem *vc_vcmem_create(struct vc_guest *guest, uint32_t base, uint32_t size)
{
	struct vc_vcmem *mem = calloc(1, sizeof(*mem));

	if (!mem)
		return NULL;
	mem->guest = guest;
	mem->base = base;
	mem->size = size;
	pthread_mutex_init(&mem->lock, NULL);
	fill_image(mem);
	fill_logs(mem);

	return mem;
}

void vc_vcmem_destroy(struct vc_vcmem *mem)
{
	if (!mem)
		return;
	pthread_mutex_destroy(&mem->lock);
	free(mem);
}

void vc_vcmem_status(struct vc_vcmem *mem, struct json_object *out)
{
	pthread_mutex_lock(&mem->lock);
	json_object_object_add(out, "base", json_object_new_int64(mem->base));
	json_object_object_add(out, "size", json_object_new_int64(mem->size));
	json_object_object_add(out, "shown", json_object_new_boolean(mem->is_shown));
	json_object_object_add(out, "messages", json_object_new_uint64(mem->messages.nr));
	json_object_object_add(out, "assertions", json_object_new_uint64(mem->asserts.nr));
	json_object_object_add(out, "mmal_events", json_object_new_int64(mem->nr_events));
	pthread_mutex_unlock(&mem->lock);
}
