// SPDX-License-Identifier: GPL-2.0
/*
 * Page flips on vertical blanking, judged by what the kernel tells: sequence
 * numbers and time stamps of the events.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <drm_fourcc.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "kms.h"

#define EVENT_TIMEOUT_MS	3000
#define SPAN			10	/* flips between those compared for the period */
#define ROUNDS			8
#define FIRST			4	/* flips not judged */

/** struct flip - a completed flip: vblank number, time in us */
struct flip {
	unsigned int sequence;
	int64_t time_us;
};

struct flips {
	struct kms kms;
	struct kms_fb fb[2];
	uint32_t plane;		/* primary */
	uint32_t fb_id;		/* its property */
	int nr;
	struct flip *flip;
};

static void on_flip(int fd, unsigned int sequence, unsigned int tv_sec, unsigned int tv_usec,
		    void *data)
{
	struct flips *f = data;

	f->flip[f->nr].sequence = sequence;
	f->flip[f->nr].time_us = (int64_t)tv_sec * 1000000 + tv_usec;
	f->nr++;
}

static int wait_flip(struct flips *f)
{
	drmEventContext ctx = { .version = 2, .page_flip_handler = on_flip };
	struct pollfd pfd = { .fd = f->kms.fd, .events = POLLIN };
	int before = f->nr, ret;

	while (f->nr == before) {
		ret = poll(&pfd, 1, EVENT_TIMEOUT_MS);
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret <= 0)
			return ret ? -errno : -ETIMEDOUT;
		if (drmHandleEvent(f->kms.fd, &ctx))
			return -EIO;
	}
	return 0;
}

static int flip(struct flips *f, const struct kms_fb *fb)
{
	drmModeAtomicReq *req = drmModeAtomicAlloc();
	int ret;

	if (!req)
		return -ENOMEM;
	drmModeAtomicAddProperty(req, f->plane, f->fb_id, fb->id);
	ret = drmModeAtomicCommit(f->kms.fd, req,
				  DRM_MODE_ATOMIC_NONBLOCK | DRM_MODE_PAGE_FLIP_EVENT, f);
	ret = ret ? -errno : wait_flip(f);
	drmModeAtomicFree(req);
	return ret;
}

static void judge_order(const struct flips *f)
{
	int i, bad_seq = 0, bad_time = 0;

	for (i = 1; i < f->nr; i++) {
		bad_seq += f->flip[i].sequence <= f->flip[i - 1].sequence;
		bad_time += f->flip[i].time_us <= f->flip[i - 1].time_us;
	}
	check(!bad_seq, "sequence numbers increase with each flip", "%d did not", bad_seq);
	check(!bad_time, "time stamps increase with each flip", "%d did not", bad_time);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Time between vertical blankings in us: the middle of what pairs of flips tell. */
static double seen_period(const struct flips *f, double *scratch)
{
	const struct flip *a, *b;
	int i, nr = f->nr - SPAN;

	for (i = 0; i < nr; i++) {
		a = &f->flip[i];
		b = &f->flip[i + SPAN];
		scratch[i] = (double)(b->time_us - a->time_us) / (b->sequence - a->sequence);
	}
	qsort(scratch, nr, sizeof(*scratch), compare_doubles);
	return scratch[nr / 2];
}

/* How far in us nine of ten flips are at most from where the one before puts them. */
static double seen_jitter(const struct flips *f, double period, double *scratch)
{
	const struct flip *a, *b;
	int i, nr = f->nr - 1;

	for (i = 0; i < nr; i++) {
		a = &f->flip[i];
		b = &f->flip[i + 1];
		scratch[i] = fabs(b->time_us - a->time_us -
				  (b->sequence - a->sequence) * period);
	}
	qsort(scratch, nr, sizeof(*scratch), compare_doubles);
	return scratch[nr * 9 / 10];
}

/*
 * The guest may miss vertical blankings, on a busy machine many, and see some so
 * late that the kernel counts one too many; but most that it sees must be where
 * the mode's timing puts them.
 */
static bool is_in_period(struct flips *f)
{
	const drmModeModeInfo *m = &f->kms.mode;
	const struct flip *first = &f->flip[0], *last = &f->flip[f->nr - 1];
	double period = 1000.0 * m->htotal * m->vtotal / m->clock;
	double *scratch = calloc(f->nr, sizeof(*scratch));
	double seen, jitter;

	if (!scratch)
		return false;
	seen = seen_period(f, scratch);
	jitter = seen_jitter(f, period, scratch);
	free(scratch);
	note("period %.1f us of %.1f us, %.1f flips per second, stamps %.2f ms off", seen, period,
	     1e6 * (f->nr - 1) / (last->time_us - first->time_us), jitter / 1000);
	return fabs(seen - period) < period / 100 && jitter < period / 2;
}

static int run_flips(struct flips *f, int nr)
{
	int i, ret = 0;

	f->nr = 0;
	for (i = 0; i < nr && !ret; i++)
		ret = flip(f, &f->fb[i & 1]);
	return ret;
}

/* A machine that was busy elsewhere says nothing of the display: once more. */
static void judge_flips(struct flips *f, int nr)
{
	bool in_period = false;
	int round, ret;

	/* Asking for it takes as long as a flip on a slow machine. */
	f->plane = kms_find_plane(&f->kms, DRM_PLANE_TYPE_PRIMARY, 0, DRM_FORMAT_XRGB8888)->id;
	f->fb_id = kms_prop_id(&f->kms, f->plane, DRM_MODE_OBJECT_PLANE, "FB_ID");
	/*
	 * Asked while a mode is being set, vc4 tells the time of the last vertical
	 * blanking of the mode before: those that follow may be counted as one.
	 */
	ret = run_flips(f, FIRST);
	for (round = 0; round < ROUNDS && !ret && !in_period; round++) {
		ret = run_flips(f, nr);
		in_period = !ret && is_in_period(f);
	}
	if (!check(!ret, "every flip completes", "flip %d: %s", f->nr, strerror(-ret)))
		return;
	judge_order(f);
	check(in_period, "vertical blankings come in the mode's period", "in none of %d rounds",
	      round);
}

int check_flips(int nr)
{
	struct flips f = { 0 };
	int ret;

	if (nr <= SPAN)
		nr = SPAN + 1;
	f.flip = calloc(nr + 1, sizeof(*f.flip));
	ret = f.flip ? kms_open(&f.kms, 1280, 720) : -ENOMEM;
	if (!ret)
		ret = kms_fb_create(&f.kms, &f.fb[0], DRM_FORMAT_XRGB8888, 1280, 720);
	if (!ret)
		ret = kms_fb_create(&f.kms, &f.fb[1], DRM_FORMAT_XRGB8888, 1280, 720);
	if (!ret)
		ret = kms_modeset(&f.kms, &f.fb[0]);
	if (check(!ret, "1280x720 is on", "%s", strerror(-ret)))
		judge_flips(&f, nr);
	kms_fb_destroy(&f.kms, &f.fb[0]);
	kms_fb_destroy(&f.kms, &f.fb[1]);
	kms_close(&f.kms);
	free(f.flip);
	return check_status();
}
