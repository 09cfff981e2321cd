/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a debugger finds in the VideoCore's memory: the debug header and symbol
 * table of the firmware's image, and its logs.
 *
 * All addresses are VideoCore addresses; the upper two bits tell how it caches.
 * Source: spec vc-mem.md sections 4 and 5.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_DEBUG_H
#define VIDEOCORE_DEBUG_H

#include <linux/types.h>

#define VC_ADDR_MASK			0x3fffffffu
#define VC_ADDR_ALIAS_UNCACHED		0xc0000000u

/* -----------------------------------------------------------------------------
 * Debug header and symbols
 */

#define VC_DEBUG_HEADER_OFFSET		0x2800	/* from the load address */
#define VC_DEBUG_MAGIC			0x48444356	/* "VCDH" */
#define VC_DEBUG_PARAM_SIZE		16
#define VC_DEBUG_MAX_TABLE_OFFSET	(8u << 20)	/* of the symbols from the image */
#define VC_DEBUG_MAX_SYMBOLS		1024
#define VC_DEBUG_MAX_LABEL		256

/**
 * struct vc_debug_header - at the load address + VC_DEBUG_HEADER_OFFSET, 28 bytes
 * @symbols: address of the symbol table
 * @magic: VC_DEBUG_MAGIC
 * @param_size: VC_DEBUG_PARAM_SIZE
 * @mem_base: address the image was loaded at
 * @mem_size: bytes of the image
 * @entry_point: address it starts at
 * @symbols_len: bytes of the symbol table
 */
struct vc_debug_header {
	__le32 symbols;
	__le32 magic;
	__le32 param_size;
	__le32 mem_base;
	__le32 mem_size;
	__le32 entry_point;
	__le32 symbols_len;
};

/**
 * struct vc_debug_symbol - a variable, 12 bytes
 * @label: address of its name; 0 ends the table
 * @addr: its address
 * @size: its bytes
 */
struct vc_debug_symbol {
	__le32 label;
	__le32 addr;
	__le32 size;
};

_Static_assert(sizeof(struct vc_debug_header) == 28, "debug header");
_Static_assert(sizeof(struct vc_debug_symbol) == 12, "debug symbol");

/* -----------------------------------------------------------------------------
 * Logs. The device tree's /chosen/log has address and size, both big-endian.
 */

#define VC_LOG_SYNC			0x564c4f47	/* "VLOG" */
#define VC_LOG_TYPE_VMCS		1
#define VC_LOG_NR			3

#define VC_LOG_FIFO			1
#define VC_LOG_ASSERTION		2
#define VC_LOG_TASK			3

/* Indexes of vc_log_toc.logs. */
#define VC_LOG_ASSERTIONS		0
#define VC_LOG_MESSAGES			1
#define VC_LOG_TASKS			2

#define VC_LOG_ID_MESSAGES		0x5353454d	/* "MESS" */
#define VC_LOG_ID_ASSERTIONS		0x54525341	/* "ASRT" */
#define VC_LOG_ID_TASKS			0x3b534154	/* "TAS;" */

/**
 * struct vc_log_toc - start of the log area, 56 bytes
 * @sync: VC_LOG_SYNC
 * @type: VC_LOG_TYPE_VMCS
 * @version: of the layout
 * @self: address of this
 * @stc: system time when it was made, in microseconds
 * @task_switch_log_size: bytes
 * @task_switch_log: address
 * @nr_logs: entries of @logs
 * @logs: kind and address of each log
 */
struct vc_log_toc {
	__le32 sync;
	__le32 type;
	__le32 version;
	__le32 self;
	__le32 stc;
	__le32 task_switch_log_size;
	__le32 task_switch_log;
	__le32 nr_logs;
	struct {
		__le32 type;
		__le32 addr;
	} logs[VC_LOG_NR];
};

/**
 * struct vc_log_entry - start of an entry, 8 bytes
 * @time: in milliseconds
 * @seq: orders entries of the same time
 * @size: bytes, these included
 */
struct vc_log_entry {
	__le32 time;
	__le16 seq;
	__le16 size;
};

/**
 * struct vc_log_fifo - a ring of entries, 28 bytes
 * @id: VC_LOG_ID_*
 * @start: address of the ring
 * @end: of the first byte behind
 * @write: of the next entry
 * @oldest: of the oldest; the same as @write when there is none
 * @entry: the writer's
 *
 * An entry, its header too, continues at @start when it reaches @end. A message
 * is a 32-bit word that tells category and level, then text. An assertion is a
 * file name with NUL, a 32-bit line number, then the condition.
 */
struct vc_log_fifo {
	__le32 id;
	__le32 start;
	__le32 end;
	__le32 write;
	__le32 oldest;
	struct vc_log_entry entry;
};

/**
 * struct vc_log_array - an array of items, 16 bytes
 * @id: VC_LOG_ID_TASKS
 * @nr_items: how many
 * @item_size: bytes of each
 * @available: not 0 if it is filled
 * @data: address of the first
 */
struct vc_log_array {
	__le32 id;
	__le16 nr_items;
	__le16 item_size;
	__le32 available;
	__le32 data;
};

_Static_assert(sizeof(struct vc_log_toc) == 56, "table of logs");
_Static_assert(sizeof(struct vc_log_entry) == 8, "log entry");
_Static_assert(sizeof(struct vc_log_fifo) == 28, "log ring");
_Static_assert(sizeof(struct vc_log_array) == 16, "log array");

/* Category of a message: two bits each, for normal and (one up) verbose ones. */
#define VC_LOG_GENERAL			0x00000001
#define VC_LOG_CODECS			0x00000004
#define VC_LOG_VMCS			0x00000040
#define VC_LOG_DISPMANX			0x00000100
#define VC_LOG_CAMPLUS			0x00000400
#define VC_LOG_HDMI			0x00100000
#define VC_LOG_VCHI			0x04000000

/* -----------------------------------------------------------------------------
 * Trace of MMAL, symbol "mmal_dbg_log"
 */

#define VC_MMAL_TRACE_VERSION		1
#define VC_MMAL_TRACE_MAGIC		0x6c676d6d	/* "mmgl" */
#define VC_MMAL_TRACE_ENTRIES		64

#define VC_MMAL_TRACE_MSG		0
#define VC_MMAL_TRACE_BULK		1
#define VC_MMAL_TRACE_OPENED		2
#define VC_MMAL_TRACE_CLOSED		3

/**
 * struct vc_mmal_trace_entry - 68 bytes
 * @time: in microseconds
 * @event: VC_MMAL_TRACE_*
 * @words: start of a message; or length and start of the data of a bulk
 */
struct vc_mmal_trace_entry {
	__le32 time;
	__le32 event;
	__le32 words[15];
};

/**
 * struct vc_mmal_trace - ring of the newest events, 4384 bytes
 * @version: VC_MMAL_TRACE_VERSION
 * @magic: VC_MMAL_TRACE_MAGIC
 * @nr_entries: VC_MMAL_TRACE_ENTRIES
 * @index: events so far; the next goes to @index % @nr_entries
 * @size: bytes of all this
 * @entry_size: bytes of an entry
 * @pad: 0
 * @entries: the ring
 */
struct vc_mmal_trace {
	__le32 version;
	__le32 magic;
	__le32 nr_entries;
	__le32 index;
	__le32 size;
	__le32 entry_size;
	__le32 pad[2];
	struct vc_mmal_trace_entry entries[VC_MMAL_TRACE_ENTRIES];
};

_Static_assert(sizeof(struct vc_mmal_trace_entry) == 68, "trace entry");
_Static_assert(sizeof(struct vc_mmal_trace) == 4384, "trace");

#endif /* VIDEOCORE_DEBUG_H */
