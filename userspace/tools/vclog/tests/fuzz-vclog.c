// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes what vclog may find in memory: the bytes are the memory, but for the
 * places of header and logs, which are laid where the bytes can reach them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/debug.h>

#include "../vclog.h"

#define SIZE	0x4000u
#define LOG	0x3000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(const struct vcm_entry *entry, void *arg)
{
}

static void read_log(const struct vcm *vcm, unsigned int index)
{
	struct vcm_log log;

	if (!vcm_log_open(vcm, index, &log))
		vcm_log_read(vcm, &log, ignore, NULL);
}

/* Half of the input lies at the debug header, half at the logs. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2, most = SIZE - LOG;
	uint8_t *memory = calloc(1, SIZE);
	const struct vcm vcm = {
		.end = SIZE, .log = LOG, .log_len = SIZE - LOG, .data = memory,
	};
	FILE *out = fopen("/dev/null", "w");

	if (!memory || !out)
		abort();
	half = half < LOG - VC_DEBUG_HEADER_OFFSET ? half : LOG - VC_DEBUG_HEADER_OFFSET;
	memcpy(memory + VC_DEBUG_HEADER_OFFSET, data, half);
	memcpy(memory + LOG, data + half, size - half < most ? size - half : most);
	read_log(&vcm, VC_LOG_MESSAGES);
	read_log(&vcm, VC_LOG_ASSERTIONS);
	vcm_trace_print(&vcm, out);
	vcm_map_print(&vcm, out);
	vcm_map_draw(&vcm, out);
	fclose(out);
	free(memory);
	return 0;
}
