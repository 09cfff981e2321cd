/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of bcm2835-codec share.
 *
 * "Output" and "capture" are V4L2's: data goes to the firmware through the
 * OUTPUT queue, which is the component's input port, and comes back through the
 * CAPTURE queue.
 *
 * Lock order: vc_codec_node.lock, the lock of a control handler, vc_mmal.lock,
 * vc_codec_ctx.buf_lock. vc_codec.ctx_lock is taken inside vc_codec_node.lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef CODEC_PRIV_H
#define CODEC_PRIV_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <media/media-device.h>
#include <media/v4l2-ctrls.h>
#include <media/v4l2-dev.h>
#include <media/v4l2-device.h>
#include <media/v4l2-fh.h>
#include <media/v4l2-mem2mem.h>
#include <media/videobuf2-v4l2.h>

#include <linux/videocore/mmal.h>
#include <linux/videocore/vc_sm.h>
#include <linux/videocore/vchiq.h>

#define VC_CODEC_NAME		"bcm2835-codec"

#define VC_CODEC_MIN_SIZE	32
#define VC_CODEC_MIN_CROP	16
#define VC_CODEC_STEP		2
#define VC_CODEC_DEFAULT_FPS	30u
#define VC_CODEC_MAX_FPS	240u

/* Inputs whose time codes and fields are remembered for their pictures. */
#define VC_CODEC_NR_STAMPS	64

enum vc_codec_role {
	VC_CODEC_DECODE,
	VC_CODEC_ENCODE,
	VC_CODEC_ISP,
	VC_CODEC_ENCODE_IMAGE,
	VC_CODEC_DECODE_IMAGE,
	VC_CODEC_DEINTERLACE,
	VC_CODEC_NR_ROLES,
};

/* Index of a queue. */
enum vc_codec_side {
	VC_CODEC_OUT,
	VC_CODEC_CAP,
	VC_CODEC_NR_SIDES,
};

/**
 * struct vc_codec_format - a pixel format and its name in MMAL
 * @fourcc: V4L2_PIX_FMT_*
 * @encoding: MMAL_ENCODING_*
 * @bytes: per pixel of the first plane, 0: compressed
 * @size_num: bytes of all planes are @size_num / 2 of the first
 * @align: bytes that lines are a multiple of, per role
 * @is_image: compressed: JPEG, which has nodes of its own
 */
struct vc_codec_format {
	u32 fourcc;
	u32 encoding;
	u8 bytes;
	u8 size_num;
	u8 align[VC_CODEC_NR_ROLES];
	bool is_image;
};

/**
 * struct vc_codec_buffer - a buffer of a queue
 * @m2m: videobuf2's part
 * @node: in vc_codec_queue.pending or vc_codec_queue.finished
 * @mmal: the firmware's part
 * @import: its memory, as the VPU knows it
 * @state: what it is to be returned as
 * @is_alone: it has no counterpart in the other queue
 */
struct vc_codec_buffer {
	struct v4l2_m2m_buffer m2m;
	struct list_head node;
	enum vb2_buffer_state state;
	bool is_alone;
	struct vc_mmal_buffer mmal;
	struct vc_sm_import *import;
};

/**
 * struct vc_codec_queue - one direction of a context
 * @format: current format
 * @pix: the same for V4L2
 * @visible: part of the picture that counts
 * @vq: videobuf2's part
 * @is_streaming: between start_streaming and stop_streaming
 * @is_used: the port has had buffers since it was enabled
 * @is_open: the port is enabled and buffers go there at once
 * @keeps: buffers that come back wait for the port to be opened again
 * @return_state: of buffers that come back unused
 * @pending: buffers that wait to be submitted
 * @finished: buffers that wait for those of the other queue
 * @sequence: number of the next buffer
 *
 * From @is_open on, vc_codec_ctx.buf_lock protects.
 */
struct vc_codec_queue {
	const struct vc_codec_format *format;
	struct v4l2_pix_format_mplane pix;
	struct v4l2_rect visible;
	struct vb2_queue *vq;
	bool is_streaming;
	bool is_used;

	bool is_open;
	bool keeps;
	enum vb2_buffer_state return_state;
	struct list_head pending;
	struct list_head finished;
	u32 sequence;
};

/* Where a drain is, see codec_cmd.c. */
enum vc_codec_drain {
	VC_CODEC_RUNNING,
	VC_CODEC_DRAINING,
	VC_CODEC_STOPPED,
};

/**
 * struct vc_codec_stamp - what an input says of itself besides its data
 * @timestamp: by which pictures name it, ns
 * @timecode: to be copied
 * @flags: of these, those that are copied
 * @field: to be copied
 */
struct vc_codec_stamp {
	u64 timestamp;
	struct v4l2_timecode timecode;
	u32 flags;
	u32 field;
};

/**
 * struct vc_codec_change - a FORMAT_CHANGED event
 * @width: of the buffer, pixels
 * @height: of the buffer, lines
 * @visible_width: of the picture
 * @visible_height: of the picture
 * @par: pixel aspect ratio
 * @color_space: MMAL_COLOR_SPACE_*
 */
struct vc_codec_change {
	u32 width;
	u32 height;
	u32 visible_width;
	u32 visible_height;
	struct vc_mmal_rational par;
	u32 color_space;
};

/**
 * struct vc_codec_ctx - an open file
 * @fh: V4L2's part
 * @node: which device; all but what @buf_lock protects is protected by its lock
 * @list: in vc_codec.contexts
 * @ctrls: controls
 * @bitrate: of these, of an encoder; what follows depends on it
 * @profile: of an encoder or decoder
 * @level: of an encoder or decoder
 * @min_qp: of an encoder; what follows depends on it
 * @max_qp: of an encoder
 * @hflip: of a converter; what follows goes with it
 * @vflip: of a converter
 * @component: NULL until something streams
 * @queue: both directions
 * @interval: between frames, of an encoder
 * @intra_period: of two controls, what was set last
 * @is_applying: the component is being told all controls
 * @awaits_changes: user space wants to hear of source changes
 * @has_header: the stream has said what it is
 * @stream: what it has said
 * @is_dead: the device is unbound or the file closed
 * @work: what the callbacks leave to do
 * @buf_lock: protects all below and parts of @queue
 * @drain: see enum vc_codec_drain
 * @owes_last: the next capture buffer is returned at once, as the last one
 * @eos: header that tells the firmware of the end
 * @eos_is_busy: it has it
 * @has_eos: it had it, and whatever came before
 * @has_change: @change is to be worked on
 * @change: last format the firmware told of
 * @has_failed: the firmware said it cannot go on
 * @resubmit: buffers came back empty
 * @stamps: of the last inputs
 * @next_stamp: where the next goes
 */
struct vc_codec_ctx {
	struct v4l2_fh fh;
	struct vc_codec_node *node;
	struct list_head list;
	struct v4l2_ctrl_handler ctrls;
	struct v4l2_ctrl *bitrate;
	struct v4l2_ctrl *profile;
	struct v4l2_ctrl *level;
	struct v4l2_ctrl *min_qp;
	struct v4l2_ctrl *max_qp;
	struct v4l2_ctrl *hflip;
	struct v4l2_ctrl *vflip;
	struct vc_mmal_component *component;
	struct vc_codec_queue queue[VC_CODEC_NR_SIDES];
	struct v4l2_fract interval;
	u32 intra_period;
	bool is_applying;
	bool awaits_changes;
	bool has_header;
	struct vc_codec_change stream;
	bool is_dead;
	struct work_struct work;

	spinlock_t buf_lock; /* Protects all below and parts of queue */
	enum vc_codec_drain drain;
	bool owes_last;
	struct vc_mmal_buffer eos;
	bool eos_is_busy;
	bool has_eos;
	bool has_change;
	struct vc_codec_change change;
	bool has_failed;
	bool resubmit;
	struct vc_codec_stamp stamps[VC_CODEC_NR_STAMPS];
	unsigned int next_stamp;
};

/**
 * struct vc_codec_node - a video device
 * @codec: whose
 * @role: what it does
 * @video: V4L2's part
 * @m2m: V4L2's part
 * @is_there: registered
 * @formats: bit per entry of the format table that the firmware has, per side
 * @lock: serialises ioctls and calls to the components
 */
struct vc_codec_node {
	struct vc_codec *codec;
	enum vc_codec_role role;
	struct video_device video;
	struct v4l2_m2m_dev *m2m;
	bool is_there;
	u32 formats[VC_CODEC_NR_SIDES];
	struct mutex lock; /* Serialises ioctls and calls to the components */
};

/**
 * struct vc_codec - the codecs of a VideoCore
 * @vdev: device; a reference is held
 * @v4l2_dev: its reference count is that of the structure
 * @mdev: media graph
 * @sm: shared memory, NULL: buffers are copied
 * @mmal: connection
 * @nodes: video devices
 * @ctx_lock: protects @contexts
 * @contexts: open files
 * @is_gone: unbound, or the firmware has gone
 */
struct vc_codec {
	struct vchiq_device *vdev;
	struct v4l2_device v4l2_dev;
	struct media_device mdev;
	struct vc_sm *sm;
	struct vc_mmal *mmal;
	struct vc_codec_node nodes[VC_CODEC_NR_ROLES];

	spinlock_t ctx_lock; /* Protects contexts and is_gone */
	struct list_head contexts;
	bool is_gone;
};

/**
 * struct vc_codec_role_info - what a role is called
 * @card: name of the video device
 * @component: of the firmware
 * @function: of the media entity
 * @max_size: largest width and height
 */
struct vc_codec_role_info {
	const char *card;
	const char *component;
	u32 function;
	u32 max_size;
};

extern const struct vc_codec_role_info vc_codec_roles[VC_CODEC_NR_ROLES];

static inline enum vc_codec_role vc_codec_role(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role;
}

static inline bool vc_codec_is_decoder(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role == VC_CODEC_DECODE ||
	       ctx->node->role == VC_CODEC_DECODE_IMAGE;
}

static inline bool vc_codec_is_encoder(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role == VC_CODEC_ENCODE ||
	       ctx->node->role == VC_CODEC_ENCODE_IMAGE;
}

/* JPEG, whose colours cannot be chosen. */
static inline bool vc_codec_is_image(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role == VC_CODEC_ENCODE_IMAGE ||
	       ctx->node->role == VC_CODEC_DECODE_IMAGE;
}

/* Pictures in, pictures out. */
static inline bool vc_codec_is_converter(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role == VC_CODEC_ISP ||
	       ctx->node->role == VC_CODEC_DEINTERLACE;
}

/* The stream has changed its resolution, and nobody has done anything about it yet. */
static inline bool vc_codec_is_changing(const struct vc_codec_queue *q)
{
	return q->is_streaming && !q->is_open;
}

/* Each picture that goes in is one that comes out. */
static inline bool vc_codec_is_paired(const struct vc_codec_ctx *ctx)
{
	return ctx->node->role == VC_CODEC_ISP || vc_codec_is_image(ctx);
}

static inline struct vc_codec_ctx *vc_codec_ctx_of(struct file *file)
{
	return container_of(file->private_data, struct vc_codec_ctx, fh);
}

static inline struct vc_codec_queue *vc_codec_queue_of(struct vc_codec_ctx *ctx,
						       u32 type)
{
	return &ctx->queue[V4L2_TYPE_IS_OUTPUT(type) ? VC_CODEC_OUT :
						       VC_CODEC_CAP];
}

static inline struct vc_mmal_port *vc_codec_port(struct vc_codec_ctx *ctx,
						 enum vc_codec_side side)
{
	return side == VC_CODEC_OUT ? &ctx->component->input[0] :
				      &ctx->component->output[0];
}

/* codec_formats.c */
const struct vc_codec_format *vc_codec_format_by_index(u32 formats,
						       unsigned int index);
const struct vc_codec_format *vc_codec_format_by_fourcc(u32 formats, u32 fourcc);
u32 vc_codec_formats_supported(enum vc_codec_role role, enum vc_codec_side side,
			       const __le32 *encodings, size_t nr);
enum v4l2_field vc_codec_fit_field(enum vc_codec_role role,
				   enum vc_codec_side side, u32 field);
void vc_codec_format_fill(struct v4l2_pix_format_mplane *pix,
			  const struct vc_codec_format *format,
			  enum vc_codec_role role, enum vc_codec_side side);
bool vc_codec_pads_height(enum vc_codec_role role, enum vc_codec_side side);
u32 vc_codec_colours_to_mmal(const struct v4l2_pix_format_mplane *pix);
void vc_codec_colours_from_mmal(struct v4l2_pix_format_mplane *pix,
				u32 color_space);

/* codec_firmware.c */
int vc_codec_firmware_connect(struct vc_codec *codec);
void vc_codec_firmware_disconnect(struct vc_codec *codec);
int vc_codec_read_formats(struct vc_codec_node *node);
int vc_codec_component_get(struct vc_codec_ctx *ctx);
int vc_codec_port_open(struct vc_codec_ctx *ctx, enum vc_codec_side side,
		       void (*done)(struct vc_mmal_port *port,
				    struct vc_mmal_buffer *buf));
int vc_codec_port_close(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			bool keep);

/* codec_stream.c */
void vc_codec_buffer_queue(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			   struct vc_codec_buffer *buf);
int vc_codec_submit_pending(struct vc_codec_ctx *ctx, enum vc_codec_side side);
void vc_codec_return_pending(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			     enum vb2_buffer_state state);
void vc_codec_done(struct vc_mmal_port *port, struct vc_mmal_buffer *mmal);
void vc_codec_return_finished(struct vc_codec_ctx *ctx);
void vc_codec_send_last(struct vc_codec_ctx *ctx);
void vc_codec_event(struct vc_mmal_component *component,
		    const struct vc_mmal_event *event);
int vc_codec_restart_capture(struct vc_codec_ctx *ctx);
void vc_codec_work(struct work_struct *work);
void vc_codec_broken(struct vc_codec *codec);

/* codec_queue.c */
int vc_codec_queue_init(void *priv, struct vb2_queue *out, struct vb2_queue *cap);

/* codec_ctrls.c */
int vc_codec_ctrls_init(struct vc_codec_ctx *ctx);
int vc_codec_ctrls_apply(struct vc_codec_ctx *ctx);
void vc_codec_follow_pictures(struct vc_codec_ctx *ctx);

/* codec_levels.c */
u32 vc_codec_max_rate(u32 width, u32 height);
u32 vc_codec_level_for(u32 wanted, u32 width, u32 height,
		       const struct v4l2_fract *interval, u32 bitrate,
		       bool is_high);

/* codec_cmd.c */
int vc_codec_drain(struct vc_codec_ctx *ctx);
void vc_codec_leave_end(struct vc_codec_ctx *ctx);
int vc_codec_decoder_cmd(struct file *file, void *priv,
			 struct v4l2_decoder_cmd *cmd);
int vc_codec_try_decoder_cmd(struct file *file, void *priv,
			     struct v4l2_decoder_cmd *cmd);
int vc_codec_encoder_cmd(struct file *file, void *priv,
			 struct v4l2_encoder_cmd *cmd);
int vc_codec_try_encoder_cmd(struct file *file, void *priv,
			     struct v4l2_encoder_cmd *cmd);

/* codec_ioctl.c */
extern const struct v4l2_ioctl_ops vc_codec_ioctl_ops;
void vc_codec_set_default_formats(struct vc_codec_ctx *ctx);
void vc_codec_follow_output(struct vc_codec_ctx *ctx);
void vc_codec_set_visible(struct vc_codec_ctx *ctx, enum vc_codec_side side,
			  u32 width, u32 height);

/* codec_file.c */
extern const struct v4l2_file_operations vc_codec_fops;
void vc_codec_contexts_stop(struct vc_codec *codec);

#endif /* CODEC_PRIV_H */
