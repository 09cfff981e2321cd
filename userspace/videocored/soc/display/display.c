// SPDX-License-Identifier: GPL-2.0
/*
 * The display pipeline put together: HVS channel 1, pixel valve 2, HDMI with
 * its monitor, and the transposer on HVS channel 2.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "display.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/virt.h>

#include "bsc.h"
#include "compositor.h"
#include "edid.h"
#include "hdmi.h"
#include "hvs.h"
#include "log.h"
#include "loop.h"
#include "mailbox.h"
#include "pixelvalve.h"
#include "provenance.h"
#include "screen.h"
#include "txp.h"
#include "videocored.h"

#define HDMI_CHANNEL	1
#define PIXEL_CLOCK	9
/* Expander line 4, low when a monitor is there. */
#define GPIO_HDMI_HPD	132

struct vc_display {
	struct videocored *vc;
	struct vc_hvs *hvs;
	struct vc_pixelvalve *pv;
	struct vc_hdmi *hdmi;
	struct vc_bsc *bsc;
	struct vc_txp *txp;
	struct vc_compositor *comp;
	struct vc_ddc ddc;

	/* of the frame being scanned out */
	struct vc_compositor_frame frame;
	struct vc_hvs_list last_list;
	uint32_t last_words[VC_HVS_RAM_WORDS];
	uint32_t video_ptr;	/* of the plane that is taken for the video */
	bool is_stale;		/* the screen does not show the last change yet */

	uint64_t nr_flips;
	uint64_t nr_skipped;
};

/* -----------------------------------------------------------------------------
 * Vertical blanking
 */

static uint32_t pixel_clock(void *arg)
{
	struct vc_display *d = arg;

	return vc_mailbox_clock_rate(d->vc->mailbox, PIXEL_CLOCK);
}

static bool list_changed(const struct vc_display *d)
{
	const struct vc_hvs_scene *scene = &d->frame.scene;
	const struct vc_hvs_list *list = &scene->list;

	return list->start != d->last_list.start || list->nr_words != d->last_list.nr_words ||
	       memcmp(d->last_words, &scene->ram[list->start % VC_HVS_RAM_WORDS],
		      list->nr_words * sizeof(d->last_words[0])) != 0;
}

static void remember_list(struct vc_display *d)
{
	const struct vc_hvs_scene *scene = &d->frame.scene;

	d->last_list = scene->list;
	memcpy(d->last_words, &scene->ram[scene->list.start % VC_HVS_RAM_WORDS],
	       scene->list.nr_words * sizeof(d->last_words[0]));
}

static bool has_moved(const struct vc_display *d, unsigned int index)
{
	const struct vc_hvs_list *last = &d->last_list;

	return index >= last->nr_planes ||
	       last->plane[index].ptr[0] != d->frame.scene.list.plane[index].ptr[0];
}

/*
 * Which plane shows the video? The bottom-most one that is YUV or got another
 * buffer; while none does, the one it was before; the bottom-most otherwise.
 */
static unsigned int find_video_plane(const struct vc_display *d)
{
	const struct vc_hvs_list *list = &d->frame.scene.list;
	unsigned int i;

	for (i = 0; i < list->nr_planes; i++)
		if (list->plane[i].is_yuv || has_moved(d, i))
			return i;
	for (i = 0; i < list->nr_planes; i++)
		if (vc_hvs_plane_base(&list->plane[i]) == d->video_ptr)
			return i;
	return 0;
}

static void trace_video(struct vc_display *d, uint64_t now_ns)
{
	struct vc_compositor_frame *frame = &d->frame;
	unsigned int index;

	frame->has_camera = false;
	if (!frame->scene.list.nr_planes)
		return;
	index = find_video_plane(d);
	d->video_ptr = vc_hvs_plane_base(&frame->scene.list.plane[index]);
	frame->camera_plane = index;
	frame->has_camera = vc_provenance_scanned(d->vc->prov, d->video_ptr, now_ns,
						  &frame->camera_seq);
}

/* Composing costs time that the guest may need: only if it will be looked at. */
static bool should_compose(const struct vc_display *d)
{
	if (vc_screen_wants(d->vc->screen))
		return true;
	return d->is_stale && d->frame.has_camera &&
	       vc_provenance_wants(d->vc->prov, d->frame.camera_seq);
}

static void frame_start(void *arg, uint64_t now_ns)
{
	struct vc_display *d = arg;
	struct vc_compositor_frame *frame = &d->frame;

	if (!vc_hvs_is_enabled(d->hvs, HDMI_CHANNEL))
		return;
	vc_hvs_frame_end(d->hvs, HDMI_CHANNEL);
	vc_hvs_latch(d->hvs, HDMI_CHANNEL);
	vc_hvs_snapshot(d->hvs, HDMI_CHANNEL, &frame->scene);
	frame->latched_ns = now_ns;
	if (list_changed(d)) {
		d->nr_flips++;
		d->is_stale = true;
		vc_compositor_set_active(d->comp, ++frame->serial);
	}
	trace_video(d, now_ns);
	remember_list(d);
	if (!should_compose(d))
		return;
	if (vc_compositor_submit(d->comp, frame)) {
		d->nr_skipped++;
		return;
	}
	d->is_stale = false;
}

static void output_started(void *arg)
{
	struct vc_display *d = arg;
	struct vc_pixelvalve_mode mode;

	vc_pixelvalve_mode(d->pv, &mode);
	vc_info("display", "%ux%u, pixel clock %u Hz", mode.hdisplay, mode.vdisplay, mode.clock);
}

static void output_stopped(void *arg)
{
	struct vc_display *d = arg;

	d->frame.scene.list.nr_planes = 0;
	vc_compositor_set_active(d->comp, ++d->frame.serial);
	vc_compositor_blank(d->comp);
	vc_info("display", "off");
}

static const struct vc_pixelvalve_ops pv_ops = {
	.clock_rate = pixel_clock,
	.frame_start = frame_start,
	.started = output_started,
	.stopped = output_stopped,
};

static int current_line(void *arg)
{
	struct vc_display *d = arg;

	return vc_pixelvalve_line(d->pv, vc_now_ns());
}

/* -----------------------------------------------------------------------------
 * Monitor
 */

static const struct vc_i2c_ops ddc_ops = {
	.write = vc_ddc_write,
	.read = vc_ddc_read,
	.stop = vc_ddc_stop,
};

void vc_display_set_connected(struct vc_display *d, bool connected)
{
	d->ddc.is_present = connected;
	vc_hdmi_set_connected(d->hdmi, connected);
	vc_mailbox_set_gpio(d->vc->mailbox, GPIO_HDMI_HPD, !connected);
}

int vc_display_set_edid(struct vc_display *d, const uint8_t *edid, size_t len)
{
	if (!vc_edid_is_valid(edid, len))
		return -EINVAL;
	memcpy(d->ddc.edid, edid, len);
	d->ddc.len = len;
	return 0;
}

/* -----------------------------------------------------------------------------
 * Status
 */

static void add_u64(struct json_object *out, const char *key, uint64_t val)
{
	json_object_object_add(out, key, json_object_new_int64(val));
}

static void add_str(struct json_object *out, const char *key, const char *val)
{
	json_object_object_add(out, key, json_object_new_string(val));
}

static struct json_object *rect_status(unsigned int x, unsigned int y, unsigned int w,
				       unsigned int h)
{
	struct json_object *out = json_object_new_object();

	add_u64(out, "x", x);
	add_u64(out, "y", y);
	add_u64(out, "width", w);
	add_u64(out, "height", h);
	return out;
}

static struct json_object *plane_status(const struct vc_hvs_plane *plane)
{
	struct json_object *out = json_object_new_object();
	char addr[16];

	snprintf(addr, sizeof(addr), "0x%08x", vc_hvs_plane_base(plane));
	add_str(out, "format", vc_hvs_plane_format_name(plane));
	add_str(out, "address", addr);
	add_u64(out, "src_width", plane->src_w);
	add_u64(out, "src_height", plane->src_h);
	json_object_object_add(out, "dst", rect_status(plane->x, plane->y, plane->dst_w,
						       plane->dst_h));
	return out;
}

static struct json_object *planes_status(const struct vc_hvs_list *list)
{
	struct json_object *out = json_object_new_array();
	unsigned int i;

	for (i = 0; i < list->nr_planes; i++)
		json_object_array_add(out, plane_status(&list->plane[i]));
	return out;
}

static struct json_object *mode_status(const struct vc_display *d)
{
	struct vc_pixelvalve_mode mode;
	struct json_object *out;
	double pixels;

	if (!vc_pixelvalve_is_running(d->pv))
		return NULL;
	vc_pixelvalve_mode(d->pv, &mode);
	pixels = (double)mode.htotal * mode.vtotal;
	out = json_object_new_object();
	add_u64(out, "width", mode.hdisplay);
	add_u64(out, "height", mode.vdisplay);
	add_u64(out, "clock_hz", mode.clock);
	json_object_object_add(out, "refresh_hz",
			       json_object_new_double(pixels ? mode.clock / pixels : 0));
	json_object_object_add(out, "hdmi",
			       json_object_new_boolean(vc_hdmi_is_hdmi_mode(d->hdmi)));
	return out;
}

static struct json_object *edid_status(const struct vc_ddc *ddc)
{
	char hex[2 * VC_EDID_MAX + 1];
	size_t i;

	if (!ddc->is_present)
		return NULL;
	for (i = 0; i < ddc->len; i++)
		snprintf(&hex[2 * i], 3, "%02x", ddc->edid[i]);
	return json_object_new_string(hex);
}

void vc_display_status(struct vc_display *d, struct json_object *out)
{
	struct vc_pixelvalve_stats pv;
	struct vc_compositor_stats comp;
	double compose_ms = 0;

	vc_pixelvalve_stats(d->pv, &pv);
	vc_compositor_stats(d->comp, &comp);
	json_object_object_add(out, "connected", json_object_new_boolean(d->ddc.is_present));
	json_object_object_add(out, "edid", edid_status(&d->ddc));
	json_object_object_add(out, "mode", mode_status(d));
	add_u64(out, "vblanks", pv.vblanks);
	add_u64(out, "vblanks_missed", pv.missed);
	add_u64(out, "flips", d->nr_flips);
	add_u64(out, "composed", comp.composed);
	add_u64(out, "skipped", d->nr_skipped);
	add_u64(out, "planes_left_out", comp.left_out);
	add_u64(out, "written_back", comp.written_back);
	if (comp.composed)
		compose_ms = comp.compose_ns / 1e6 / comp.composed;
	json_object_object_add(out, "compose_ms_mean", json_object_new_double(compose_ms));
	json_object_object_add(out, "planes", planes_status(&d->frame.scene.list));
}

/* -----------------------------------------------------------------------------
 * Creation
 */

static bool create_parts(struct vc_display *d)
{
	struct videocored *vc = d->vc;

	d->hvs = vc_hvs_create(vc->bus);
	d->hdmi = vc_hdmi_create(vc->bus, vc->irq);
	d->comp = vc_compositor_create(vc->guest, vc->screen, vc->prov);
	d->bsc = vc_bsc_create(vc->bus, vc->irq, VC_VIRT_BSC2, VC_VIRT_IRQ_BSC, &ddc_ops,
			       &d->ddc);
	d->pv = vc_pixelvalve_create(vc->bus, vc->irq, vc_loop_base(vc->loop), VC_VIRT_PV2,
				     VC_VIRT_IRQ_PV2, &pv_ops, d);
	if (!d->hvs || !d->hdmi || !d->comp || !d->bsc || !d->pv)
		return false;
	d->txp = vc_txp_create(vc->bus, vc->irq, vc->loop, d->hvs, d->comp);
	return d->txp;
}

struct vc_display *vc_display_create(struct videocored *vc)
{
	struct vc_display *d = calloc(1, sizeof(*d));
	struct vc_hvs_timing timing = { .line = current_line, .arg = d };

	if (!d)
		return NULL;
	d->vc = vc;
	d->ddc.len = VC_EDID_DEFAULT_LEN;
	vc_edid_default(d->ddc.edid);
	if (!create_parts(d)) {
		vc_display_destroy(d);
		return NULL;
	}
	vc_hvs_set_timing(d->hvs, HDMI_CHANNEL, &timing);
	vc_display_set_connected(d, true);
	return d;
}

/* The bus is not used any more when this is called: blocks are not taken out of it. */
void vc_display_destroy(struct vc_display *d)
{
	if (!d)
		return;
	vc_compositor_destroy(d->comp);
	vc_txp_destroy(d->txp);
	vc_pixelvalve_destroy(d->pv);
	vc_bsc_destroy(d->bsc);
	vc_hdmi_destroy(d->hdmi);
	vc_hvs_destroy(d->hvs);
	free(d);
}
