/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of the transport: messages, slots, events, bulks, services.
 *
 * Copyright (C) 2026 vc-media project
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vchiq

#if !defined(VCHIQ_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VCHIQ_TRACE_H

#include <linux/device.h>
#include <linux/minmax.h>
#include <linux/tracepoint.h>

#include "vchiq_priv.h"

#ifndef VCHIQ_TRACE_BYTES
/* So much of a message is shown of a service with VCHIQ_OPTION_TRACE. */
#define VCHIQ_TRACE_BYTES	64
#endif

#define vchiq_trace_types				\
	{ VCHIQ_MSG_PADDING, "PADDING" },		\
	{ VCHIQ_MSG_CONNECT, "CONNECT" },		\
	{ VCHIQ_MSG_OPEN, "OPEN" },			\
	{ VCHIQ_MSG_OPENACK, "OPENACK" },		\
	{ VCHIQ_MSG_CLOSE, "CLOSE" },			\
	{ VCHIQ_MSG_DATA, "DATA" },			\
	{ VCHIQ_MSG_BULK_RX, "BULK_RX" },		\
	{ VCHIQ_MSG_BULK_TX, "BULK_TX" },		\
	{ VCHIQ_MSG_BULK_RX_DONE, "BULK_RX_DONE" },	\
	{ VCHIQ_MSG_BULK_TX_DONE, "BULK_TX_DONE" },	\
	{ VCHIQ_MSG_PAUSE, "PAUSE" },			\
	{ VCHIQ_MSG_RESUME, "RESUME" },			\
	{ VCHIQ_MSG_REMOTE_USE, "REMOTE_USE" },		\
	{ VCHIQ_MSG_REMOTE_RELEASE, "REMOTE_RELEASE" },	\
	{ VCHIQ_MSG_REMOTE_USE_ACTIVE, "REMOTE_USE_ACTIVE" }

#define vchiq_trace_events				\
	{ VCHIQ_EVENT_TRIGGER, "trigger" },		\
	{ VCHIQ_EVENT_RECYCLE, "recycle" },		\
	{ VCHIQ_EVENT_SYNC_TRIGGER, "sync_trigger" },	\
	{ VCHIQ_EVENT_SYNC_RELEASE, "sync_release" }

#define vchiq_trace_states				\
	{ VCHIQ_SERVICE_LISTENING, "listening" },	\
	{ VCHIQ_SERVICE_OPENING, "opening" },		\
	{ VCHIQ_SERVICE_OPEN, "open" },			\
	{ VCHIQ_SERVICE_OPENSYNC, "opensync" },		\
	{ VCHIQ_SERVICE_CLOSESENT, "closesent" },	\
	{ VCHIQ_SERVICE_CLOSERECVD, "closerecvd" },	\
	{ VCHIQ_SERVICE_CLOSEWAIT, "closewait" },	\
	{ VCHIQ_SERVICE_CLOSED, "closed" }

#define vchiq_trace_dirs				\
	{ VCHIQ_DIR_TX, "tx" },				\
	{ VCHIQ_DIR_RX, "rx" }

/* Programs that read the raw trace know numbers, not our names. */
TRACE_DEFINE_ENUM(VCHIQ_MSG_PADDING);
TRACE_DEFINE_ENUM(VCHIQ_MSG_CONNECT);
TRACE_DEFINE_ENUM(VCHIQ_MSG_OPEN);
TRACE_DEFINE_ENUM(VCHIQ_MSG_OPENACK);
TRACE_DEFINE_ENUM(VCHIQ_MSG_CLOSE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_DATA);
TRACE_DEFINE_ENUM(VCHIQ_MSG_BULK_RX);
TRACE_DEFINE_ENUM(VCHIQ_MSG_BULK_TX);
TRACE_DEFINE_ENUM(VCHIQ_MSG_BULK_RX_DONE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_BULK_TX_DONE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_PAUSE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_RESUME);
TRACE_DEFINE_ENUM(VCHIQ_MSG_REMOTE_USE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_REMOTE_RELEASE);
TRACE_DEFINE_ENUM(VCHIQ_MSG_REMOTE_USE_ACTIVE);
TRACE_DEFINE_ENUM(VCHIQ_EVENT_TRIGGER);
TRACE_DEFINE_ENUM(VCHIQ_EVENT_RECYCLE);
TRACE_DEFINE_ENUM(VCHIQ_EVENT_SYNC_TRIGGER);
TRACE_DEFINE_ENUM(VCHIQ_EVENT_SYNC_RELEASE);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_LISTENING);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_OPENING);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_OPEN);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_OPENSYNC);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_CLOSESENT);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_CLOSERECVD);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_CLOSEWAIT);
TRACE_DEFINE_ENUM(VCHIQ_SERVICE_CLOSED);
TRACE_DEFINE_ENUM(VCHIQ_DIR_TX);
TRACE_DEFINE_ENUM(VCHIQ_DIR_RX);

DECLARE_EVENT_CLASS(vchiq_message,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, u32 len),
	TP_ARGS(conn, msgid, len),
	TP_STRUCT__entry(
		__string(dev, dev_name(conn->dev))
		__field(u32, msgid)
		__field(u32, len)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->msgid = msgid;
		__entry->len = len;
	),
	TP_printk("%s %s src=%u dst=%u len=%u", __get_str(dev),
		  __print_symbolic(VCHIQ_MSGID_TYPE(__entry->msgid), vchiq_trace_types),
		  VCHIQ_MSGID_SRC(__entry->msgid), VCHIQ_MSGID_DST(__entry->msgid),
		  __entry->len)
);

DEFINE_EVENT(vchiq_message, vchiq_send,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, u32 len),
	TP_ARGS(conn, msgid, len)
);

DEFINE_EVENT(vchiq_message, vchiq_receive,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, u32 len),
	TP_ARGS(conn, msgid, len)
);

DEFINE_EVENT(vchiq_message, vchiq_sync_send,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, u32 len),
	TP_ARGS(conn, msgid, len)
);

DEFINE_EVENT(vchiq_message, vchiq_sync_receive,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, u32 len),
	TP_ARGS(conn, msgid, len)
);

TRACE_EVENT(vchiq_contents,
	TP_PROTO(const struct vchiq_conn *conn, u32 msgid, const void *data, u32 len),
	TP_ARGS(conn, msgid, data, len),
	TP_STRUCT__entry(
		__string(dev, dev_name(conn->dev))
		__field(u32, msgid)
		__dynamic_array(u8, bytes, min_t(u32, len, VCHIQ_TRACE_BYTES))
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->msgid = msgid;
		memcpy(__get_dynamic_array(bytes), data, min_t(u32, len, VCHIQ_TRACE_BYTES));
	),
	TP_printk("%s %s src=%u dst=%u %s", __get_str(dev),
		  __print_symbolic(VCHIQ_MSGID_TYPE(__entry->msgid), vchiq_trace_types),
		  VCHIQ_MSGID_SRC(__entry->msgid), VCHIQ_MSGID_DST(__entry->msgid),
		  __print_hex(__get_dynamic_array(bytes), __get_dynamic_array_len(bytes)))
);

DECLARE_EVENT_CLASS(vchiq_slot,
	TP_PROTO(const struct vchiq_conn *conn, u32 slot),
	TP_ARGS(conn, slot),
	TP_STRUCT__entry(
		__string(dev, dev_name(conn->dev))
		__field(u32, slot)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->slot = slot;
	),
	TP_printk("%s slot=%u", __get_str(dev), __entry->slot)
);

/* A slot of ours is being filled. */
DEFINE_EVENT(vchiq_slot, vchiq_slot_started,
	TP_PROTO(const struct vchiq_conn *conn, u32 slot),
	TP_ARGS(conn, slot)
);

/* A slot of ours came back. */
DEFINE_EVENT(vchiq_slot, vchiq_slot_recycled,
	TP_PROTO(const struct vchiq_conn *conn, u32 slot),
	TP_ARGS(conn, slot)
);

/* A slot of the firmware was read to its end. */
DEFINE_EVENT(vchiq_slot, vchiq_slot_given_back,
	TP_PROTO(const struct vchiq_conn *conn, u32 slot),
	TP_ARGS(conn, slot)
);

TRACE_EVENT(vchiq_signal,
	TP_PROTO(const struct vchiq_conn *conn, u32 event, bool rang),
	TP_ARGS(conn, event, rang),
	TP_STRUCT__entry(
		__string(dev, dev_name(conn->dev))
		__field(u32, event)
		__field(bool, rang)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->event = event;
		__entry->rang = rang;
	),
	TP_printk("%s %s%s", __get_str(dev),
		  __print_symbolic(__entry->event, vchiq_trace_events),
		  __entry->rang ? " rang" : "")
);

TRACE_EVENT(vchiq_heard,
	TP_PROTO(const struct vchiq_conn *conn, u32 event),
	TP_ARGS(conn, event),
	TP_STRUCT__entry(
		__string(dev, dev_name(conn->dev))
		__field(u32, event)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->event = event;
	),
	TP_printk("%s %s", __get_str(dev),
		  __print_symbolic(__entry->event, vchiq_trace_events))
);

TRACE_EVENT(vchiq_service_state,
	TP_PROTO(const struct vchiq_service *svc, u32 before),
	TP_ARGS(svc, before),
	TP_STRUCT__entry(
		__string(dev, dev_name(svc->conn->dev))
		__field(u32, fourcc)
		__field(u32, port)
		__field(u32, remote)
		__field(u32, before)
		__field(u32, after)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->fourcc = svc->fourcc;
		__entry->port = svc->port;
		__entry->remote = svc->remote_port;
		__entry->before = before;
		__entry->after = svc->state;
	),
	TP_printk("%s fourcc=%#010x port=%u remote=%u %s -> %s", __get_str(dev),
		  __entry->fourcc, __entry->port, __entry->remote,
		  __print_symbolic(__entry->before, vchiq_trace_states),
		  __print_symbolic(__entry->after, vchiq_trace_states))
);

TRACE_EVENT(vchiq_bulk_posted,
	TP_PROTO(const struct vchiq_service *svc, const struct vchiq_xfer *xfer),
	TP_ARGS(svc, xfer),
	TP_STRUCT__entry(
		__string(dev, dev_name(svc->conn->dev))
		__field(u32, port)
		__field(u32, dir)
		__field(u32, len)
		__field(int, fragment)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->port = svc->port;
		__entry->dir = xfer->dir;
		__entry->len = xfer->len;
		__entry->fragment = xfer->fragment;
	),
	TP_printk("%s port=%u %s len=%u fragment=%d", __get_str(dev), __entry->port,
		  __print_symbolic(__entry->dir, vchiq_trace_dirs), __entry->len,
		  __entry->fragment)
);

TRACE_EVENT(vchiq_bulk_ended,
	TP_PROTO(const struct vchiq_service *svc, const struct vchiq_xfer *xfer,
		 int status, u32 actual),
	TP_ARGS(svc, xfer, status, actual),
	TP_STRUCT__entry(
		__string(dev, dev_name(svc->conn->dev))
		__field(u32, port)
		__field(u32, dir)
		__field(u32, len)
		__field(u32, actual)
		__field(int, status)
	),
	TP_fast_assign(
		__assign_str(dev);
		__entry->port = svc->port;
		__entry->dir = xfer->dir;
		__entry->len = xfer->len;
		__entry->actual = actual;
		__entry->status = status;
	),
	TP_printk("%s port=%u %s len=%u actual=%u status=%d", __get_str(dev),
		  __entry->port, __print_symbolic(__entry->dir, vchiq_trace_dirs),
		  __entry->len, __entry->actual, __entry->status)
);

#endif /* VCHIQ_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE vchiq_trace
#include <trace/define_trace.h>
