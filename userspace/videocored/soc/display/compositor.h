/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The compositor thread: frames for the screen, and writeback.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_SOC_DISPLAY_COMPOSITOR_H
#define VIDEOCORED_SOC_DISPLAY_COMPOSITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "hvs-compose.h"
#include "txp-format.h"

struct vc_compositor;
struct vc_guest;
struct vc_provenance;
struct vc_screen;

/**
 * struct vc_compositor_frame - a frame for the screen
 * @scene: what to compose
 * @latched_ns: since when it is scanned out
 * @serial: of the list; see vc_compositor_set_active()
 * @has_camera: plane @camera_plane shows camera frame @camera_seq
 * @camera_plane: index in the list
 * @camera_seq: number of the camera's frame
 */
struct vc_compositor_frame {
	struct vc_hvs_scene scene;
	uint64_t latched_ns;
	uint64_t serial;
	bool has_camera;
	unsigned int camera_plane;
	uint64_t camera_seq;
};

/**
 * struct vc_compositor_writeback - a frame for guest memory
 * @scene: what to compose
 * @dst: where to and how
 * @done: called on the compositor thread when memory is no longer written
 * @arg: for @done
 */
struct vc_compositor_writeback {
	struct vc_hvs_scene scene;
	struct vc_txp_target dst;
	void (*done)(void *arg);
	void *arg;
};

/**
 * struct vc_compositor_stats - counters since creation
 * @composed: frames made for the screen
 * @left_out: planes left out of them (memory missing, layout not modelled)
 * @written_back: frames made for guest memory
 * @compose_ns: time the frames for the screen took, all together
 */
struct vc_compositor_stats {
	uint64_t composed;
	uint64_t left_out;
	uint64_t written_back;
	uint64_t compose_ns;
};

struct vc_compositor *vc_compositor_create(struct vc_guest *guest, struct vc_screen *screen,
					   struct vc_provenance *prov);
/* Finishes the frame under way. */
void vc_compositor_destroy(struct vc_compositor *comp);

/* Take a copy of @frame. 0, or -EBUSY if the last one is not done yet. */
int vc_compositor_submit(struct vc_compositor *comp, const struct vc_compositor_frame *frame);
int vc_compositor_write_back(struct vc_compositor *comp,
			     const struct vc_compositor_writeback *wb);
/* List @serial is the one scanned out from now on: older ones' memory may be reused. */
void vc_compositor_set_active(struct vc_compositor *comp, uint64_t serial);
/* Turn the screen off; a frame under way is not shown any more. */
void vc_compositor_blank(struct vc_compositor *comp);
void vc_compositor_stats(struct vc_compositor *comp, struct vc_compositor_stats *stats);

#endif /* VIDEOCORED_SOC_DISPLAY_COMPOSITOR_H */
