// SPDX-License-Identifier: GPL-2.0
/*
 * Which page got which frame.
 *
 * The display shows other things than camera frames before and after a
 * preview, so a foreign buffer counts as a frame only if it came up between
 * camera frames: after the first one shown, and before another is written or
 * shown. With none shown at all, every one counts. What was known
 * about addresses is forgotten when the camera pauses: the same memory may be
 * something else by then.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <drm_fourcc.h>
#include <json-c/json.h>

#include "provenance.h"

#define NR_FRAMES	64	/* buffers remembered; clients use 3 to 32 */
#define NR_REFERENCES	8
#define NR_LATENCIES	4096
#define COMPARE_NS	100000000ull	/* a frame of so many is compared */
#define PAUSE_NS	5000000000ull	/* no frame for so long: the stream ended */
#define ALIAS_MASK	0x3fffffffu	/* the same page in every alias */

struct frame {
	uint32_t bus;
	uint32_t len;		/* 0: unused */
	uint64_t seq;
	uint64_t written_ns;
	bool scanned;
};

struct reference {
	uint64_t seq;
	uint64_t written_ns;
	struct vc_image *img;	/* kept when no longer valid, for the next frame */
	bool valid;
};

struct vc_provenance {
	pthread_mutex_t lock;	/* Protects everything below */
	struct frame frames[NR_FRAMES];
	struct reference refs[NR_REFERENCES];
	unsigned int next_ref;
	uint64_t last_written_ns;
	uint64_t compared_ns;	/* when the last frame compared was written */
	uint32_t on_screen;	/* last address scanned out */
	bool foreign_pending;
	uint64_t written;
	uint64_t read;
	uint64_t strange;
	uint64_t scanned;
	uint64_t foreign;
	uint32_t latency_us[NR_LATENCIES];
	uint64_t nr_latencies;
	double psnr_min;
	double psnr_sum;
	uint64_t nr_psnr;
};

struct vc_provenance *vc_provenance_create(void)
{
	struct vc_provenance *prov = calloc(1, sizeof(*prov));

	if (prov)
		pthread_mutex_init(&prov->lock, NULL);
	return prov;
}

static void forget_buffers(struct vc_provenance *prov)
{
	memset(prov->frames, 0, sizeof(prov->frames));
	for (unsigned int i = 0; i < NR_REFERENCES; i++)
		prov->refs[i].valid = false;
	prov->foreign_pending = false;
	prov->compared_ns = 0;
	prov->last_written_ns = 0;
}

void vc_provenance_destroy(struct vc_provenance *prov)
{
	if (!prov)
		return;
	for (unsigned int i = 0; i < NR_REFERENCES; i++)
		vc_image_destroy(prov->refs[i].img);
	pthread_mutex_destroy(&prov->lock);
	free(prov);
}

void vc_provenance_reset(struct vc_provenance *prov)
{
	pthread_mutex_lock(&prov->lock);
	forget_buffers(prov);
	prov->written = 0;
	prov->read = 0;
	prov->strange = 0;
	prov->scanned = 0;
	prov->foreign = 0;
	prov->nr_latencies = 0;
	prov->psnr_min = 0;
	prov->psnr_sum = 0;
	prov->nr_psnr = 0;
	pthread_mutex_unlock(&prov->lock);
}

static struct frame *find_frame(struct vc_provenance *prov, uint32_t bus)
{
	for (unsigned int i = 0; i < NR_FRAMES; i++)
		if (bus - prov->frames[i].bus < prov->frames[i].len)
			return &prov->frames[i];
	return NULL;
}

/* Frames in the memory of a new one are gone; the oldest makes room if need be. */
static struct frame *replace_frame(struct vc_provenance *prov, uint32_t bus, uint32_t len)
{
	struct frame *slot = &prov->frames[0];

	for (unsigned int i = 0; i < NR_FRAMES; i++) {
		struct frame *f = &prov->frames[i];

		if (f->len && (bus - f->bus < f->len || f->bus - bus < len))
			*f = (struct frame){ 0 };
		if (f->written_ns < slot->written_ns)
			slot = f;
	}
	return slot;
}

static void settle_foreign(struct vc_provenance *prov)
{
	if (prov->foreign_pending)
		prov->foreign++;
	prov->foreign_pending = false;
}

static void note_written(struct vc_provenance *prov, const struct frame *frame)
{
	uint64_t now_ns = frame->written_ns;

	if (prov->last_written_ns && now_ns - prov->last_written_ns > PAUSE_NS)
		forget_buffers(prov);
	settle_foreign(prov);
	*replace_frame(prov, frame->bus, frame->len) = *frame;
	prov->last_written_ns = now_ns;
	prov->written++;
}

/* The image of the oldest reference, to be written anew. */
static struct vc_image *take_oldest(struct vc_provenance *prov)
{
	struct reference *ref = &prov->refs[prov->next_ref];
	struct vc_image *img = ref->img;

	ref->img = NULL;
	ref->valid = false;
	return img;
}

static void put_newest(struct vc_provenance *prov, const struct frame *frame,
		       struct vc_image *img)
{
	struct reference *ref = &prov->refs[prov->next_ref];

	vc_image_destroy(ref->img);
	*ref = (struct reference){
		.seq = frame->seq, .written_ns = frame->written_ns, .img = img, .valid = img,
	};
	prov->next_ref = (prov->next_ref + 1) % NR_REFERENCES;
}

/* A copy of @img, in @old if that fits, which is given away. */
static struct vc_image *copy_image(struct vc_image *old, const struct vc_image *img)
{
	if (!old || old->format != img->format || old->width != img->width ||
	    old->height != img->height) {
		vc_image_destroy(old);
		old = vc_image_create(img->format, img->width, img->height);
	}
	if (old && vc_image_convert(img, old)) {
		vc_image_destroy(old);
		return NULL;
	}
	return old;
}

void vc_provenance_written(struct vc_provenance *prov, uint64_t seq,
			   uint32_t bus, uint32_t len, uint64_t now_ns,
			   const struct vc_image *reference)
{
	const struct frame frame = {
		.bus = bus & ALIAS_MASK, .len = len, .seq = seq, .written_ns = now_ns,
	};
	struct vc_image *img = NULL;

	pthread_mutex_lock(&prov->lock);
	note_written(prov, &frame);
	if (reference)
		img = take_oldest(prov);
	pthread_mutex_unlock(&prov->lock);
	if (!reference)
		return;
	/* The display does not wait for the copy. */
	img = copy_image(img, reference);
	pthread_mutex_lock(&prov->lock);
	put_newest(prov, &frame, img);
	pthread_mutex_unlock(&prov->lock);
}

void vc_provenance_read(struct vc_provenance *prov, uint32_t bus)
{
	pthread_mutex_lock(&prov->lock);
	prov->read++;
	if (!bus || !find_frame(prov, bus & ALIAS_MASK))
		prov->strange++;
	pthread_mutex_unlock(&prov->lock);
}

static void note_scanned(struct vc_provenance *prov, struct frame *f, uint64_t now_ns)
{
	uint64_t latency_us = now_ns > f->written_ns ? (now_ns - f->written_ns) / 1000 : 0;

	if (f->scanned)
		return;
	f->scanned = true;
	/* What came before the first frame of a preview was not a frame of it. */
	if (!prov->scanned++)
		prov->foreign = 0;
	if (latency_us > UINT32_MAX)
		latency_us = UINT32_MAX;
	prov->latency_us[prov->nr_latencies++ % NR_LATENCIES] = latency_us;
}

bool vc_provenance_scanned(struct vc_provenance *prov, uint32_t bus,
			   uint64_t now_ns, uint64_t *seq)
{
	struct frame *f;

	bus &= ALIAS_MASK;
	pthread_mutex_lock(&prov->lock);
	f = find_frame(prov, bus);
	if (f) {
		settle_foreign(prov);
		note_scanned(prov, f, now_ns);
		*seq = f->seq;
	} else if (bus != prov->on_screen && prov->last_written_ns) {
		/* It counts once the camera is seen to go on meanwhile. */
		prov->foreign_pending = true;
	}
	prov->on_screen = bus;
	pthread_mutex_unlock(&prov->lock);
	return f != NULL;
}

static bool is_due(const struct vc_provenance *prov, uint64_t written_ns)
{
	return !prov->compared_ns || written_ns - prov->compared_ns >= COMPARE_NS;
}

/*
 * The reference of frame @seq if it is time to compare one: that takes a few
 * milliseconds.
 */
static struct reference *find_reference(struct vc_provenance *prov, uint64_t seq)
{
	for (unsigned int i = 0; i < NR_REFERENCES; i++) {
		struct reference *ref = &prov->refs[i];

		if (ref->valid && ref->seq == seq && is_due(prov, ref->written_ns))
			return ref;
	}
	return NULL;
}

bool vc_provenance_wants(struct vc_provenance *prov, uint64_t seq)
{
	bool wants;

	pthread_mutex_lock(&prov->lock);
	wants = find_reference(prov, seq);
	pthread_mutex_unlock(&prov->lock);
	return wants;
}

static struct vc_image *take_reference(struct vc_provenance *prov, uint64_t seq)
{
	struct vc_image *img = NULL;
	struct reference *ref;

	pthread_mutex_lock(&prov->lock);
	ref = find_reference(prov, seq);
	if (ref) {
		img = ref->img;
		ref->img = NULL;
		ref->valid = false;
		prov->compared_ns = ref->written_ns;
	}
	pthread_mutex_unlock(&prov->lock);
	return img;
}

/* The reference as the screen would show it; @img is given away. */
static struct vc_image *to_screen(struct vc_image *img)
{
	struct vc_image *rgb;

	if (img->format == DRM_FORMAT_XRGB8888)
		return img;
	rgb = vc_image_create(DRM_FORMAT_XRGB8888, img->width, img->height);
	if (rgb && vc_image_convert(img, rgb)) {
		vc_image_destroy(rgb);
		rgb = NULL;
	}
	vc_image_destroy(img);
	return rgb;
}

static void note_psnr(struct vc_provenance *prov, double psnr)
{
	pthread_mutex_lock(&prov->lock);
	if (!prov->nr_psnr || psnr < prov->psnr_min)
		prov->psnr_min = psnr;
	prov->psnr_sum += psnr;
	prov->nr_psnr++;
	pthread_mutex_unlock(&prov->lock);
}

void vc_provenance_compare(struct vc_provenance *prov, uint64_t seq,
			   const struct vc_image *screen, unsigned int x,
			   unsigned int y, unsigned int w, unsigned int h)
{
	struct vc_image *ref = take_reference(prov, seq);
	struct vc_image part;

	if (!ref)
		return;
	/* A picture that was scaled differs for reasons of the filter: not compared. */
	if (ref->width == w && ref->height == h && !vc_image_crop(screen, &part, x, y, w, h)) {
		ref = to_screen(ref);
		if (ref)
			note_psnr(prov, vc_image_psnr(ref, &part));
	}
	vc_image_destroy(ref);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static struct json_object *ms_at(const uint32_t *sorted, unsigned int nr, double part)
{
	unsigned int rank = ceil(part * nr);

	return json_object_new_double(sorted[rank ? rank - 1 : 0] / 1000.0);
}

/* NULL (null in JSON) when nothing was scanned. */
static struct json_object *latency_status(struct vc_provenance *prov)
{
	unsigned int nr = prov->nr_latencies < NR_LATENCIES ? prov->nr_latencies : NR_LATENCIES;
	uint32_t *sorted = nr ? malloc(nr * sizeof(*sorted)) : NULL;
	struct json_object *out;

	if (!sorted)
		return NULL;
	memcpy(sorted, prov->latency_us, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), by_value);
	out = json_object_new_object();
	json_object_object_add(out, "p50", ms_at(sorted, nr, 0.5));
	json_object_object_add(out, "p99", ms_at(sorted, nr, 0.99));
	json_object_object_add(out, "max", ms_at(sorted, nr, 1));
	free(sorted);
	return out;
}

static struct json_object *psnr_status(struct vc_provenance *prov)
{
	struct json_object *out;

	if (!prov->nr_psnr)
		return NULL;
	out = json_object_new_object();
	json_object_object_add(out, "min", json_object_new_double(prov->psnr_min));
	json_object_object_add(out, "mean", json_object_new_double(prov->psnr_sum / prov->nr_psnr));
	json_object_object_add(out, "samples", json_object_new_int64(prov->nr_psnr));
	return out;
}

void vc_provenance_status(struct vc_provenance *prov, struct json_object *out)
{
	pthread_mutex_lock(&prov->lock);
	json_object_object_add(out, "frames_written", json_object_new_int64(prov->written));
	json_object_object_add(out, "frames_read", json_object_new_int64(prov->read));
	json_object_object_add(out, "frames_strange", json_object_new_int64(prov->strange));
	json_object_object_add(out, "frames_scanned", json_object_new_int64(prov->scanned));
	json_object_object_add(out, "frames_foreign", json_object_new_int64(prov->foreign));
	json_object_object_add(out, "same_pages",
			       json_object_new_boolean(prov->scanned && !prov->foreign));
	json_object_object_add(out, "latency_ms", latency_status(prov));
	json_object_object_add(out, "psnr_db", psnr_status(prov));
	pthread_mutex_unlock(&prov->lock);
}
