/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of bcm2835-camera share.
 *
 * Lock order: vc_camera.lock, the lock of the control handler, vc_mmal.lock,
 * vc_camera.buf_lock.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef CAMERA_PRIV_H
#define CAMERA_PRIV_H

#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <media/v4l2-ctrls.h>
#include <media/v4l2-dev.h>
#include <media/v4l2-device.h>
#include <media/videobuf2-v4l2.h>

#include <linux/videocore/mmal.h>
#include <linux/videocore/vc_sm.h>
#include <linux/videocore/vchiq.h>

#define VC_CAMERA_NAME		"bcm2835-camera"

/* Output ports of ril.camera. */
#define VC_CAMERA_PREVIEW	0
#define VC_CAMERA_VIDEO		1
#define VC_CAMERA_STILL		2
#define VC_CAMERA_NR_OUTPUTS	3

/* Of the video port and its encoder; what is larger is a still. */
#define VC_CAMERA_VIDEO_MAX_WIDTH	1920
#define VC_CAMERA_VIDEO_MAX_HEIGHT	1080

#define VC_CAMERA_MIN_SIZE	32
#define VC_CAMERA_STEP		2
/* What every sensor module can do, should the firmware not say. */
#define VC_CAMERA_DEFAULT_MAX_WIDTH	1920
#define VC_CAMERA_DEFAULT_MAX_HEIGHT	1080

/* Smallest part of the sensor that can be looked at. */
#define VC_CAMERA_MIN_CROP	64

/* Controls that are set together, see camera_ctrls.c. */
#define VC_CAMERA_NR_CLUSTERED	13

#define VC_CAMERA_MIN_FPS	1
#define VC_CAMERA_MAX_FPS	120
/* Intervals are multiples of this part of a second: 24, 25, 30, 50, 60, 120 are there. */
#define VC_CAMERA_INTERVALS	600u
#define VC_CAMERA_DEFAULT_FPS	30

struct dentry;

/** enum vc_camera_coder - which component gives a pixel format */
enum vc_camera_coder {
	VC_CAMERA_RAW,			/* ril.camera itself */
	VC_CAMERA_VIDEO_ENCODER,	/* ril.video_encode, fed by the video port */
	VC_CAMERA_IMAGE_ENCODER,	/* ril.image_encode, fed by the still port */
	VC_CAMERA_NR_CODERS,
};

/**
 * struct vc_camera_format - a pixel format and its name in MMAL
 * @fourcc: V4L2_PIX_FMT_*
 * @encoding: MMAL_ENCODING_*
 * @coder: where it comes from
 * @bytes: per pixel of the first plane, 0: compressed
 * @size_num: bytes of all planes are @size_num / 2 of the first
 * @align: pixels that a line is a multiple of, so that the lines of every plane
 *	suit the display
 * @is_yuv: quantization and encoding apply
 */
struct vc_camera_format {
	u32 fourcc;
	u32 encoding;
	enum vc_camera_coder coder;
	u8 bytes;
	u8 size_num;
	u8 align;
	bool is_yuv;
};

/**
 * struct vc_camera_buffer - a buffer of the queue
 * @vb: videobuf2's part
 * @node: in vc_camera.pending
 * @mmal: the firmware's part
 * @import: its memory, as the VPU knows it
 */
struct vc_camera_buffer {
	struct vb2_v4l2_buffer vb;
	struct list_head node;
	struct vc_mmal_buffer mmal;
	struct vc_sm_import *import;
};

/**
 * struct vc_camera_stats - counters, since the driver was bound
 * @delivered: frames handed to user space
 * @dropped: frames lost: broken, or taken while no buffer was queued
 * @starved: times the firmware was left without a buffer
 * @bytes_copied: pixels that were copied on their way to user space
 */
struct vc_camera_stats {
	u64 delivered;
	u64 dropped;
	u64 starved;
	u64 bytes_copied;
};

/**
 * struct vc_camera - a firmware camera
 * @vdev: device; a reference is held
 * @v4l2_dev: its reference count is that of the structure
 * @video: video node
 * @queue: buffers of @video
 * @sm: shared memory, NULL: pictures are copied
 * @mmal: connection
 * @component: ril.camera
 * @encoder: of each vc_camera_coder, or NULL
 * @sink: null_sink, where the preview ends, or NULL
 * @debugfs: directory
 * @number: among the firmware's cameras
 * @nr_cameras: how many these are
 * @has_flash: there is one
 * @name: of the sensor
 * @max_width: of the sensor, pixels
 * @max_height: of the sensor, lines
 * @formats: bit per entry of the format table that the firmware has
 * @ctrl_handler: controls
 * @clusters: of these, those set together; the handler refers to them
 * @lock: serialises ioctls and all calls to the firmware; protects what follows
 * @exposure_priority: frame rate may fall for exposure
 * @exposure_mode: the firmware's, of the scene
 * @is_manual: exposure is set by hand, whatever the scene
 * @is_gone: the device is being unbound
 * @format: current format
 * @pix: the same for V4L2
 * @crop: part of the sensor that is looked at
 * @interval: between frames, seconds
 * @start: where the clocks met: the firmware's at @start_stc us
 * @start_stc: was @start here
 * @submit_work: gives @pending to the firmware, and asks for the next still
 * @watchdog: asks the firmware whether it lives when no frames come
 * @buf_lock: protects all below
 * @is_streaming: the port is enabled, buffers go there at once
 * @wants_still: the last one has been taken
 * @interval_us: between frames, 0 when it varies
 * @return_state: of buffers that come back without a frame
 * @pending: buffers that wait to be submitted
 * @sequence: number of the next frame
 * @last_pts: of the last frame, or MMAL_TIME_UNKNOWN
 * @last_frame: when it came, in jiffies
 * @stats: counters
 */
struct vc_camera {
	struct vchiq_device *vdev;
	struct v4l2_device v4l2_dev;
	struct video_device video;
	struct vb2_queue queue;
	struct vc_sm *sm;
	struct vc_mmal *mmal;
	struct vc_mmal_component *component;
	struct vc_mmal_component *encoder[VC_CAMERA_NR_CODERS];
	struct vc_mmal_component *sink;
	struct dentry *debugfs;
	unsigned int number;
	unsigned int nr_cameras;
	bool has_flash;
	char name[17];
	u32 max_width;
	u32 max_height;
	u32 formats;
	struct v4l2_ctrl_handler ctrl_handler;
	struct v4l2_ctrl *clusters[VC_CAMERA_NR_CLUSTERED];

	struct mutex lock; /* Serialises ioctls; protects all up to buf_lock */
	bool exposure_priority;
	u32 exposure_mode;
	bool is_manual;
	bool is_gone;
	const struct vc_camera_format *format;
	struct v4l2_pix_format pix;
	struct v4l2_rect crop;
	struct v4l2_fract interval;
	ktime_t start;
	u64 start_stc;

	struct work_struct submit_work;
	struct delayed_work watchdog;
	spinlock_t buf_lock; /* Protects all below */
	bool is_streaming;
	bool wants_still;
	u32 interval_us;
	enum vb2_buffer_state return_state;
	struct list_head pending;
	u32 sequence;
	s64 last_pts;
	unsigned long last_frame;
	struct vc_camera_stats stats;
};

static inline struct vc_mmal_port *vc_camera_control(struct vc_camera *cam)
{
	return &cam->component->control;
}

static inline struct vc_mmal_port *vc_camera_output(struct vc_camera *cam,
						    unsigned int index)
{
	return &cam->component->output[index];
}

/*
 * What the current format needs: pictures are taken by a port of ril.camera, and
 * come from that or from an encoder behind it.
 */
static inline bool vc_camera_takes_stills(const struct vc_camera *cam)
{
	return cam->format->coder == VC_CAMERA_IMAGE_ENCODER ||
	       cam->pix.width > VC_CAMERA_VIDEO_MAX_WIDTH ||
	       cam->pix.height > VC_CAMERA_VIDEO_MAX_HEIGHT;
}

static inline struct vc_mmal_port *vc_camera_taking_port(struct vc_camera *cam)
{
	return vc_camera_output(cam, vc_camera_takes_stills(cam) ?
				     VC_CAMERA_STILL : VC_CAMERA_VIDEO);
}

static inline struct vc_mmal_component *
vc_camera_coder(struct vc_camera *cam)
{
	return cam->encoder[cam->format->coder];
}

static inline struct vc_mmal_port *vc_camera_giving_port(struct vc_camera *cam)
{
	return vc_camera_coder(cam) ? &vc_camera_coder(cam)->output[0] :
				      vc_camera_taking_port(cam);
}

/* camera_formats.c */
const struct vc_camera_format *vc_camera_format_by_index(u32 formats,
							 unsigned int index);
const struct vc_camera_format *vc_camera_format_by_fourcc(u32 formats,
							  u32 fourcc);
u32 vc_camera_formats_supported(enum vc_camera_coder coder,
				const __le32 *encodings, size_t nr);
void vc_camera_format_fill(struct v4l2_pix_format *pix,
			   const struct vc_camera_format *format, u32 max_width,
			   u32 max_height);
void vc_camera_format_to_mmal(const struct v4l2_pix_format *pix,
			      const struct vc_camera_format *format,
			      struct vc_mmal_format *mmal);

/* camera_firmware.c */
int vc_camera_firmware_connect(struct vc_camera *cam);
void vc_camera_firmware_disconnect(struct vc_camera *cam);
int vc_camera_firmware_set_interval(struct vc_camera *cam);
int vc_camera_firmware_set_crop(struct vc_camera *cam);
int vc_camera_firmware_prepare(struct vc_camera *cam);
int vc_camera_firmware_start(struct vc_camera *cam,
			     void (*done)(struct vc_mmal_port *port,
					  struct vc_mmal_buffer *buf));
int vc_camera_firmware_capture(struct vc_camera *cam, bool on);
void vc_camera_firmware_stop(struct vc_camera *cam);
int vc_camera_firmware_ping(struct vc_camera *cam, u64 *stc);

/* camera_queue.c */
int vc_camera_queue_init(struct vc_camera *cam);
void vc_camera_queue_broken(struct vc_camera *cam);

/* camera_ctrls.c */
int vc_camera_ctrls_init(struct vc_camera *cam);
int vc_camera_ctrls_send_profile(struct vc_camera *cam);
u32 vc_camera_ctrls_bitrate(struct vc_camera *cam);

/* camera_ioctl.c */
extern const struct v4l2_ioctl_ops vc_camera_ioctl_ops;
void vc_camera_set_default_format(struct vc_camera *cam);

/* camera_encoder.c */
int vc_camera_encoders_create(struct vc_camera *cam);
void vc_camera_encoders_destroy(struct vc_camera *cam);
int vc_camera_encoder_prepare(struct vc_camera *cam);

/* camera_debugfs.c */
void vc_camera_debugfs_create(struct vc_camera *cam);

#endif /* CAMERA_PRIV_H */
