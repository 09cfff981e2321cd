/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vclog: what its parts share. The parsers see the VideoCore's memory through
 * vcm_read() only, and believe nothing that they find there.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCLOG_H
#define VCLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct vcm - the VideoCore's memory
 * @base: address of the first byte, without alias
 * @end: of the first byte behind
 * @load: where the firmware's image is
 * @log: address of the logs; 0 if not known
 * @log_len: bytes
 * @data: the memory, mapped or read from a file
 * @map_len: bytes to unmap, 0 if @data was allocated
 */
struct vcm {
	uint32_t base;
	uint32_t end;
	uint32_t load;
	uint32_t log;
	uint32_t log_len;
	const uint8_t *data;
	size_t map_len;
};

/* vcmem.c. All return 0 or -errno. */
int vcm_open_device(struct vcm *vcm, const char *path);
int vcm_open_file(struct vcm *vcm, const char *path, uint32_t base);
int vcm_find_log(struct vcm *vcm, const char *property);
void vcm_close(struct vcm *vcm);
/* Any alias; -EFAULT unless all of it is the VideoCore's memory. */
int vcm_read(const struct vcm *vcm, uint32_t addr, void *buf, size_t len);
int vcm_read_u32(const struct vcm *vcm, uint32_t addr, uint32_t *value);

/* symbols.c */

/** struct vcm_symbol - a variable of the firmware */
struct vcm_symbol {
	char label[64];
	uint32_t addr;
	uint32_t size;
};

/* How many there are, VC_DEBUG_MAX_SYMBOLS at most; -ENOENT without a table. */
int vcm_symbols(const struct vcm *vcm, struct vcm_symbol *symbols, size_t max);
int vcm_symbol(const struct vcm *vcm, const char *label, struct vcm_symbol *symbol);

/* logs.c */

/**
 * struct vcm_log - a log that is being read
 * @fifo: address of its header
 * @is_assert: entries are assertions
 * @has_last: something was shown: time and number of the last entry follow
 */
struct vcm_log {
	uint32_t fifo;
	bool is_assert;
	bool has_last;
	uint32_t last_time;
	uint16_t last_seq;
};

/**
 * struct vcm_entry - an entry, decoded
 * @time_ms: when
 * @seq: number
 * @category: VC_LOG_* of a message
 * @file: of an assertion, else empty
 * @line: of an assertion
 * @text: the message or condition, without line feed, cut when too long
 */
struct vcm_entry {
	uint32_t time_ms;
	uint16_t seq;
	uint32_t category;
	char file[64];
	uint32_t line;
	char text[1024];
};

typedef void (*vcm_entry_fn)(const struct vcm_entry *entry, void *arg);

/* @index: VC_LOG_MESSAGES or VC_LOG_ASSERTIONS. -ENOENT: there are no logs. */
int vcm_log_open(const struct vcm *vcm, unsigned int index, struct vcm_log *log);
/*
 * Entries that came since the last call, oldest first. Their number, or -EAGAIN
 * when the ring makes no sense: it is being written, or its cache lines are not
 * out yet, or it is broken.
 */
int vcm_log_read(const struct vcm *vcm, struct vcm_log *log, vcm_entry_fn fn, void *arg);

/* trace.c: newest events of MMAL, oldest first. Their number or -errno. */
int vcm_trace_print(const struct vcm *vcm, FILE *out);

/* map.c: the layout, as a table or as SVG. */
int vcm_map_print(const struct vcm *vcm, FILE *out);
int vcm_map_draw(const struct vcm *vcm, FILE *out);

#endif /* VCLOG_H */
