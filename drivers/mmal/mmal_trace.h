/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of vc_mmal: calls and buffers.
 *
 * Copyright (C) 2026 vc-media project
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vc_mmal

#if !defined(MMAL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MMAL_TRACE_H

#include <linux/tracepoint.h>

#include "mmal_priv.h"

DECLARE_EVENT_CLASS(vc_mmal_call,
	TP_PROTO(u32 type, u32 context, int status),
	TP_ARGS(type, context, status),
	TP_STRUCT__entry(
		__field(u32, type)
		__field(u32, context)
		__field(int, status)
	),
	TP_fast_assign(
		__entry->type = type;
		__entry->context = context;
		__entry->status = status;
	),
	TP_printk("type=%u context=%u status=%d", __entry->type,
		  __entry->context, __entry->status)
);

DEFINE_EVENT(vc_mmal_call, vc_mmal_call_begin,
	TP_PROTO(u32 type, u32 context, int status),
	TP_ARGS(type, context, status)
);

DEFINE_EVENT(vc_mmal_call, vc_mmal_call_end,
	TP_PROTO(u32 type, u32 context, int status),
	TP_ARGS(type, context, status)
);

DECLARE_EVENT_CLASS(vc_mmal_buffer,
	TP_PROTO(const struct vc_mmal_port *port,
		 const struct vc_mmal_buffer *buf),
	TP_ARGS(port, buf),
	TP_STRUCT__entry(
		__string(component, port->component->name)
		__field(u32, type)
		__field(u32, index)
		__field(u32, context)
		__field(u32, handle)
		__field(u32, length)
		__field(u32, flags)
		__field(s64, pts)
		__field(int, status)
	),
	TP_fast_assign(
		__assign_str(component);
		__entry->type = port->type;
		__entry->index = port->index;
		__entry->context = buf->context;
		__entry->handle = buf->handle;
		__entry->length = buf->length;
		__entry->flags = buf->flags;
		__entry->pts = buf->pts;
		__entry->status = buf->status;
	),
	TP_printk("component=%s port=%s:%u context=%u handle=%#x length=%u flags=%#x pts=%lld status=%d",
		  __get_str(component),
		  __print_symbolic(__entry->type, { MMAL_PORT_CONTROL, "control" },
				   { MMAL_PORT_INPUT, "in" }, { MMAL_PORT_OUTPUT, "out" },
				   { MMAL_PORT_CLOCK, "clock" }),
		  __entry->index, __entry->context,
		  __entry->handle, __entry->length, __entry->flags,
		  __entry->pts, __entry->status)
);

DEFINE_EVENT(vc_mmal_buffer, vc_mmal_buffer_submit,
	TP_PROTO(const struct vc_mmal_port *port,
		 const struct vc_mmal_buffer *buf),
	TP_ARGS(port, buf)
);

DEFINE_EVENT(vc_mmal_buffer, vc_mmal_buffer_complete,
	TP_PROTO(const struct vc_mmal_port *port,
		 const struct vc_mmal_buffer *buf),
	TP_ARGS(port, buf)
);

#endif /* MMAL_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE mmal_trace
#include <trace/define_trace.h>
