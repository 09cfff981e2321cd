/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread that works when it is kicked, and at the times it asks for.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_WORK_THREAD_H
#define VIDEOCORED_FIRMWARE_WORK_THREAD_H

#include <stdint.h>

/* Not before a kick. */
#define WORK_NEVER	UINT64_MAX

struct work_thread;

/* @run returns when to be called again, by vc_now_ns(), or WORK_NEVER. NULL: no thread. */
struct work_thread *work_thread_create(uint64_t (*run)(void *arg), void *arg);
/* Waits until @run has returned. May be NULL. */
void work_thread_destroy(struct work_thread *thread);
void work_thread_kick(struct work_thread *thread);

#endif /* VIDEOCORED_FIRMWARE_WORK_THREAD_H */
