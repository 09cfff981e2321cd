// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's logs: rings of messages and assertions.
 *
 * The firmware writes while we read, and its caches hide some of what it wrote.
 * So a ring is copied whole, walked in the copy, and what makes no sense there
 * is no error but a reason to look again.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/debug.h>

#include "vclog.h"

#define RING_MAX	(16u << 20)
#define ENTRY_MAX	0xffffu

/**
 * struct ring - a copy of a ring
 * @data: its bytes
 * @size: how many
 * @oldest: offset of the oldest entry
 * @used: bytes from there to where the next one goes
 */
struct ring {
	uint8_t *data;
	uint32_t size;
	uint32_t oldest;
	uint32_t used;
};

int vcm_log_open(const struct vcm *vcm, unsigned int index, struct vcm_log *log)
{
	struct vc_log_toc toc;

	if (!vcm->log || vcm_read(vcm, vcm->log, &toc, sizeof(toc)))
		return -ENOENT;
	if (le32toh(toc.sync) != VC_LOG_SYNC || le32toh(toc.nr_logs) <= index ||
	    index >= VC_LOG_NR)
		return -ENOENT;
	memset(log, 0, sizeof(*log));
	log->fifo = le32toh(toc.logs[index].addr);
	log->is_assert = index == VC_LOG_ASSERTIONS;
	return 0;
}

static int check_fifo(const struct vcm_log *log, const struct vc_log_fifo *fifo,
		      struct ring *ring)
{
	uint32_t id = log->is_assert ? VC_LOG_ID_ASSERTIONS : VC_LOG_ID_MESSAGES;
	uint32_t start = le32toh(fifo->start);
	uint32_t write = le32toh(fifo->write) - start;

	ring->size = le32toh(fifo->end) - start;
	ring->oldest = le32toh(fifo->oldest) - start;
	if (le32toh(fifo->id) != id || !ring->size || ring->size > RING_MAX)
		return -EINVAL;
	/* A position at the very end means the start. */
	if (write > ring->size || ring->oldest > ring->size)
		return -EAGAIN;
	write %= ring->size;
	ring->oldest %= ring->size;
	ring->used = (write + ring->size - ring->oldest) % ring->size;
	return 0;
}

static int copy_ring(const struct vcm *vcm, const struct vcm_log *log, struct ring *ring)
{
	struct vc_log_fifo fifo;
	int ret;

	if (vcm_read(vcm, log->fifo, &fifo, sizeof(fifo)))
		return -EFAULT;
	ret = check_fifo(log, &fifo, ring);
	if (ret)
		return ret;
	ring->data = malloc(ring->size);
	if (!ring->data)
		return -ENOMEM;
	return vcm_read(vcm, le32toh(fifo.start), ring->data, ring->size);
}

/* @len bytes at @pos behind the oldest entry, round the end of the ring. */
static void ring_get(const struct ring *ring, uint32_t pos, void *buf, uint32_t len)
{
	uint32_t from = (ring->oldest + pos) % ring->size;
	uint32_t head = len < ring->size - from ? len : ring->size - from;

	memcpy(buf, ring->data + from, head);
	memcpy((uint8_t *)buf + head, ring->data, len - head);
}

static void set_text(struct vcm_entry *entry, const uint8_t *text, size_t len)
{
	size_t i;

	while (len && (text[len - 1] == '\n' || !text[len - 1]))
		len--;
	if (len > sizeof(entry->text) - 1)
		len = sizeof(entry->text) - 1;
	for (i = 0; i < len; i++)
		entry->text[i] = text[i] < ' ' || text[i] > '~' ? ' ' : (char)text[i];
	entry->text[len] = '\0';
}

static void decode_message(struct vcm_entry *entry, const uint8_t *data, size_t len)
{
	uint32_t word = 0;
	size_t n = len < sizeof(word) ? len : sizeof(word);

	memcpy(&word, data, n);
	entry->category = le32toh(word);
	set_text(entry, data + n, len - n);
}

static void decode_assertion(struct vcm_entry *entry, const uint8_t *data, size_t len)
{
	size_t name = strnlen((const char *)data, len), i, n;
	uint32_t line = 0;

	for (i = 0; i < name && i < sizeof(entry->file) - 1; i++)
		entry->file[i] = data[i] < ' ' || data[i] > '~' ? '?' : (char)data[i];
	n = name < len ? name + 1 : len;
	if (len - n >= sizeof(line)) {
		memcpy(&line, data + n, sizeof(line));
		n += sizeof(line);
	}
	entry->line = le32toh(line);
	set_text(entry, data + n, len - n);
}

/* Length of the entry at @pos, or 0 if none fits there. */
static uint32_t decode(const struct ring *ring, uint32_t pos, bool is_assert,
		       uint8_t *payload, struct vcm_entry *entry)
{
	struct vc_log_entry header;
	uint32_t size;

	memset(entry, 0, sizeof(*entry));
	if (ring->used - pos < sizeof(header))
		return 0;
	ring_get(ring, pos, &header, sizeof(header));
	size = le16toh(header.size);
	if (size < sizeof(header) || size > ring->used - pos)
		return 0;

	entry->time_ms = le32toh(header.time);
	entry->seq = le16toh(header.seq);
	ring_get(ring, pos + sizeof(header), payload, size - sizeof(header));
	if (is_assert)
		decode_assertion(entry, payload, size - sizeof(header));
	else
		decode_message(entry, payload, size - sizeof(header));
	return size;
}

/* Does it come after the last one that was shown? Both counters wrap. */
static bool is_new(const struct vcm_log *log, const struct vcm_entry *entry)
{
	int32_t later = (int32_t)(entry->time_ms - log->last_time);

	if (!log->has_last || later > 0)
		return true;
	return !later && (int16_t)(entry->seq - log->last_seq) > 0;
}

static bool ring_is_sound(const struct ring *ring, bool is_assert, uint8_t *payload)
{
	struct vcm_entry entry;
	uint32_t pos, size;

	for (pos = 0; pos < ring->used; pos += size) {
		size = decode(ring, pos, is_assert, payload, &entry);
		if (!size)
			return false;
	}
	return true;
}

static int tell_entries(const struct ring *ring, struct vcm_log *log, uint8_t *payload,
			vcm_entry_fn fn, void *arg)
{
	struct vcm_entry entry;
	uint32_t pos;
	int n = 0;

	for (pos = 0; pos < ring->used;) {
		pos += decode(ring, pos, log->is_assert, payload, &entry);
		if (!is_new(log, &entry))
			continue;
		fn(&entry, arg);
		log->has_last = true;
		log->last_time = entry.time_ms;
		log->last_seq = entry.seq;
		n++;
	}
	return n;
}

int vcm_log_read(const struct vcm *vcm, struct vcm_log *log, vcm_entry_fn fn, void *arg)
{
	struct ring ring = { 0 };
	uint8_t *payload = malloc(ENTRY_MAX);
	int ret = payload ? copy_ring(vcm, log, &ring) : -ENOMEM;

	if (!ret && !ring_is_sound(&ring, log->is_assert, payload))
		ret = -EAGAIN;
	if (!ret)
		ret = tell_entries(&ring, log, payload, fn, arg);
	free(ring.data);
	free(payload);
	return ret;
}
