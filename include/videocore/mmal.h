/* SPDX-License-Identifier: GPL-2.0 */
/*
 * MMAL over VCHIQ: messages and the structures in them.
 *
 * One VCHIQ message is struct mmal_msg_header and a payload, 512 bytes at most.
 * A reply has the type and the context of its request. 32-bit "pointer" fields
 * are opaque to the receiver. MMAL fourccs have the first character in the low
 * byte (as V4L2 has), VCHIQ fourccs in the high byte.
 * Source: spec mmal.md sections 2 to 7.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_MMAL_H
#define VIDEOCORE_MMAL_H

#include <linux/types.h>

#define MMAL_FOURCC(a, b, c, d) \
	((__u32)(a) | ((__u32)(b) << 8) | ((__u32)(c) << 16) | ((__u32)(d) << 24))

#define MMAL_MAGIC			MMAL_FOURCC('m', 'm', 'a', 'l')
#define MMAL_VERSION			16
#define MMAL_VERSION_KERNEL		15
#define MMAL_VERSION_MIN		10
#define MMAL_MAX_MSG			512
#define MMAL_TIME_UNKNOWN		(-0x7fffffffffffffffLL - 1)

enum mmal_msg_type {
	MMAL_MSG_QUIT			= 1,
	MMAL_MSG_SERVICE_CLOSED		= 2,
	MMAL_MSG_GET_VERSION		= 3,
	MMAL_MSG_COMPONENT_CREATE	= 4,
	MMAL_MSG_COMPONENT_DESTROY	= 5,
	MMAL_MSG_COMPONENT_ENABLE	= 6,
	MMAL_MSG_COMPONENT_DISABLE	= 7,
	MMAL_MSG_PORT_INFO_GET		= 8,
	MMAL_MSG_PORT_INFO_SET		= 9,
	MMAL_MSG_PORT_ACTION		= 10,
	MMAL_MSG_BUFFER_FROM_HOST	= 11,
	MMAL_MSG_BUFFER_TO_HOST		= 12,
	MMAL_MSG_GET_STATS		= 13,
	MMAL_MSG_PORT_PARAMETER_SET	= 14,
	MMAL_MSG_PORT_PARAMETER_GET	= 15,
	MMAL_MSG_EVENT_TO_HOST		= 16,
	MMAL_MSG_GET_CORE_STATS_FOR_PORT = 17,
	MMAL_MSG_OPAQUE_ALLOCATOR	= 18,
	MMAL_MSG_CONSUME_MEM		= 19,
	MMAL_MSG_LMK			= 20,
	MMAL_MSG_OPAQUE_ALLOCATOR_DESC	= 21,
	MMAL_MSG_DRM_GET_LHS32		= 22,
	MMAL_MSG_DRM_GET_TIME		= 23,
	MMAL_MSG_BUFFER_FROM_HOST_ZEROLEN = 24,
	MMAL_MSG_PORT_FLUSH		= 25,
	MMAL_MSG_HOST_LOG		= 26,
	MMAL_MSG_COMPACT		= 27,
};

enum mmal_status {
	MMAL_SUCCESS	= 0,
	MMAL_ENOMEM	= 1,
	MMAL_ENOSPC	= 2,
	MMAL_EINVAL	= 3,
	MMAL_ENOSYS	= 4,
	MMAL_ENOENT	= 5,
	MMAL_ENXIO	= 6,
	MMAL_EIO	= 7,
	MMAL_ESPIPE	= 8,
	MMAL_ECORRUPT	= 9,
	MMAL_ENOTREADY	= 10,
	MMAL_ECONFIG	= 11,
	MMAL_EISCONN	= 12,
	MMAL_ENOTCONN	= 13,
	MMAL_EAGAIN	= 14,
	MMAL_EFAULT	= 15,
};

enum mmal_port_type {
	MMAL_PORT_UNKNOWN	= 0,
	MMAL_PORT_CONTROL	= 1,
	MMAL_PORT_INPUT		= 2,
	MMAL_PORT_OUTPUT	= 3,
	MMAL_PORT_CLOCK		= 4,
};

enum mmal_port_action {
	MMAL_ACTION_UNKNOWN		= 0,
	MMAL_ACTION_ENABLE		= 1,
	MMAL_ACTION_DISABLE		= 2,
	MMAL_ACTION_FLUSH		= 3,
	MMAL_ACTION_CONNECT		= 4,
	MMAL_ACTION_DISCONNECT		= 5,
	MMAL_ACTION_SET_REQUIREMENTS	= 6,
};

enum mmal_es_type {
	MMAL_ES_UNKNOWN		= 0,
	MMAL_ES_CONTROL		= 1,
	MMAL_ES_AUDIO		= 2,
	MMAL_ES_VIDEO		= 3,
	MMAL_ES_SUBPICTURE	= 4,
};

/* Buffer flags. */
#define MMAL_BUFFER_EOS			0x00000001
#define MMAL_BUFFER_FRAME_START		0x00000002
#define MMAL_BUFFER_FRAME_END		0x00000004
#define MMAL_BUFFER_FRAME		0x00000006
#define MMAL_BUFFER_KEYFRAME		0x00000008
#define MMAL_BUFFER_DISCONTINUITY	0x00000010
#define MMAL_BUFFER_CONFIG		0x00000020
#define MMAL_BUFFER_CODECSIDEINFO	0x00000080
#define MMAL_BUFFER_CORRUPTED		0x00000200
#define MMAL_BUFFER_TRANSMISSION_FAILED	0x00000400
#define MMAL_BUFFER_INTERLACED		0x00010000
#define MMAL_BUFFER_TOP_FIELD_FIRST	0x00020000

/* Port capabilities. */
#define MMAL_PORT_CAP_PASSTHROUGH	0x01
#define MMAL_PORT_CAP_ALLOCATION	0x02
#define MMAL_PORT_CAP_FORMAT_CHANGE	0x04

/* Events in EVENT_TO_HOST. */
#define MMAL_EVENT_ERROR		MMAL_FOURCC('E', 'R', 'R', 'O')
#define MMAL_EVENT_EOS			MMAL_FOURCC('E', 'E', 'O', 'S')
#define MMAL_EVENT_FORMAT_CHANGED	MMAL_FOURCC('E', 'F', 'C', 'H')
#define MMAL_EVENT_PARAMETER_CHANGED	MMAL_FOURCC('E', 'P', 'C', 'H')

struct mmal_msg_header {
	__le32 magic;
	__le32 type;
	__le32 control_service;
	__le32 context;		/* client's cookie, echoed */
	__le32 status;
	__le32 padding;
};

struct mmal_rational {
	__le32 num;		/* signed */
	__le32 den;
};

struct mmal_rect {
	__le32 x;
	__le32 y;
	__le32 width;
	__le32 height;
};

/*
 * A port, 64 bytes. The client sets buffer_num and buffer_size, the firmware all
 * else that is not called opaque.
 */
struct mmal_port {
	__le32 priv;		/* opaque */
	__le32 name;		/* opaque */
	__le32 type;
	__le16 index;
	__le16 index_all;
	__le32 is_enabled;
	__le32 format;		/* opaque */
	__le32 buffer_num_min;
	__le32 buffer_size_min;
	__le32 buffer_alignment_min;
	__le32 buffer_num_recommended;
	__le32 buffer_size_recommended;
	__le32 buffer_num;
	__le32 buffer_size;
	__le32 component;	/* opaque */
	__le32 userdata;	/* opaque */
	__le32 capabilities;
};

#define MMAL_EXTRADATA_MAX		128
#define MMAL_FORMAT_FRAMED		1
#define MMAL_FORMAT_COLUMN		2

struct mmal_es_format {
	__le32 type;
	__le32 encoding;
	__le32 encoding_variant;
	__le32 es;		/* opaque */
	__le32 bitrate;
	__le32 flags;
	__le32 extradata_size;	/* 0..128, the receiver clamps */
	__le32 extradata;	/* opaque */
};

/** struct mmal_es_video - width and height are those of the buffer, in pixels */
struct mmal_es_video {
	__le32 width;
	__le32 height;
	struct mmal_rect crop;
	struct mmal_rational frame_rate;
	struct mmal_rational par;
	__le32 color_space;
};

/** struct mmal_drvbuf - echoed by the firmware with every buffer */
struct mmal_drvbuf {
	__le32 magic;
	__le32 component_handle;
	__le32 port_handle;
	__le32 client_context;
};

struct mmal_buffer_header {
	__le32 next;		/* opaque */
	__le32 priv;		/* opaque */
	__le32 cmd;
	__le32 data;		/* VPU handle with zero copy */
	__le32 alloc_size;
	__le32 length;
	__le32 offset;
	__le32 flags;
	__le64 pts;		/* us */
	__le64 dts;
	__le32 type;		/* opaque */
	__le32 user_data;	/* opaque */
};

struct mmal_buffer_specific {
	__le32 planes;
	__le32 offset[4];
	__le32 pitch[4];
	__le32 flags;
};

/* Message payloads. */

struct mmal_msg_version {
	__le32 flags;
	__le32 major;
	__le32 minor;
	__le32 minimum;
};

struct mmal_msg_component_create {
	__le32 client_component;
	char name[128];
	__le32 pid;
};

struct mmal_msg_component_create_reply {
	__le32 status;
	__le32 component_handle;
	__le32 input_num;
	__le32 output_num;
	__le32 clock_num;
};

/* COMPONENT_DESTROY, _ENABLE, _DISABLE. */
struct mmal_msg_component {
	__le32 component_handle;
};

/* Answers that carry nothing but a status. */
struct mmal_msg_status {
	__le32 status;
};

struct mmal_msg_port_info_get {
	__le32 component_handle;
	__le32 port_type;
	__le32 index;
};

struct mmal_msg_port_info_set {
	__le32 component_handle;
	__le32 port_type;
	__le32 index;
	struct mmal_port port;
	struct mmal_es_format format;
	struct mmal_es_video es;
	__u8 extradata[MMAL_EXTRADATA_MAX];
};

struct mmal_msg_port_info_reply {
	__le32 status;
	__le32 component_handle;
	__le32 port_type;
	__le32 index;
	__le32 found;
	__le32 port_handle;
	struct mmal_port port;
	struct mmal_es_format format;
	struct mmal_es_video es;
	__u8 extradata[MMAL_EXTRADATA_MAX];
};

struct mmal_msg_port_action_port {
	__le32 component_handle;
	__le32 port_handle;
	__le32 action;
	struct mmal_port port;
};

struct mmal_msg_port_action_handle {
	__le32 component_handle;
	__le32 port_handle;
	__le32 action;
	__le32 peer_component_handle;
	__le32 peer_port_handle;
};

#define MMAL_PARAM_MAX_WORDS		96

struct mmal_msg_parameter {
	__le32 component_handle;
	__le32 port_handle;
	__le32 id;
	__le32 size;		/* of id, size and value */
	__u8 value[];
};

struct mmal_msg_parameter_get_reply {
	__le32 status;
	__le32 id;
	__le32 size;
	__u8 value[];
};

#define MMAL_SHORT_DATA_MAX		128

struct mmal_msg_buffer {
	struct mmal_drvbuf drvbuf;
	struct mmal_drvbuf drvbuf_ref;
	struct mmal_buffer_header header;
	struct mmal_buffer_specific specific;
	__le32 is_zero_copy;
	__le32 has_reference;
	__le32 payload_in_message;
	__u8 short_data[MMAL_SHORT_DATA_MAX];
	__le32 padding;
};

struct mmal_msg_event {
	__le32 client_component;
	__le32 port_type;
	__le32 port_num;
	__le32 cmd;
	__le32 length;
	__u8 data[256];
	__le32 delayed_buffer;
};

/** struct mmal_event_format_changed - data of the event, without extradata */
struct mmal_event_format_changed {
	__le32 buffer_size_min;
	__le32 buffer_num_min;
	__le32 buffer_size_recommended;
	__le32 buffer_num_recommended;
	__le32 es_format;	/* opaque */
	struct mmal_es_format format;
	struct mmal_es_video es;
};

#define MMAL_STATS_COMPONENTS		8

/** struct mmal_msg_stats - GET_STATS, the reset word only matters in requests */
struct mmal_msg_stats {
	struct {
		__le32 rx;
		__le32 rx_zero_copy;
		__le32 rx_empty;
		__le32 rx_fails;
		__le32 tx;
		__le32 tx_zero_copy;
		__le32 tx_empty;
		__le32 tx_fails;
		__le32 tx_short_msg;
		__le32 rx_short_msg;
	} buffers;
	struct {
		__le32 created;
		__le32 pending_destroy;
		__le32 destroyed;
		__le32 failures;
	} service;
	struct {
		__le32 bad_messages;
		__le32 executed;
		__le32 failed;
		__le32 replies;
		__le32 reply_fails;
	} commands;
	struct {
		__le32 tx;
		__le32 tx_fails;
	} events;
	struct {
		__le32 created;
		__le32 destroyed;
		__le32 destroying;
		__le32 failed;
		__le32 list_size;
		struct {
			__le32 component;	/* opaque */
			__le32 state;
			__le32 pid;
			__le32 pool_mem_alloc_size;
			char name[20];
		} list[MMAL_STATS_COMPONENTS];
	} components;
	struct {
		__le32 enqueued;
		__le32 dequeued;
		__le32 max_parameter_set_delay;
		__le32 max_messages_waiting;
	} worker;
	__le32 reset;
};

/** struct mmal_msg_core_stats - GET_CORE_STATS_FOR_PORT */
struct mmal_msg_core_stats {
	__le32 component_index;
	__le32 port_index;
	__le32 port_type;
	__le32 dir;		/* 0 rx, 1 tx */
	__le32 reset;
};

enum mmal_core_stats_result {
	MMAL_CORE_STATS_FOUND		= 0,
	MMAL_CORE_STATS_NO_COMPONENT	= 1,
	MMAL_CORE_STATS_NO_PORT		= 2,
};

struct mmal_msg_core_stats_reply {
	__le32 status;
	__le32 result;
	__le32 buffer_count;
	__le32 first_buffer_time;
	__le32 last_buffer_time;
	__le32 max_delay;
	char component_name[32];
};

/* Bytes of the bulk that goes with ZEROLEN, PORT_FLUSH and an empty EOS. */
#define MMAL_DUMMY_BULK_LEN		8
/* What a bulk carries for @len bytes of data. */
#define MMAL_BULK_LEN(len)		(((len) + 3u) & ~3u)

_Static_assert(sizeof(struct mmal_msg_header) == 24, "header");
_Static_assert(sizeof(struct mmal_port) == 64, "port");
_Static_assert(sizeof(struct mmal_es_format) == 32, "es format");
_Static_assert(sizeof(struct mmal_es_video) == 44, "es video");
_Static_assert(sizeof(struct mmal_buffer_header) == 56, "buffer header");
_Static_assert(sizeof(struct mmal_msg_component_create) == 136, "create");
_Static_assert(sizeof(struct mmal_msg_port_info_set) == 280, "info set");
_Static_assert(sizeof(struct mmal_msg_port_info_reply) == 292, "info reply");
_Static_assert(sizeof(struct mmal_msg_port_action_port) == 76, "action");
_Static_assert(sizeof(struct mmal_msg_buffer) == 272, "buffer");
_Static_assert(sizeof(struct mmal_msg_event) == 280, "event");
_Static_assert(sizeof(struct mmal_event_format_changed) == 96, "format changed");
_Static_assert(sizeof(struct mmal_msg_stats) == 412, "stats");
_Static_assert(sizeof(struct mmal_msg_core_stats_reply) == 56, "core stats");

#endif /* VIDEOCORE_MMAL_H */
