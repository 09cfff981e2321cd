// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: a client of one service, whose events wait in a queue.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define PAGE	4096u
/* The watch is for calls that do not return; waits for events end before it. */
#define WATCH_MORE_S	10u

static void watch_expired(int sig)
{
	static const char text[] = "vchiq_test: a call of the driver does not return\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	_exit(1);
}

void vt_watch(const struct vt *vt)
{
	alarm(vt->opt->timeout_s + WATCH_MORE_S);
}

/* -----------------------------------------------------------------------------
 * Events
 */

static void on_event(const struct vcq_event *event)
{
	struct vt_service *svc = event->priv;
	struct vt_event *copy = malloc(sizeof(*copy) + event->len);
	struct vt *vt = svc->vt;

	if (svc->hook)
		svc->hook(svc, event);
	if (!copy)
		return;
	copy->reason = event->reason;
	copy->user = svc->user;
	copy->bulk = event->bulk;
	copy->len = event->len;
	if (event->len)
		memcpy(copy->data, event->data, event->len);
	pthread_mutex_lock(&vt->lock);
	STAILQ_INSERT_TAIL(&vt->events, copy, link);
	pthread_cond_signal(&vt->arrived);
	pthread_mutex_unlock(&vt->lock);
}

struct vt_event *vt_next(struct vt *vt)
{
	struct timespec end;
	struct vt_event *event;
	int ret = 0;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += vt->opt->timeout_s;
	pthread_mutex_lock(&vt->lock);
	while (STAILQ_EMPTY(&vt->events) && !ret)
		ret = pthread_cond_timedwait(&vt->arrived, &vt->lock, &end);
	event = STAILQ_FIRST(&vt->events);
	if (event)
		STAILQ_REMOVE_HEAD(&vt->events, link);
	pthread_mutex_unlock(&vt->lock);
	return event;
}

static int init_queue(struct vt *vt)
{
	pthread_condattr_t attr;
	int ret;

	STAILQ_INIT(&vt->events);
	pthread_mutex_init(&vt->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	ret = -pthread_cond_init(&vt->arrived, &attr);
	pthread_condattr_destroy(&attr);
	return ret;
}

int vt_init(struct vt *vt, const struct vt_options *opt, struct vt_report *report)
{
	const struct sigaction action = { .sa_handler = watch_expired };
	int ret = init_queue(vt);

	if (ret)
		return ret;
	vt->opt = opt;
	vt->report = report;
	sigaction(SIGALRM, &action, NULL);
	vt_watch(vt);
	ret = vcq_open(opt->device, &vt->q);
	if (ret)
		return ret;
	ret = vcq_start(vt->q);
	if (ret)
		vcq_close(vt->q);
	return ret;
}

void vt_fini(struct vt *vt)
{
	struct vt_event *event;

	vt_watch(vt);
	vcq_close(vt->q);
	while ((event = STAILQ_FIRST(&vt->events))) {
		STAILQ_REMOVE_HEAD(&vt->events, link);
		free(event);
	}
	alarm(0);
}

/* -----------------------------------------------------------------------------
 * Services
 */

int vt_open(struct vt *vt, struct vt_service *svc, int user, uint32_t fourcc, int version)
{
	const struct vcq_service_params params = {
		.fourcc = fourcc,
		.version = (int16_t)version,
		.version_min = (int16_t)version,
		.handler = on_event,
		.priv = svc,
	};

	vt_watch(vt);
	svc->vt = vt;
	svc->user = user;
	svc->svc = NULL;
	return vcq_service_open(vt->q, &params, &svc->svc);
}

void vt_close(struct vt_service *svc)
{
	vt_watch(svc->vt);
	vcq_service_close(svc->svc);
	svc->svc = NULL;
}

int vt_open_echo(struct vt *vt, struct vt_service *svc)
{
	int ret = vt_open(vt, svc, 0, vcq_fourcc(vt->opt->service), 3);

	if (ret || !vt->opt->client_quota)
		return ret;
	ret = vcq_service_set_option(svc->svc, VCHIQ_SERVICE_OPTION_MESSAGE_QUOTA,
				     (int)vt->opt->client_quota);
	if (ret)
		vt_close(svc);
	return ret;
}

struct vt_event *vt_reply(struct vt *vt)
{
	struct vt_event *event;

	while ((event = vt_next(vt))) {
		if (event->reason != VCHIQ_REASON_MESSAGE_AVAILABLE || event->len)
			break;
		free(event);
	}
	return event;
}

void vt_config_fill(const struct vt_options *opt, uint32_t size, uint32_t iters,
		    uint32_t config[10])
{
	const uint32_t words[10] = {
		ECHO_CONFIG, size, iters, opt->verify, opt->echo, opt->align_size,
		opt->client_align, opt->server_align, opt->client_quota, opt->server_quota,
	};

	memcpy(config, words, sizeof(words));
}

int vt_configure(struct vt_service *svc, uint32_t size, uint32_t iters)
{
	struct vt_event *event;
	uint32_t config[10];
	int ret;

	vt_watch(svc->vt);
	vt_config_fill(svc->vt->opt, size, iters, config);
	ret = vcq_send(svc->svc, config, sizeof(config));
	if (ret)
		return ret;
	event = vt_reply(svc->vt);
	if (!event)
		return -ETIMEDOUT;
	ret = event->len == 1 ? 0 : -EPROTO;
	free(event);
	return ret;
}

/* -----------------------------------------------------------------------------
 * Blocks
 */

uint8_t *vt_block_alloc(uint32_t size, uint32_t offset)
{
	size_t room = ((size_t)size + 2 * PAGE - 1) / PAGE * PAGE;
	uint8_t *memory = aligned_alloc(PAGE, room);

	if (!memory)
		return NULL;
	memset(memory, 0, room);
	return memory + offset;
}

void vt_block_free(uint8_t *block)
{
	if (block)
		free(block - ((uintptr_t)block % PAGE));
}

static uint8_t pattern(uint32_t at, unsigned int index)
{
	uint32_t word = ((0x80u | index) << 24) + at / 4 * 4;

	return (uint8_t)(word >> at % 4 * 8);
}

void vt_pattern_fill(uint8_t *block, uint32_t size, unsigned int index)
{
	for (uint32_t i = 0; i < size; i++)
		block[i] = pattern(i, index);
}

bool vt_pattern_is(const uint8_t *block, uint32_t size, unsigned int index)
{
	for (uint32_t i = 0; i < size; i++) {
		if (block[i] != pattern(i, index))
			return false;
	}
	return true;
}
