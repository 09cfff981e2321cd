// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware thread: waits for the doorbell and for posted calls, and runs
 * everything that speaks VCHIQ.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-priv.h"
#include "guest.h"
#include "log.h"
#include "services.h"
#include "soc/doorbell.h"
#include "videocored.h"

struct call {
	void (*fn)(void *arg);
	void *arg;
	pthread_mutex_t lock;	/* Protects @done */
	pthread_cond_t cond;
	bool done;
};

/* -----------------------------------------------------------------------------
 * The thread
 */

static void run_posts(struct post_queue *posts)
{
	struct post *post;

	while ((post = STAILQ_FIRST(posts))) {
		STAILQ_REMOVE_HEAD(posts, link);
		post->fn(post->arg);
		free(post);
	}
}

static bool take_posts(struct vc_firmware *fw, struct post_queue *posts)
{
	bool stop;

	STAILQ_INIT(posts);
	pthread_mutex_lock(&fw->lock);
	STAILQ_CONCAT(posts, &fw->posts);
	fw->rung = false;
	__atomic_store_n(&fw->attention, false, __ATOMIC_RELAXED);
	stop = fw->stop;
	pthread_mutex_unlock(&fw->lock);
	return !stop || !STAILQ_EMPTY(posts);
}

static void wait_for_work(struct vc_firmware *fw)
{
	struct timespec until;
	bool is_timed = fw_timers_next(fw, &until);
	int ret = 0;

	pthread_mutex_lock(&fw->lock);
	while (!fw->rung && !fw->stop && STAILQ_EMPTY(&fw->posts) && !ret) {
		if (is_timed)
			ret = pthread_cond_timedwait(&fw->wake, &fw->lock, &until);
		else
			pthread_cond_wait(&fw->wake, &fw->lock);
	}
	pthread_mutex_unlock(&fw->lock);
}

static bool is_alive(const struct vcq_connection *conn)
{
	return conn && conn->state != VCQ_BROKEN;
}

static bool is_serving(const struct vc_firmware *fw)
{
	return is_alive(fw->conn) && fw->power == VC_FIRMWARE_RUNS;
}

/* True if there was something to do. What broke is taken down at once. */
static bool serve(struct vc_firmware *fw)
{
	bool busy = is_serving(fw) && vcq_connection_poll(fw->conn);

	if (!is_alive(fw->conn))
		vcq_connection_close(fw->conn);
	return busy;
}

static void sleep_until_rung(struct vc_firmware *fw)
{
	if (!is_serving(fw)) {
		wait_for_work(fw);
		return;
	}
	if (fw_poll(fw) || !vcq_connection_arm(fw->conn))
		return;
	fw->poll.sleeps++;
	wait_for_work(fw);
	vcq_connection_disarm(fw->conn);
}

static void *firmware_thread(void *arg)
{
	struct vc_firmware *fw = arg;
	struct post_queue posts;

	while (take_posts(fw, &posts)) {
		run_posts(&posts);
		fw_timers_run(fw);
		if (!serve(fw))
			sleep_until_rung(fw);
	}
	vcq_connection_destroy(fw->conn);
	fw->conn = NULL;
	return NULL;
}

/* For who polls; under the lock, so that it is not undone by take_posts(). */
static void notice(struct vc_firmware *fw)
{
	__atomic_store_n(&fw->attention, true, __ATOMIC_RELAXED);
}

/* Loop thread. The latch is in the shared events, this only wakes. */
static void on_doorbell(void *arg)
{
	struct vc_firmware *fw = arg;

	pthread_mutex_lock(&fw->lock);
	fw->rung = true;
	fw->nr_bells++;
	notice(fw);
	pthread_cond_signal(&fw->wake);
	pthread_mutex_unlock(&fw->lock);
}

void vcq_ring_host(struct vc_firmware *fw)
{
	vc_doorbell_ring_host(fw->vc->doorbell);
}

struct vc_guest_view *vcq_guest_view_get(struct vc_firmware *fw)
{
	return vc_guest_view_get(fw->vc->guest);
}

/* -----------------------------------------------------------------------------
 * Life
 */

static void free_listeners(struct vc_firmware *fw)
{
	struct vcq_listener *listener;

	while ((listener = SLIST_FIRST(&fw->listeners))) {
		SLIST_REMOVE_HEAD(&fw->listeners, link);
		free(listener);
	}
}

static void firmware_free(struct vc_firmware *fw)
{
	free_listeners(fw);
	pthread_cond_destroy(&fw->wake);
	pthread_mutex_destroy(&fw->lock);
	free(fw);
}

static void init_wake(struct vc_firmware *fw)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&fw->wake, &attr);
	pthread_condattr_destroy(&attr);
}

struct vc_firmware *vc_firmware_create(struct videocored *vc)
{
	struct vc_firmware *fw = calloc(1, sizeof(*fw));

	if (!fw)
		return NULL;
	fw->vc = vc;
	fw->config.line_size = 64;
	fw->poll_cpus = fw_poll_is_useful();
	fw_power_init(fw);
	fw_chaos_init(fw);
	pthread_mutex_init(&fw->lock, NULL);
	init_wake(fw);
	STAILQ_INIT(&fw->posts);
	SLIST_INIT(&fw->listeners);
	if (fw_services_add(fw))
		goto err_free;
	if (pthread_create(&fw->thread, NULL, firmware_thread, fw))
		goto err_free;
	fw->is_running = true;
	vc_doorbell_set_handler(vc->doorbell, on_doorbell, fw);
	return fw;

err_free:
	firmware_free(fw);
	return NULL;
}

void vc_firmware_stop(struct vc_firmware *fw)
{
	if (!fw->is_running)
		return;
	vc_doorbell_set_handler(fw->vc->doorbell, NULL, NULL);
	pthread_mutex_lock(&fw->lock);
	fw->stop = true;
	notice(fw);
	pthread_cond_signal(&fw->wake);
	pthread_mutex_unlock(&fw->lock);
	pthread_join(fw->thread, NULL);
	fw->is_running = false;
}

void vc_firmware_destroy(struct vc_firmware *fw)
{
	if (!fw)
		return;
	vc_firmware_stop(fw);
	firmware_free(fw);
}

int vc_firmware_chip(const char *name, struct vc_firmware_config *config)
{
	static const struct {
		const char *name;
		struct vc_firmware_config config;
	} chips[] = {
		{ "bcm2835", { .line_size = 32 } },
		{ "bcm2836", { .line_size = 64 } },
		{ "bcm2711", { .line_size = 64, .addr36 = true } },
	};

	for (size_t i = 0; i < sizeof(chips) / sizeof(chips[0]); i++) {
		if (strcmp(chips[i].name, name) != 0)
			continue;
		*config = chips[i].config;
		return 0;
	}
	return -EINVAL;
}

int vc_firmware_configure(struct vc_firmware *fw,
			  const struct vc_firmware_config *config)
{
	if (config->line_size != 32 && config->line_size != 64)
		return -EINVAL;
	pthread_mutex_lock(&fw->lock);
	fw->config = *config;
	pthread_mutex_unlock(&fw->lock);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Calls from other threads
 */

int vc_firmware_post(struct vc_firmware *fw, void (*fn)(void *arg), void *arg)
{
	struct post *post = malloc(sizeof(*post));
	bool stopped;

	if (!post)
		return -ENOMEM;
	post->fn = fn;
	post->arg = arg;
	pthread_mutex_lock(&fw->lock);
	stopped = fw->stop;
	if (!stopped) {
		STAILQ_INSERT_TAIL(&fw->posts, post, link);
		notice(fw);
		pthread_cond_signal(&fw->wake);
	}
	pthread_mutex_unlock(&fw->lock);
	if (!stopped)
		return 0;
	free(post);
	return -ESHUTDOWN;
}

static void run_call(void *arg)
{
	struct call *call = arg;

	call->fn(call->arg);
	pthread_mutex_lock(&call->lock);
	call->done = true;
	pthread_cond_signal(&call->cond);
	pthread_mutex_unlock(&call->lock);
}

int vc_firmware_call(struct vc_firmware *fw, void (*fn)(void *arg), void *arg)
{
	struct call call = {
		.fn = fn,
		.arg = arg,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.cond = PTHREAD_COND_INITIALIZER,
	};
	int ret;

	if (pthread_equal(pthread_self(), fw->thread)) {
		fn(arg);
		return 0;
	}
	ret = vc_firmware_post(fw, run_call, &call);
	if (ret)
		return ret;
	pthread_mutex_lock(&call.lock);
	while (!call.done)
		pthread_cond_wait(&call.cond, &call.lock);
	pthread_mutex_unlock(&call.lock);
	return 0;
}

struct init_call {
	struct vc_firmware *fw;
	uint32_t bus;
	int ret;
};

/*
 * Firmware has no way to learn that its host went away, so a connection that
 * lives stays: only a fresh firmware takes slot zero. 0 or -errno.
 */
static int may_init(struct vc_firmware *fw)
{
	if (fw->power != VC_FIRMWARE_RUNS)
		return -ENODEV;
	if (is_alive(fw->conn) && !fw->may_reinit && !fw_chaos_restarts(fw))
		return -EBUSY;
	return 0;
}

/* A slot zero that is refused does not disturb a connection that lives. */
static void do_init(void *arg)
{
	struct init_call *init = arg;
	struct vc_firmware *fw = init->fw;
	struct vc_firmware_config config;
	struct vcq_connection *conn;

	init->ret = may_init(fw);
	if (init->ret) {
		vc_info("vchiq", "slot zero at 0x%08x refused: %s", init->bus,
			strerror(-init->ret));
		return;
	}
	if (vcq_connection_is_living(fw->conn, init->bus)) {
		vc_info("vchiq", "slot zero at 0x%08x again", init->bus);
		return;
	}
	pthread_mutex_lock(&fw->lock);
	config = fw->config;
	pthread_mutex_unlock(&fw->lock);
	init->ret = vcq_connection_create(fw, &config, init->bus, &conn);
	if (init->ret)
		return;
	fw_forget(fw);
	fw->conn = conn;
	fw_chaos_attach(fw);
	vcq_connection_start(conn);
}

uint32_t vc_firmware_vchiq_init(struct vc_firmware *fw, uint32_t slot_zero_bus)
{
	struct init_call init = { .fw = fw, .bus = slot_zero_bus };

	if (vc_firmware_call(fw, do_init, &init) || init.ret)
		return 1;
	fw_traffic_start(fw);
	return 0;
}

static void do_reset(void *arg)
{
	fw_forget(arg);
}

void vc_firmware_reset(struct vc_firmware *fw)
{
	vc_firmware_call(fw, do_reset, fw);
}

struct status_call {
	struct vc_firmware *fw;
	struct json_object *out;
};

static void do_status(void *arg)
{
	struct status_call *status = arg;

	const struct vc_firmware *fw = status->fw;
	struct json_object *chaos;

	json_object_object_add(status->out, "power",
			       json_object_new_string(fw_power_name(fw->power)));
	vcq_status(fw->conn, status->out);
	json_object_object_add(status->out, "polls",
			       json_object_new_uint64(fw->poll.hits));
	json_object_object_add(status->out, "sleeps",
			       json_object_new_uint64(fw->poll.sleeps));
	chaos = json_object_new_object();
	vcq_chaos_status(&fw->chaos, chaos);
	json_object_object_add(status->out, "chaos", chaos);
}

void vc_firmware_status(struct vc_firmware *fw, struct json_object *out)
{
	struct status_call status = { .fw = fw, .out = out };

	vc_firmware_call(fw, do_status, &status);
	fw_traffic_status(fw, out);
}

/* -----------------------------------------------------------------------------
 * Listeners
 */

int vc_firmware_add_service(struct vc_firmware *fw,
			    const struct fw_service_ops *ops, void *ctx)
{
	struct vcq_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return -ENOMEM;
	listener->ops = ops;
	listener->ctx = ctx;
	pthread_mutex_lock(&fw->lock);
	SLIST_INSERT_HEAD(&fw->listeners, listener, link);
	pthread_mutex_unlock(&fw->lock);
	return 0;
}

static bool can_serve(const struct vcq_listener *listener, uint32_t fourcc,
		      int version, int version_min)
{
	const struct fw_service_ops *ops = listener->ops;

	return ops->fourcc == fourcc && ops->version >= version_min &&
	       version >= ops->version_min &&
	       (!ops->max_open || listener->nr_open < ops->max_open);
}

/* Entries are never removed while the thread runs, so the result stays valid. */
struct vcq_listener *vcq_listener_find(struct vc_firmware *fw, uint32_t fourcc,
				       int version, int version_min)
{
	struct vcq_listener *listener;

	pthread_mutex_lock(&fw->lock);
	SLIST_FOREACH(listener, &fw->listeners, link) {
		if (can_serve(listener, fourcc, version, version_min))
			break;
	}
	pthread_mutex_unlock(&fw->lock);
	return listener;
}

struct videocored *vc_firmware_videocored(struct vc_firmware *fw)
{
	return fw->vc;
}
