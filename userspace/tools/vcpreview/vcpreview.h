/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vcpreview: camera to display. What its files share.
 *
 * Functions that return int return 0 or one of the exit codes below, having
 * said in one line what is wrong; vcp_fail() does both.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCPREVIEW_H
#define VCPREVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum vcp_exit {
	VCP_OK,
	VCP_FAILED,		/* while running: a device went, or does not answer */
	VCP_USAGE,
	VCP_NO_CAMERA,		/* no camera, or it cannot do what is asked for */
	VCP_NO_DISPLAY,		/* no display, or it cannot do what is asked for */
	VCP_NO_BUFFERS,		/* memory cannot be had or cannot be shared */
};

int vcp_fail(enum vcp_exit code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* CLOCK_MONOTONIC, the clock of both drivers' time stamps. */
int64_t vcp_now_us(void);
/* ioctl() that goes on after signals. 0 or -errno. */
int vcp_ioctl(int fd, unsigned long request, void *arg);

/* -----------------------------------------------------------------------------
 * Formats
 */

#define VCP_PLANES 3

/**
 * struct vcp_format - a pixel format both sides know
 * @name: on the command line
 * @drm: DRM_FORMAT_*
 * @v4l2: V4L2_PIX_FMT_*, the alternatives of one layout, 0 ends
 * @planes: planes in DRM's eyes; V4L2 has them one behind the other
 * @bpp: bits per pixel of plane 0
 * @is_yuv: 4:2:0, its black is not all zeroes
 */
struct vcp_format {
	const char *name;
	uint32_t drm;
	uint32_t v4l2[2];
	unsigned int planes;
	unsigned int bpp;
	bool is_yuv;
};

/* NULL: unknown. */
const struct vcp_format *vcp_format_find(const char *name);
/* The formats there are, NULL after the last. */
const struct vcp_format *vcp_format_at(unsigned int index);

/**
 * struct vcp_layout - where a picture lies in its memory
 */
struct vcp_layout {
	unsigned int width, height;
	uint32_t pitch[VCP_PLANES];
	uint32_t offset[VCP_PLANES];
	size_t size;
};

void vcp_layout_set(struct vcp_layout *layout, const struct vcp_format *format,
		    unsigned int width, unsigned int height, unsigned int pitch);
/* Lines of plane @plane. */
unsigned int vcp_plane_lines(const struct vcp_layout *layout, unsigned int plane);
void vcp_fill_black(const struct vcp_format *format, const struct vcp_layout *layout, void *mem);
/* Bytes copied. */
size_t vcp_copy_picture(const struct vcp_format *format, const struct vcp_layout *from,
			const void *src, const struct vcp_layout *to, void *dst);

/**
 * struct vcp_colours - how YUV is coded, by KMS' names
 * @encoding: COLOR_ENCODING
 * @range: COLOR_RANGE
 */
struct vcp_colours {
	const char *encoding;
	const char *range;
};

/* -----------------------------------------------------------------------------
 * Options
 */

/* Who allocates, and how pictures get from camera to display. */
enum vcp_path {
	VCP_PATH_VC_SM,		/* /dev/vc_sm, imported by both */
	VCP_PATH_EXPBUF,	/* the camera driver, imported by the display */
	VCP_PATH_COPY,		/* both, and the processor copies */
};

const char *vcp_path_name(enum vcp_path path);

struct vcp_options {
	enum vcp_path path;
	unsigned int width, height;
	const struct vcp_format *format;
	double fps;
	unsigned int buffers;
	unsigned long count;	/* 0: no end */
	double seconds;		/* 0: no end */
	const char *device;	/* NULL: look for one */
	const char *card;
	const char *connector;
	const char *vc_sm;
	const char *json;	/* file, "-" for stdout, NULL: none */
	bool list;
	bool no_display;
	bool still;		/* display without capturing */
};

/* 0, an exit code, or -1 when there is nothing more to do (--help). */
int vcp_parse_options(struct vcp_options *opt, int argc, char **argv);

/* -----------------------------------------------------------------------------
 * Camera
 */

#define VCP_BUFFERS_MAX	32

/**
 * struct vcp_camera - a V4L2 capture device
 * @fd: the device
 * @path: its name
 * @driver: its driver
 * @fps: what it agreed to
 * @layout: of its pictures
 * @colours: how it codes YUV
 * @memory: V4L2_MEMORY_*
 * @nr_buffers: buffers it has
 * @map: V4L2_MEMORY_MMAP: what it writes to
 * @dmabuf: V4L2_MEMORY_DMABUF: what it is given, owned by others
 * @streaming: it was told to start
 */
struct vcp_camera {
	int fd;
	char path[64];
	char driver[32];
	double fps;
	struct vcp_layout layout;
	struct vcp_colours colours;
	uint32_t memory;
	unsigned int nr_buffers;
	void *map[VCP_BUFFERS_MAX];
	size_t map_len[VCP_BUFFERS_MAX];
	int dmabuf[VCP_BUFFERS_MAX];
	bool streaming;
};

/**
 * struct vcp_frame - a captured picture
 * @index: buffer
 * @sequence: the driver's count
 * @time_us: when it was taken
 * @bad: the driver says it is not usable
 */
struct vcp_frame {
	unsigned int index;
	uint32_t sequence;
	int64_t time_us;
	bool bad;
};

/* Opens and sets format and frame rate. */
int vcp_camera_open(struct vcp_camera *cam, const struct vcp_options *opt);
void vcp_camera_close(struct vcp_camera *cam);
/* Buffers of its own. */
int vcp_camera_alloc(struct vcp_camera *cam, unsigned int count, bool map);
/* dma-buf of buffer @index of its own. */
int vcp_camera_export(struct vcp_camera *cam, unsigned int index, int *fd);
/* Buffers of others, @fds. */
int vcp_camera_import(struct vcp_camera *cam, unsigned int count, const int *fds);
int vcp_camera_queue(struct vcp_camera *cam, unsigned int index);
/* @got: false if there is no frame yet. */
int vcp_camera_dequeue(struct vcp_camera *cam, struct vcp_frame *frame, bool *got);
int vcp_camera_start(struct vcp_camera *cam);
void vcp_camera_stop(struct vcp_camera *cam);
void vcp_camera_list(FILE *out);

/* -----------------------------------------------------------------------------
 * Display
 */

/**
 * struct vcp_display - a plane of a KMS device that fills the screen
 * @fd: the device
 * @path: its name
 * @driver: its driver
 * @connector: name of the connector, HDMI-A-1
 * @connector_id: object
 * @crtc_id: object
 * @plane_id: object
 * @mode_blob: the mode to set
 * @mode_name: 1280x720@60
 * @mode_width: pixels
 * @mode_height: lines
 * @src: part of the picture that is shown
 * @dst_x: where on the screen
 * @dst_y: where on the screen
 * @prop_fb: the plane's FB_ID property, for flips
 */
struct vcp_display {
	int fd;
	char path[64];
	char driver[32];
	char connector[32];
	uint32_t connector_id;
	uint32_t crtc_id;
	unsigned int crtc_index;
	uint32_t plane_id;
	uint32_t mode_blob;
	char mode_name[48];
	unsigned int mode_width, mode_height;
	unsigned int src_width, src_height;
	unsigned int dst_x, dst_y;
	uint32_t prop_fb;
};

/* Opens, chooses connector, mode and plane. Nothing is changed yet. */
int vcp_display_open(struct vcp_display *dpy, const struct vcp_options *opt);
void vcp_display_close(struct vcp_display *dpy);
/* A framebuffer of dma-buf @dmabuf. */
int vcp_display_import(struct vcp_display *dpy, const struct vcp_format *format,
		       const struct vcp_layout *layout, int dmabuf, uint32_t *handle,
		       uint32_t *fb_id);
/* A framebuffer of memory of its own, mapped at *@mem; sets @layout. */
int vcp_display_alloc(struct vcp_display *dpy, const struct vcp_format *format,
		      struct vcp_layout *layout, uint32_t *handle, uint32_t *fb_id, void **mem);
void vcp_display_free(struct vcp_display *dpy, uint32_t handle, uint32_t fb_id);
/* Set the mode, showing @fb_id. @colours: NULL for RGB. */
int vcp_display_enable(struct vcp_display *dpy, const struct vcp_colours *colours,
		       uint32_t fb_id);
/* Show @fb_id from the next vertical blank on; an event tells when. */
int vcp_display_flip(struct vcp_display *dpy, uint32_t fb_id);
/* Calls @done(@arg, time) for each flip that took place. */
int vcp_display_events(struct vcp_display *dpy, void (*done)(void *arg, int64_t time_us),
		       void *arg);
void vcp_display_list(FILE *out);

/* -----------------------------------------------------------------------------
 * KMS properties
 */

/**
 * struct vcp_props - the properties of one object, looked up by name
 */
struct vcp_props {
	int fd;
	uint32_t object;
	uint32_t type;
	void *list;
};

int vcp_props_get(struct vcp_props *props, int fd, uint32_t object, uint32_t type);
void vcp_props_put(struct vcp_props *props);
/* 0: no such property. */
uint32_t vcp_prop_id(const struct vcp_props *props, const char *name);
/* Its value now; false: no such property. */
bool vcp_prop_value(const struct vcp_props *props, const char *name, uint64_t *value);
/* The value of @choice of the enumeration @name; false: there is none. */
bool vcp_prop_enum(const struct vcp_props *props, const char *name, const char *choice,
		   uint64_t *value);

/* -----------------------------------------------------------------------------
 * Buffers
 */

/**
 * struct vcp_slot - a picture that can be shown
 * @fb_id: framebuffer, 0 without a display
 * @handle: the display's handle
 * @dmabuf: its memory, or -1
 * @mem: where the processor sees it (copy path), or NULL
 * @camera_us: when the picture in it was taken
 */
struct vcp_slot {
	uint32_t fb_id;
	uint32_t handle;
	int dmabuf;
	void *mem;
	int64_t camera_us;
};

/**
 * struct vcp_buffers - the memory of a preview
 * @path: how pictures get to the display
 * @slots: what is shown; in the zero-copy paths slot n is camera buffer n
 * @nr_slots: how many
 * @layout: of the slots
 */
struct vcp_buffers {
	enum vcp_path path;
	struct vcp_slot slots[VCP_BUFFERS_MAX];
	unsigned int nr_slots;
	struct vcp_layout layout;
};

/* How many frames may wait to be shown, with so many buffers. */
unsigned int vcp_waiting_max(unsigned int buffers);
/* @dpy: NULL without a display. */
int vcp_buffers_create(struct vcp_buffers *bufs, const struct vcp_options *opt,
		       struct vcp_camera *cam, struct vcp_display *dpy);
void vcp_buffers_destroy(struct vcp_buffers *bufs, struct vcp_display *dpy);

/* -----------------------------------------------------------------------------
 * Measuring
 */

#define VCP_LATENCIES	4096

/**
 * struct vcp_cpu - processor time
 * @self_us: this program, user and system
 * @guest_us: the whole machine, all time its processors were not idle; only what
 *	two of them differ by means something
 */
struct vcp_cpu {
	int64_t self_us;
	int64_t guest_us;
};

/**
 * struct vcp_stats - what is reported
 * @captured: frames the camera gave
 * @displayed: frames that came on the screen
 * @replaced: frames that came while one waited already
 * @lost: frames missing in the camera's count
 * @bad: frames the camera marked as not usable
 * @bytes_copied: by the processor
 * @first_us: when the first frame was displayed (captured, without a display)
 * @last_us: when the last one was
 * @latency_us: from taken to on the screen
 * @nr_latencies: how many were measured; the newest are kept
 * @cpu: spent between first and last frame
 */
struct vcp_stats {
	unsigned long captured, displayed, replaced, lost, bad;
	uint64_t bytes_copied;
	int64_t first_us, last_us;
	uint32_t latency_us[VCP_LATENCIES];
	unsigned long nr_latencies;
	struct vcp_cpu cpu;
};

struct vcp_cpu vcp_cpu_now(void);
void vcp_stats_latency(struct vcp_stats *stats, int64_t latency_us);
/* Milliseconds below which @part of the latencies are; 0 without any. */
double vcp_stats_percentile(const struct vcp_stats *stats, double part);
double vcp_stats_fps(const struct vcp_stats *stats, bool no_display);
unsigned long vcp_stats_dropped(const struct vcp_stats *stats);

/* -----------------------------------------------------------------------------
 * The preview and its report
 */

struct vcp_preview {
	const struct vcp_options *opt;
	struct vcp_camera *cam;
	struct vcp_display *dpy;	/* NULL: no display */
	struct vcp_buffers *bufs;
	struct vcp_stats stats;
};

/* Until the end that was asked for, a signal, or a failure. */
int vcp_preview_run(struct vcp_preview *preview);

static inline bool vcp_is_stdout(const char *json)
{
	return json[0] == '-' && !json[1];
}

void vcp_report_line(const struct vcp_preview *preview);
void vcp_report_table(const struct vcp_preview *preview);
int vcp_report_json(const struct vcp_preview *preview);

#endif /* VCPREVIEW_H */
