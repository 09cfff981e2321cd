/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of vc_sm: the lives of imports and of buffers.
 *
 * Copyright (C) 2026 vc-media project
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vc_sm

#if !defined(VC_SM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VC_SM_TRACE_H

#include <linux/tracepoint.h>

#include "vc_sm_priv.h"

#define VC_SM_TRACE_STATES \
	{ VC_SM_NEW, "new" }, { VC_SM_IMPORTING, "importing" }, \
	{ VC_SM_ABANDONED, "abandoned" }, { VC_SM_IMPORTED, "imported" }, \
	{ VC_SM_FREEING, "freeing" }, { VC_SM_RELEASED, "released" }

TRACE_EVENT(vc_sm_import_state,
	TP_PROTO(const struct vc_sm_import *import, enum vc_sm_state old),
	TP_ARGS(import, old),
	TP_STRUCT__entry(
		__field(u32, kernel_id)
		__field(u32, vc_handle)
		__field(u32, bus)
		__field(u32, size)
		__field(u32, users)
		__field(unsigned long, inode)
		__field(u32, old)
		__field(u32, new)
	),
	TP_fast_assign(
		__entry->kernel_id = import->kernel_id;
		__entry->vc_handle = import->vc_handle;
		__entry->bus = import->bus;
		__entry->size = import->size;
		__entry->users = import->users;
		__entry->inode = import->inode;
		__entry->old = old;
		__entry->new = import->state;
	),
	TP_printk("kernel_id=%u vc_handle=%#x bus=%#x size=%u users=%u inode=%lu state=%s->%s",
		  __entry->kernel_id, __entry->vc_handle, __entry->bus,
		  __entry->size, __entry->users, __entry->inode,
		  __print_symbolic(__entry->old, VC_SM_TRACE_STATES),
		  __print_symbolic(__entry->new, VC_SM_TRACE_STATES))
);

DECLARE_EVENT_CLASS(vc_sm_buffer,
	TP_PROTO(const struct vc_sm_mem *mem, const struct device *dev),
	TP_ARGS(mem, dev),
	TP_STRUCT__entry(
		__field(unsigned long, inode)
		__field(u64, bus)
		__field(u64, size)
		__string(dev, dev ? dev_name(dev) : "-")
	),
	TP_fast_assign(
		__entry->inode = mem->inode;
		__entry->bus = mem->dma;
		__entry->size = mem->size;
		__assign_str(dev);
	),
	TP_printk("inode=%lu bus=%#llx size=%llu dev=%s", __entry->inode,
		  __entry->bus, __entry->size, __get_str(dev))
);

DEFINE_EVENT(vc_sm_buffer, vc_sm_buffer_export,
	TP_PROTO(const struct vc_sm_mem *mem, const struct device *dev),
	TP_ARGS(mem, dev)
);

DEFINE_EVENT(vc_sm_buffer, vc_sm_buffer_attach,
	TP_PROTO(const struct vc_sm_mem *mem, const struct device *dev),
	TP_ARGS(mem, dev)
);

DEFINE_EVENT(vc_sm_buffer, vc_sm_buffer_detach,
	TP_PROTO(const struct vc_sm_mem *mem, const struct device *dev),
	TP_ARGS(mem, dev)
);

DEFINE_EVENT(vc_sm_buffer, vc_sm_buffer_release,
	TP_PROTO(const struct vc_sm_mem *mem, const struct device *dev),
	TP_ARGS(mem, dev)
);

#endif /* VC_SM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vc_sm_trace
#include <trace/define_trace.h>
