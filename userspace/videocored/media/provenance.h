/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which page got which frame: the camera and the codecs note the bus address they
 * wrote a frame to and read one from, the HVS the address it scans out. All
 * functions are thread-safe.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_MEDIA_PROVENANCE_H
#define VIDEOCORED_MEDIA_PROVENANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "image.h"

struct json_object;
struct vc_provenance;

struct vc_provenance *vc_provenance_create(void);
void vc_provenance_destroy(struct vc_provenance *prov);
/* Forget everything; starts a new measurement. */
void vc_provenance_reset(struct vc_provenance *prov);

/*
 * Camera: frame @seq is now complete at @bus, @len bytes. @reference is the
 * same picture (any YUV420 or XRGB8888 image; copied), or NULL.
 */
void vc_provenance_written(struct vc_provenance *prov, uint64_t seq,
			   uint32_t bus, uint32_t len, uint64_t now_ns,
			   const struct vc_image *reference);
/*
 * Codec: a picture was read from @bus (0: it was sent). It was passed on if it
 * lies where a frame was written, strange if the processor put it there.
 */
void vc_provenance_read(struct vc_provenance *prov, uint32_t bus);
/*
 * HVS: from @now_ns on the first plane of a list is fetched from @bus. If a
 * camera frame lies there its number is stored in *seq and true returned. The
 * same frame scanned again is counted once. A frame whose address no camera
 * wrote counts as foreign (the copy path), its content is not looked at.
 */
bool vc_provenance_scanned(struct vc_provenance *prov, uint32_t bus,
			   uint64_t now_ns, uint64_t *seq);
/* Is it worth composing the screen to compare it with frame @seq? */
bool vc_provenance_wants(struct vc_provenance *prov, uint64_t seq);
/*
 * Compositor: the @x,@y,@w,@h part of @screen (XRGB8888) shows frame @seq; compares it
 * with the reference if that is still kept, and a frame every 100 ms at most.
 */
void vc_provenance_compare(struct vc_provenance *prov, uint64_t seq,
			   const struct vc_image *screen, unsigned int x,
			   unsigned int y, unsigned int w, unsigned int h);

/*
 * frames_written, frames_read, frames_strange, frames_scanned, frames_foreign,
 * same_pages, latency_ms {p50, p99, max}, psnr_db {min, mean, samples}.
 */
void vc_provenance_status(struct vc_provenance *prov, struct json_object *out);

#endif /* VIDEOCORED_MEDIA_PROVENANCE_H */
