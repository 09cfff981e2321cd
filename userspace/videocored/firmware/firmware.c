// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware thread: waits for the doorbell and for posted calls, and runs
 * everything that speaks VCHIQ.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "firmware.h"
#include "guest.h"
#include "log.h"
#include "services.h"
#include "soc/doorbell.h"
#include "vchiq-priv.h"
#include "videocored.h"

struct post {
	STAILQ_ENTRY(post) link;
	void (*fn)(void *arg);
	void *arg;
};

STAILQ_HEAD(post_queue, post);

/**
 * struct vc_firmware - the VideoCore's firmware
 * @vc: whose memory and doorbell it uses
 * @thread: the firmware thread
 * @is_running: @thread exists; main thread
 * @lock: protects the members up to @config
 * @wake: the thread waits on it
 * @posts: calls for the thread
 * @rung: the host rang the doorbell
 * @stop: the thread shall end
 * @listeners: services offered; only grows, entries belong to the thread
 * @config: see vc_firmware_configure()
 * @conn: the host's memory, or NULL; firmware thread
 */
struct vc_firmware {
	struct videocored *vc;
	pthread_t thread;
	bool is_running;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct post_queue posts;
	bool rung;
	bool stop;
	struct vcq_listeners listeners;
	struct vc_firmware_config config;

	struct vcq_connection *conn;
};

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
	stop = fw->stop;
	pthread_mutex_unlock(&fw->lock);
	return !stop || !STAILQ_EMPTY(posts);
}

static void wait_for_work(struct vc_firmware *fw)
{
	pthread_mutex_lock(&fw->lock);
	while (!fw->rung && !fw->stop && STAILQ_EMPTY(&fw->posts))
		pthread_cond_wait(&fw->wake, &fw->lock);
	pthread_mutex_unlock(&fw->lock);
}

static bool is_alive(const struct vcq_connection *conn)
{
	return conn && conn->state != VCQ_BROKEN;
}

/* True if there was something to do. What broke is taken down at once. */
static bool serve(struct vc_firmware *fw)
{
	bool busy = is_alive(fw->conn) && vcq_connection_poll(fw->conn);

	if (!is_alive(fw->conn))
		vcq_connection_close(fw->conn);
	return busy;
}

static void sleep_until_rung(struct vc_firmware *fw)
{
	if (!is_alive(fw->conn)) {
		wait_for_work(fw);
		return;
	}
	if (!vcq_connection_arm(fw->conn))
		return;
	wait_for_work(fw);
	vcq_connection_disarm(fw->conn);
}

static void *firmware_thread(void *arg)
{
	struct vc_firmware *fw = arg;
	struct post_queue posts;

	while (take_posts(fw, &posts)) {
		run_posts(&posts);
		if (!serve(fw))
			sleep_until_rung(fw);
	}
	vcq_connection_destroy(fw->conn);
	fw->conn = NULL;
	return NULL;
}

/* Loop thread. The latch is in the shared events, this only wakes. */
static void on_doorbell(void *arg)
{
	struct vc_firmware *fw = arg;

	pthread_mutex_lock(&fw->lock);
	fw->rung = true;
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

struct vc_firmware *vc_firmware_create(struct videocored *vc)
{
	struct vc_firmware *fw = calloc(1, sizeof(*fw));

	if (!fw)
		return NULL;
	fw->vc = vc;
	fw->config.line_size = 64;
	pthread_mutex_init(&fw->lock, NULL);
	pthread_cond_init(&fw->wake, NULL);
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
 * A host that loads its module anew has new memory, or the old one cleared. A
 * slot zero that is refused does not disturb a connection that lives.
 */
static void do_init(void *arg)
{
	struct init_call *init = arg;
	struct vc_firmware *fw = init->fw;
	struct vc_firmware_config config;
	struct vcq_connection *conn;

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
	vcq_connection_destroy(fw->conn);
	fw->conn = conn;
	vcq_connection_start(conn);
}

uint32_t vc_firmware_vchiq_init(struct vc_firmware *fw, uint32_t slot_zero_bus)
{
	struct init_call init = { .fw = fw, .bus = slot_zero_bus };

	return vc_firmware_call(fw, do_init, &init) || init.ret;
}

static void do_reset(void *arg)
{
	struct vc_firmware *fw = arg;

	vcq_connection_destroy(fw->conn);
	fw->conn = NULL;
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

	vcq_status(status->fw->conn, status->out);
}

void vc_firmware_status(struct vc_firmware *fw, struct json_object *out)
{
	struct status_call status = { .fw = fw, .out = out };

	vc_firmware_call(fw, do_status, &status);
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
