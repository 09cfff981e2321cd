// SPDX-License-Identifier: GPL-2.0
/*
 * The event loop thread, and the queue of calls other threads post to it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/thread.h>

#include "log.h"
#include "loop.h"

struct loop_call {
	struct loop_call *next;
	void (*fn)(void *arg);
	void *arg;
};

/**
 * struct vc_loop - event base and posted calls
 * @base: libevent's
 * @wake_fd: eventfd, readable when there are calls or a stop
 * @wake: event of @wake_fd
 * @stop: vc_loop_stop() was called; survives until the loop runs
 * @lock: protects @head and @tail
 * @head: oldest posted call
 * @tail: where the next one is linked
 */
struct vc_loop {
	struct event_base *base;
	int wake_fd;
	struct event *wake;
	atomic_bool stop;
	pthread_mutex_t lock;
	struct loop_call *head;
	struct loop_call **tail;
};

uint64_t vc_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static void loop_wake(struct vc_loop *loop)
{
	uint64_t one = 1;

	/* EAGAIN means the counter is full: the loop will wake anyway. */
	if (write(loop->wake_fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		vc_err("loop", "cannot wake the loop thread: errno %d", errno);
}

static struct loop_call *loop_take_calls(struct vc_loop *loop)
{
	struct loop_call *calls;

	pthread_mutex_lock(&loop->lock);
	calls = loop->head;
	loop->head = NULL;
	loop->tail = &loop->head;
	pthread_mutex_unlock(&loop->lock);

	return calls;
}

static void loop_on_wake(evutil_socket_t fd, short events, void *arg)
{
	struct vc_loop *loop = arg;
	struct loop_call *call, *next;
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
		vc_err("loop", "wake-up descriptor: errno %d", errno);

	for (call = loop_take_calls(loop); call; call = next) {
		next = call->next;
		call->fn(call->arg);
		free(call);
	}
	if (atomic_load(&loop->stop))
		event_base_loopbreak(loop->base);
}

static struct event_base *loop_base_new(void)
{
	struct event_config *cfg;
	struct event_base *base;

	if (evthread_use_pthreads())
		return NULL;
	cfg = event_config_new();
	if (!cfg)
		return NULL;
	/* Vblank timers: the default clock is only good to some milliseconds. */
	event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER);
	base = event_base_new_with_config(cfg);
	event_config_free(cfg);

	return base;
}

struct vc_loop *vc_loop_create(void)
{
	struct vc_loop *loop;

	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return NULL;
	loop->tail = &loop->head;

	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->wake_fd < 0)
		goto err_free;
	loop->base = loop_base_new();
	if (!loop->base)
		goto err_close;
	loop->wake = event_new(loop->base, loop->wake_fd, EV_READ | EV_PERSIST,
			       loop_on_wake, loop);
	if (!loop->wake)
		goto err_base;
	if (event_add(loop->wake, NULL))
		goto err_wake;
	pthread_mutex_init(&loop->lock, NULL);

	return loop;

err_wake:
	event_free(loop->wake);
err_base:
	event_base_free(loop->base);
err_close:
	close(loop->wake_fd);
err_free:
	free(loop);
	return NULL;
}

void vc_loop_destroy(struct vc_loop *loop)
{
	struct loop_call *call, *next;

	if (!loop)
		return;

	/* Calls nobody will run any more: their arguments are the posters'. */
	for (call = loop_take_calls(loop); call; call = next) {
		next = call->next;
		free(call);
	}
	event_free(loop->wake);
	event_base_free(loop->base);
	close(loop->wake_fd);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

struct event_base *vc_loop_base(struct vc_loop *loop)
{
	return loop->base;
}

int vc_loop_run(struct vc_loop *loop)
{
	return event_base_dispatch(loop->base) < 0 ? -EIO : 0;
}

void vc_loop_stop(struct vc_loop *loop)
{
	atomic_store(&loop->stop, true);
	loop_wake(loop);
}

int vc_loop_post(struct vc_loop *loop, void (*fn)(void *arg), void *arg)
{
	struct loop_call *call;

	call = calloc(1, sizeof(*call));
	if (!call)
		return -ENOMEM;
	call->fn = fn;
	call->arg = arg;

	pthread_mutex_lock(&loop->lock);
	*loop->tail = call;
	loop->tail = &call->next;
	pthread_mutex_unlock(&loop->lock);
	loop_wake(loop);

	return 0;
}
