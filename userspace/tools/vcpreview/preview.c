// SPDX-License-Identifier: GPL-2.0
/*
 * The preview: frames from the camera, flips on the display.
 *
 * A slot is with the camera (or free, in the copy path), on the screen, in the
 * flip that is under way, or waiting for that flip to end. It goes back when
 * its successor is on the screen. Displays are faster than cameras: what piles
 * up while the machine was busy is shown in quick succession. Only when more
 * wait than the camera can do without, the oldest is dropped.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "vcpreview.h"

#define NONE		-1
#define LINE_US		500000		/* the live line */
#define SILENCE_US	5000000		/* no frame or flip for so long: it is dead */
#define DRAIN_US	1000000		/* for the last flip at the end */

struct loop {
	struct vcp_preview *p;
	int signals;
	int on_screen;
	int flipping;
	int waiting[VCP_BUFFERS_MAX];	/* oldest first */
	unsigned int nr_waiting;
	bool is_free[VCP_BUFFERS_MAX];	/* when slots are not the camera's */
	int timer;			/* --still: the camera's place */
	bool have_sequence;
	uint32_t sequence;
	bool stop;
	int ret;
	int64_t frame_us;		/* when the last one came */
	int64_t flip_us;		/* when the flip under way was asked for */
	int64_t line_us;		/* when the live line was written */
	struct vcp_cpu cpu;		/* at the first frame */
};

/* -----------------------------------------------------------------------------
 * Slots
 */

/* Slots are buffers of the camera, which has those that nobody else has. */
static bool is_camera_slots(const struct vcp_options *opt)
{
	return opt->path != VCP_PATH_COPY && !opt->still;
}

static int release(struct loop *loop, int slot)
{
	if (slot == NONE)
		return 0;
	if (is_camera_slots(loop->p->opt))
		return vcp_camera_queue(loop->p->cam, slot);
	loop->is_free[slot] = true;
	return 0;
}

/* In the copy path there always is one: no more wait than leave it. */
static int take_free(struct loop *loop)
{
	for (int slot = 0; slot < VCP_BUFFERS_MAX; slot++) {
		if (!loop->is_free[slot])
			continue;
		loop->is_free[slot] = false;
		return slot;
	}
	return NONE;
}

static int flip(struct loop *loop, int slot)
{
	int ret = vcp_display_flip(loop->p->dpy, loop->p->bufs->slots[slot].fb_id);

	if (ret)
		return ret;
	loop->flipping = slot;
	loop->flip_us = vcp_now_us();
	return 0;
}

static int next_waiting(struct loop *loop)
{
	int slot = loop->waiting[0];

	loop->nr_waiting--;
	memmove(loop->waiting, loop->waiting + 1, loop->nr_waiting * sizeof(loop->waiting[0]));
	return slot;
}

static int show(struct loop *loop, int slot)
{
	if (loop->flipping == NONE)
		return flip(loop, slot);
	loop->waiting[loop->nr_waiting++] = slot;
	if (loop->nr_waiting <= vcp_waiting_max(loop->p->opt->buffers))
		return 0;
	loop->p->stats.replaced++;
	return release(loop, next_waiting(loop));
}

/* The copy path: from the camera's buffer to one of the display's. */
static int copy_frame(struct loop *loop, const struct vcp_frame *frame, int *slot)
{
	struct vcp_preview *p = loop->p;
	struct vcp_buffers *bufs = p->bufs;

	*slot = take_free(loop);
	p->stats.bytes_copied += vcp_copy_picture(p->opt->format, &p->cam->layout,
						  p->cam->map[frame->index], &bufs->layout,
						  bufs->slots[*slot].mem);
	return vcp_camera_queue(p->cam, frame->index);
}

/* -----------------------------------------------------------------------------
 * Frames
 */

static bool is_enough(const struct loop *loop)
{
	const struct vcp_options *opt = loop->p->opt;
	const struct vcp_stats *stats = &loop->p->stats;
	unsigned long frames = opt->no_display ? stats->captured : stats->displayed;

	if (opt->count && frames >= opt->count)
		return true;
	return opt->seconds > 0 && frames && stats->last_us - stats->first_us >= opt->seconds * 1e6;
}

/* A frame got where it was to go. */
static void note_end(struct loop *loop, int64_t time_us)
{
	struct vcp_stats *stats = &loop->p->stats;

	if (!stats->first_us) {
		stats->first_us = time_us;
		loop->cpu = vcp_cpu_now();
	}
	stats->last_us = time_us;
	if (is_enough(loop))
		loop->stop = true;
}

static void note_sequence(struct loop *loop, uint32_t sequence)
{
	uint32_t gap = sequence - loop->sequence - 1;

	/* Drivers whose count jumps back start anew. */
	if (loop->have_sequence && gap < 1u << 16)
		loop->p->stats.lost += gap;
	loop->have_sequence = true;
	loop->sequence = sequence;
}

static int handle_frame(struct loop *loop, const struct vcp_frame *frame)
{
	struct vcp_preview *p = loop->p;
	int slot = frame->index;
	int ret = 0;

	loop->frame_us = vcp_now_us();
	note_sequence(loop, frame->sequence);
	if (frame->bad) {
		p->stats.bad++;
		return vcp_camera_queue(p->cam, frame->index);
	}
	p->stats.captured++;
	if (!p->dpy) {
		note_end(loop, loop->frame_us);
		return vcp_camera_queue(p->cam, frame->index);
	}
	if (p->opt->path == VCP_PATH_COPY)
		ret = copy_frame(loop, frame, &slot);
	if (ret)
		return ret;
	p->bufs->slots[slot].camera_us = frame->time_us;
	return show(loop, slot);
}

static int handle_camera(struct loop *loop)
{
	struct vcp_frame frame;
	bool got;
	int ret;

	do {
		ret = vcp_camera_dequeue(loop->p->cam, &frame, &got);
		if (!ret && got)
			ret = handle_frame(loop, &frame);
	} while (!ret && got && !loop->stop);
	return ret;
}

/* --still: what would be a frame is the next slot, with whatever is in it. */
static int handle_timer(struct loop *loop)
{
	uint64_t nr_expired;
	int slot;

	if (read(loop->timer, &nr_expired, sizeof(nr_expired)) != sizeof(nr_expired))
		return 0;
	loop->frame_us = vcp_now_us();
	slot = take_free(loop);
	if (slot == NONE) {
		loop->p->stats.replaced++;
		return 0;
	}
	loop->p->bufs->slots[slot].camera_us = loop->frame_us;
	return show(loop, slot);
}

static void flip_done(void *arg, int64_t time_us)
{
	struct loop *loop = arg;
	struct vcp_stats *stats = &loop->p->stats;
	int old = loop->on_screen;

	if (loop->flipping == NONE)
		return;
	loop->on_screen = loop->flipping;
	loop->flipping = NONE;
	stats->displayed++;
	vcp_stats_latency(stats, time_us - loop->p->bufs->slots[loop->on_screen].camera_us);
	note_end(loop, time_us);
	loop->ret = release(loop, old);
	if (!loop->ret && loop->nr_waiting)
		loop->ret = flip(loop, next_waiting(loop));
}

static int handle_display(struct loop *loop)
{
	int ret = vcp_display_events(loop->p->dpy, flip_done, loop);

	return ret ? ret : loop->ret;
}

static void handle_signal(struct loop *loop)
{
	struct signalfd_siginfo info;

	if (read(loop->signals, &info, sizeof(info)) == sizeof(info))
		loop->stop = true;
}

/* -----------------------------------------------------------------------------
 * Time
 */

static int check_silence(struct loop *loop, int64_t now_us)
{
	if (now_us - loop->frame_us > SILENCE_US)
		return vcp_fail(VCP_FAILED, "%s: no frame for %d s, the camera does not answer",
				loop->p->cam->path, SILENCE_US / 1000000);
	if (loop->flipping != NONE && now_us - loop->flip_us > SILENCE_US)
		return vcp_fail(VCP_FAILED, "%s: no vertical blank for %d s, the display hangs",
				loop->p->dpy->path, SILENCE_US / 1000000);
	return 0;
}

static void live_line(struct loop *loop, int64_t now_us)
{
	if (now_us - loop->line_us < LINE_US || !isatty(STDERR_FILENO))
		return;
	loop->line_us = now_us;
	vcp_report_line(loop->p);
}

/* -----------------------------------------------------------------------------
 * The loop
 */

static int wait_events(struct loop *loop, struct pollfd fds[3])
{
	fds[0] = (struct pollfd){ .fd = loop->signals, .events = POLLIN };
	fds[1] = (struct pollfd){
		.fd = loop->p->opt->still ? loop->timer : loop->p->cam->fd,
		.events = POLLIN,
	};
	fds[2] = (struct pollfd){ .fd = loop->p->dpy ? loop->p->dpy->fd : -1, .events = POLLIN };
	if (poll(fds, 3, LINE_US / 1000) < 0 && errno != EINTR)
		return vcp_fail(VCP_FAILED, "poll: %s", strerror(errno));
	return 0;
}

static int handle_events(struct loop *loop, const struct pollfd fds[3])
{
	int ret = 0;

	if (fds[0].revents)
		handle_signal(loop);
	/* The display first: it gives buffers back. An error shows in what is called. */
	if (fds[2].revents)
		ret = handle_display(loop);
	if (!ret && fds[1].revents)
		ret = loop->p->opt->still ? handle_timer(loop) : handle_camera(loop);
	return ret;
}

static int run(struct loop *loop)
{
	struct pollfd fds[3];
	int ret;

	while (!loop->stop) {
		int64_t now_us;

		ret = wait_events(loop, fds);
		if (!ret)
			ret = handle_events(loop, fds);
		if (ret)
			return ret;
		now_us = vcp_now_us();
		ret = check_silence(loop, now_us);
		if (ret)
			return ret;
		live_line(loop, now_us);
	}
	return 0;
}

/* The kernel has our buffer in a flip; memory goes when that is through. */
static void drain(struct loop *loop)
{
	int64_t end_us = vcp_now_us() + DRAIN_US;
	struct pollfd fd = { .fd = loop->p->dpy->fd, .events = POLLIN };

	loop->nr_waiting = 0;
	while (loop->flipping != NONE && vcp_now_us() < end_us) {
		if (poll(&fd, 1, DRAIN_US / 1000) <= 0 || handle_display(loop))
			return;
	}
}

/* All buffers to the camera but the one on the screen. */
static int fill_camera(struct loop *loop)
{
	struct vcp_preview *p = loop->p;
	bool is_shown = is_camera_slots(p->opt);
	int ret = 0;

	for (unsigned int i = 0; !ret && i < p->cam->nr_buffers; i++)
		if (!is_shown || (int)i != loop->on_screen)
			ret = vcp_camera_queue(p->cam, i);
	return ret;
}

static int start_camera(struct loop *loop)
{
	int ret = fill_camera(loop);

	return ret ? ret : vcp_camera_start(loop->p->cam);
}

static int start_timer(struct loop *loop)
{
	double fps = loop->p->cam->fps;
	long frame_ns = fps > 1 ? 1e9 / fps : 999999999;
	struct itimerspec period = {
		.it_interval.tv_nsec = frame_ns, .it_value.tv_nsec = frame_ns,
	};

	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->timer < 0 || timerfd_settime(loop->timer, 0, &period, NULL))
		return vcp_fail(VCP_FAILED, "timer: %s", strerror(errno));
	return 0;
}

static int start(struct loop *loop)
{
	struct vcp_preview *p = loop->p;
	int ret = 0;

	/* Setting a mode takes longer than a frame: do it before the first. */
	if (p->dpy) {
		loop->on_screen = 0;
		ret = vcp_display_enable(p->dpy, p->opt->format->is_yuv ? &p->cam->colours : NULL,
					 p->bufs->slots[0].fb_id);
	}
	for (unsigned int i = 0; i < p->bufs->nr_slots; i++)
		loop->is_free[i] = (int)i != loop->on_screen;
	if (!ret)
		ret = p->opt->still ? start_timer(loop) : start_camera(loop);
	loop->frame_us = vcp_now_us();
	return ret;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int vcp_preview_run(struct vcp_preview *preview)
{
	struct loop loop = {
		.p = preview, .on_screen = NONE, .flipping = NONE, .timer = NONE,
	};
	struct vcp_cpu cpu;
	int ret;

	loop.signals = open_signals();
	if (loop.signals < 0)
		return vcp_fail(VCP_FAILED, "signalfd: %s", strerror(errno));
	ret = start(&loop);
	if (!ret)
		ret = run(&loop);
	cpu = vcp_cpu_now();
	preview->stats.cpu.self_us = cpu.self_us - loop.cpu.self_us;
	preview->stats.cpu.guest_us = cpu.guest_us - loop.cpu.guest_us;
	vcp_camera_stop(preview->cam);
	if (!ret && preview->dpy)
		drain(&loop);
	if (loop.timer >= 0)
		close(loop.timer);
	close(loop.signals);
	return ret;
}
