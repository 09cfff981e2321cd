/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The event loop thread: libevent, plus calls posted from other threads.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_LOOP_H
#define VIDEOCORED_LOOP_H

#include <stdint.h>

struct event_base;
struct vc_loop;

struct vc_loop *vc_loop_create(void);
void vc_loop_destroy(struct vc_loop *loop);
/* For timers and descriptors of the loop thread. Precise timers are on. */
struct event_base *vc_loop_base(struct vc_loop *loop);
int vc_loop_run(struct vc_loop *loop);

/* Thread-safe: end vc_loop_run(). */
void vc_loop_stop(struct vc_loop *loop);
/* Thread-safe: run fn(arg) on the loop thread, in order. 0 or -ENOMEM. */
int vc_loop_post(struct vc_loop *loop, void (*fn)(void *arg), void *arg);

/* Thread-safe: CLOCK_MONOTONIC in nanoseconds; the VPU's time (STC) is this / 1000. */
uint64_t vc_now_ns(void);

#endif /* VIDEOCORED_LOOP_H */
