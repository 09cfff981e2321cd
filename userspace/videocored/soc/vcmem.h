/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VideoCore's own memory as a debugger finds it: debug header, symbols,
 * logs and the trace of MMAL (include/videocore/debug.h).
 *
 * Thread-safe but for creation and destruction. What is written is kept here as
 * well: nothing is ever read back from memory that the guest can write.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_VCMEM_H
#define VIDEOCORED_VCMEM_H

#include <stddef.h>
#include <stdint.h>

#include <videocore/virt.h>

#include "../log.h"

struct json_object;
struct mmal_msg_stats;
struct vc_guest;
struct vc_vcmem;

/* Bytes of the logs, at the end of the memory; the device tree says so, too. */
#define VC_VCMEM_LOG_SIZE	VC_VIRT_LOG_SIZE
/* Bytes from the start that hold header, symbols and trace. */
#define VC_VCMEM_IMAGE_SIZE	0x10000u

/* @base, @size: the memory, page aligned, 1 MiB at least. NULL: out of memory. */
struct vc_vcmem *vc_vcmem_create(struct vc_guest *guest, uint32_t base, uint32_t size);
void vc_vcmem_destroy(struct vc_vcmem *mem);

/* The guest asks the firmware for something: lay everything out if it is not. */
void vc_vcmem_boot(struct vc_vcmem *mem);
/* The guest has gone, or started anew. */
void vc_vcmem_reset(struct vc_vcmem *mem);

/* A message of @part; errors go to the assertions as well. Cut when too long. */
void vc_vcmem_log(struct vc_vcmem *mem, enum vc_log_level level, const char *part,
		  const char *text);
/* An event of MMAL, VC_MMAL_TRACE_*, with the start of its message. */
void vc_vcmem_trace(struct vc_vcmem *mem, uint32_t event, const void *data, size_t len);

/* What MMAL has counted, as the reply to MMAL_MSG_GET_STATS has it. */
void vc_vcmem_stats(struct vc_vcmem *mem, const struct mmal_msg_stats *stats);

void vc_vcmem_status(struct vc_vcmem *mem, struct json_object *out);

#endif /* VIDEOCORED_VCMEM_H */
