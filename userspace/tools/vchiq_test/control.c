// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: streams of messages, one way and back, without waiting for each.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* Replies that may be under way; more would only wait in our queue. */
#define MAX_AHEAD	256u

/**
 * struct control - the test
 * @vt: the device
 * @svc: the service
 * @message: what is sent
 * @samples: how long each call took
 */
struct control {
	struct vt *vt;
	struct vt_service svc;
	uint8_t message[VCQ_MAX_MESSAGE];
	struct samples samples;
};

static int send(struct control *control, uint32_t command)
{
	double begin = now_us();
	int ret;

	vt_watch(control->vt);
	memcpy(control->message, &command, sizeof(command));
	ret = vcq_send(control->svc.svc, control->message, control->vt->opt->size);
	samples_add(&control->samples, now_us() - begin);
	return ret;
}

static int expect_reply(struct control *control, size_t len)
{
	struct vt_event *event = vt_reply(control->vt);
	int ret = 0;

	if (!event)
		return -ETIMEDOUT;
	if (event->reason != VCHIQ_REASON_MESSAGE_AVAILABLE)
		ret = -ECONNRESET;
	else if (event->len != len)
		ret = -EPROTO;
	else if (len > 1 && control->vt->opt->verify &&
		 memcmp(event->data, control->message, len) != 0)
		ret = -EBADMSG;
	free(event);
	return ret;
}

static int one_way(struct control *control)
{
	int ret = 0;

	for (uint32_t i = 0; i < control->vt->opt->iters && !ret; i++)
		ret = send(control, ECHO_ONEWAY);
	if (!ret)
		ret = send(control, ECHO_SYNC);
	return ret ? ret : expect_reply(control, 1);
}

static int there_and_back(struct control *control)
{
	const struct vt_options *opt = control->vt->opt;
	uint32_t sent = 0, got = 0;
	int ret = 0;

	while (got < opt->iters && !ret) {
		if (sent < opt->iters && sent - got < MAX_AHEAD) {
			ret = send(control, ECHO_ECHO);
			sent++;
		} else {
			ret = expect_reply(control, opt->size);
			got++;
		}
	}
	return ret;
}

static int line(struct control *control, const char *name, int (*run)(struct control *control),
		uint32_t ways)
{
	const struct vt_options *opt = control->vt->opt;
	uint64_t messages = (uint64_t)ways * opt->iters;
	struct figures figures;
	double start = now_us();
	int ret;

	control->samples.nr = 0;
	ret = run(control);
	if (ret)
		return ret;
	figures_set(&figures, &control->samples, (now_us() - start) / 1e6, messages,
		    messages * opt->size);
	vt_report_row(control->vt->report, name, opt->size, opt->iters, &figures);
	return 0;
}

int vt_control(struct vt *vt)
{
	struct control control = { .vt = vt };
	int ret = samples_init(&control.samples, (size_t)vt->opt->iters + 1);

	vt_pattern_fill(control.message, sizeof(control.message), 0);
	if (!ret)
		ret = vt_open_echo(vt, &control.svc);
	if (!ret)
		ret = vt_configure(&control.svc, 0, 0);
	if (!ret)
		ret = line(&control, "messages one way", one_way, 1);
	if (!ret)
		ret = line(&control, "messages and back", there_and_back, 2);
	if (control.svc.svc)
		vt_close(&control.svc);
	samples_fini(&control.samples);
	return ret;
}
