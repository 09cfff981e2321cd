/* SPDX-License-Identifier: GPL-2.0 */
/*
 * videocored: the parts of one virtual VideoCore and how they find each other.
 *
 * Threads: the loop thread owns the register state, the vfio-user connection
 * and the control socket; the firmware thread speaks VCHIQ; the compositor and
 * the camera have one thread each. Only what is marked thread-safe is called
 * across threads.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_H
#define VIDEOCORED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vc_bus;
struct mmal_server;
struct smem_pool;
struct vc_control;
struct vc_display;
struct vc_doorbell;
struct vc_firmware;
struct vc_guest;
struct vc_irq;
struct vc_loop;
struct vc_mailbox;
struct vc_provenance;
struct vc_screen;
struct vc_source;
struct vc_vcmem;
struct vfu_server;

#define VC_MAX_CAMERAS	4

/**
 * struct vc_options - command line
 * @socket: vfio-user socket path
 * @control: control socket path, or NULL
 * @sources: what each camera sees (file, "pattern" or "photos"), see media/source.h
 * @nr_sources: how many cameras there are; 0: one, which sees the pattern
 * @record: file the screen is recorded to from the start, or NULL
 * @fps: frame rate asked for, 0 = the source's own
 * @chip: name of the chip for the firmware, or NULL
 * @chaos: how the firmware misbehaves, see vc_chaos_parse(), or NULL
 * @headless: no window even if there is a display
 * @refused_tag: property tag that is answered by an error, or 0
 * @refused_param: parameter of MMAL that cannot be set, or 0
 * @reinit: see vc_firmware_allow_reinit()
 * @vc_memory_base: the VideoCore's own part of the RAM, bus address without alias
 * @vc_memory_size: its bytes, 0 = there is none
 * @instance: PCI subsystem id, tells several VideoCores of a guest apart
 * @verbose: 0 errors, 1 events, 2 every message
 */
struct vc_options {
	const char *socket;
	const char *control;
	const char *sources[VC_MAX_CAMERAS];
	unsigned int nr_sources;
	const char *record;
	double fps;
	const char *chip;
	const char *chaos;
	bool headless;
	uint32_t refused_tag;
	uint32_t refused_param;
	bool reinit;
	uint32_t vc_memory_base;
	uint32_t vc_memory_size;
	unsigned int instance;
	int verbose;
};

/** struct videocored - one virtual VideoCore; members in order of creation */
struct videocored {
	struct vc_options opt;
	/** @keeper: link to the process that outlives us, -1 without one */
	int keeper;
	struct vc_source *sources[VC_MAX_CAMERAS];
	/** @source_names: those that are not of @opt.sources any more; loop thread */
	char *source_names[VC_MAX_CAMERAS];
	struct vc_loop *loop;
	struct vc_guest *guest;
	struct vc_vcmem *vcmem;
	struct vc_irq *irq;
	struct vc_bus *bus;
	struct vc_provenance *prov;
	struct vc_screen *screen;
	struct vc_mailbox *mailbox;
	struct vc_doorbell *doorbell;
	struct vc_display *display;
	struct vc_firmware *firmware;
	struct smem_pool *smem;
	struct mmal_server *mmal;
	struct vc_control *control;
	struct vfu_server *vfu;
};

#endif /* VIDEOCORED_H */
