// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware's trace of MMAL.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>

#include <videocore/debug.h>
#include <videocore/mmal.h>

#include "vclog.h"

static const char *event_name(uint32_t event)
{
	static const char *const names[] = {
		"message", "bulk", "opened", "closed", "bulk ack", "bulk tx", "bulk rx",
	};

	return event < sizeof(names) / sizeof(names[0]) ? names[event] : "?";
}

static void print_entry(const struct vc_mmal_trace_entry *entry, FILE *out)
{
	uint32_t time = le32toh(entry->time);
	uint32_t event = le32toh(entry->event);

	fprintf(out, "%06u.%06u %-8s", time / 1000000, time % 1000000, event_name(event));
	if (event == VC_MMAL_TRACE_MSG)
		fprintf(out, " type %u context %#x status %d: %08x %08x %08x %08x",
			le32toh(entry->words[1]), le32toh(entry->words[3]),
			(int)le32toh(entry->words[4]), le32toh(entry->words[6]),
			le32toh(entry->words[7]), le32toh(entry->words[8]),
			le32toh(entry->words[9]));
	fputc('\n', out);
}

static int find_trace(const struct vcm *vcm, uint32_t *addr)
{
	struct vcm_symbol symbol;
	int ret;

	ret = vcm_symbol(vcm, "mmal_dbg_log", &symbol);
	return ret ?: vcm_read_u32(vcm, symbol.addr, addr);
}

int vcm_trace_print(const struct vcm *vcm, FILE *out)
{
	struct vc_mmal_trace trace;
	uint32_t addr, index, i, nr;
	int ret;

	ret = find_trace(vcm, &addr);
	if (!ret)
		ret = vcm_read(vcm, addr, &trace, sizeof(trace));
	if (ret)
		return ret;
	if (le32toh(trace.version) != VC_MMAL_TRACE_VERSION ||
	    le32toh(trace.nr_entries) != VC_MMAL_TRACE_ENTRIES ||
	    le32toh(trace.entry_size) != sizeof(trace.entries[0]))
		return -EINVAL;

	index = le32toh(trace.index);
	nr = index < VC_MMAL_TRACE_ENTRIES ? index : VC_MMAL_TRACE_ENTRIES;
	for (i = index - nr; i != index; i++)
		print_entry(&trace.entries[i % VC_MMAL_TRACE_ENTRIES], out);
	return (int)nr;
}
