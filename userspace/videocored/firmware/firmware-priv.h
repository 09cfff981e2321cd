/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The firmware thread's state.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_FIRMWARE_PRIV_H
#define VIDEOCORED_FIRMWARE_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <time.h>

#include "firmware.h"
#include "vchiq-chaos.h"
#include "vchiq-priv.h"

struct post {
	STAILQ_ENTRY(post) link;
	void (*fn)(void *arg);
	void *arg;
};

STAILQ_HEAD(post_queue, post);

/**
 * struct fw_poll - polling before sleep, as a hypervisor does before it blocks
 * @score: grows when work came of it, else falls
 * @skipped: times it was not tried, at 0
 * @hits: times work came of it
 * @sleeps: times we slept
 */
struct fw_poll {
	unsigned int score;
	unsigned int skipped;
	uint64_t hits;
	uint64_t sleeps;
};

#define FW_MAX_BLOCKS	32

/**
 * struct fw_traffic - what the guest had done when the connection was made
 * @bells: doorbells
 * @traps: trapped accesses by block, in the order of the bus
 */
struct fw_traffic {
	uint64_t bells;
	uint64_t traps[FW_MAX_BLOCKS];
};

/**
 * struct vc_firmware - the VideoCore's firmware
 * @vc: whose memory and doorbell it uses
 * @thread: the firmware thread
 * @is_running: @thread exists; main thread
 * @poll_cpus: there are processors enough to poll before sleeping
 * @may_reinit: see vc_firmware_allow_reinit(); set before the guest connects
 * @traffic: counts of the loop thread
 * @lock: protects the members up to @config
 * @wake: the thread waits on it
 * @posts: calls for the thread
 * @rung: the host rang the doorbell
 * @nr_bells: how often
 * @attention: something of these changed; atomic, for who polls
 * @stop: the thread shall end
 * @listeners: services offered; only grows, entries belong to the thread
 * @config: see vc_firmware_configure()
 * @conn: the host's memory, or NULL; firmware thread, as what follows
 * @timers: that are set, earliest first
 * @power: see enum vc_firmware_power
 * @restart: sets @power to RUNS
 * @poll: polling before sleep
 * @chaos: how it misbehaves
 */
struct vc_firmware {
	struct videocored *vc;
	pthread_t thread;
	bool is_running;
	bool poll_cpus;
	bool may_reinit;
	struct fw_traffic traffic;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct post_queue posts;
	bool rung;
	uint64_t nr_bells;
	bool attention;
	bool stop;
	struct vcq_listeners listeners;
	struct vc_firmware_config config;

	struct vcq_connection *conn;
	struct fw_timer *timers;
	enum vc_firmware_power power;
	struct fw_timer restart;
	struct fw_poll poll;
	struct vcq_chaos chaos;
};

/* firmware-power.c; firmware thread */
const char *fw_power_name(enum vc_firmware_power power);
void fw_power_init(struct vc_firmware *fw);
/* Forgets the connection; services are told. */
void fw_forget(struct vc_firmware *fw);

/* firmware-chaos.c; firmware thread */
void fw_chaos_init(struct vc_firmware *fw);
/* For a connection that was made. */
void fw_chaos_attach(struct vc_firmware *fw);
/* The host hands over slot zero because it has given up; true: start afresh. */
bool fw_chaos_restarts(struct vc_firmware *fw);

/* firmware-poll.c; firmware thread. True: there may be work, do not sleep. */
bool fw_poll(struct vc_firmware *fw);
bool fw_poll_is_useful(void);

/* firmware-traffic.c; loop thread */
void fw_traffic_start(struct vc_firmware *fw);
void fw_traffic_status(struct vc_firmware *fw, struct json_object *out);

/* firmware-timer.c; firmware thread */
uint64_t fw_now_ns(void);
void fw_timers_run(struct vc_firmware *fw);
/* When the next one is due, by CLOCK_MONOTONIC; false if none is set. */
bool fw_timers_next(struct vc_firmware *fw, struct timespec *at);

#endif /* VIDEOCORED_FIRMWARE_PRIV_H */
