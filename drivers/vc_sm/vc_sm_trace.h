/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of vc_sm: the life of an import.
 *
 * Copyright (C) 2026 vc-media project
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vc_sm

#if !defined(VC_SM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VC_SM_TRACE_H

#include <linux/tracepoint.h>

#include "vc_sm_priv.h"

TRACE_EVENT(vc_sm_import_state,
	TP_PROTO(const struct vc_sm_import *import, enum vc_sm_state old),
	TP_ARGS(import, old),
	TP_STRUCT__entry(
		__field(u32, kernel_id)
		__field(u32, vc_handle)
		__field(u32, bus)
		__field(u32, size)
		__field(u32, old)
		__field(u32, new)
	),
	TP_fast_assign(
		__entry->kernel_id = import->kernel_id;
		__entry->vc_handle = import->vc_handle;
		__entry->bus = import->bus;
		__entry->size = import->size;
		__entry->old = old;
		__entry->new = import->state;
	),
	TP_printk("kernel_id=%u vc_handle=%#x bus=%#x size=%u state=%u->%u",
		  __entry->kernel_id, __entry->vc_handle, __entry->bus,
		  __entry->size, __entry->old, __entry->new)
);

#endif /* VC_SM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vc_sm_trace
#include <trace/define_trace.h>
