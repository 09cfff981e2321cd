// SPDX-License-Identifier: GPL-2.0
/*
 * vchiq_test: the functional test, a dialogue with the service "func" in which
 * every step has one right outcome.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

#define FUNC		VCQ_FOURCC('f', 'u', 'n', 'c')
#define VERSION		3
#define BLOCK		1024u

/**
 * struct functional - the state of the dialogue
 * @first: service 1, with the messages and most bulks
 * @second: service 2, whose bulk is never received
 * @sent: block that the firmware gets
 * @got: blocks that the firmware sends
 * @spare: memory of bulks that are aborted
 * @hook_ret: result of the receive that was posted from a callback
 */
struct functional {
	struct vt_service first;
	struct vt_service second;
	uint8_t sent[BLOCK];
	uint8_t got[2 * BLOCK];
	uint8_t spare[2 * BLOCK];
	int hook_ret;
};

static const char *outcome(int ret)
{
	return ret ? strerrorname_np(-ret) : "done";
}

static bool step(struct vt *vt, const char *what, const char *expected, const char *got)
{
	vt_watch(vt);
	vt_report_step(vt->report, what, expected, got);
	return !strcmp(expected, got);
}

static bool step_ret(struct vt *vt, const char *what, int ret)
{
	return step(vt, what, "done", outcome(ret));
}

static void describe(char *to, size_t size, int user, enum vchiq_reason reason, size_t len)
{
	if (reason == VCHIQ_REASON_MESSAGE_AVAILABLE)
		snprintf(to, size, "u%d MESSAGE_AVAILABLE, %zu bytes", user, len);
	else
		snprintf(to, size, "u%d %s", user, vcq_reason_name(reason));
}

/* The next event is that one; its message, if any, is @data. */
static bool step_event(struct vt *vt, const char *what, int user, enum vchiq_reason reason,
		       const void *data, size_t len)
{
	char expected[80], got[80] = "nothing";
	struct vt_event *event = vt_next(vt);

	describe(expected, sizeof(expected), user, reason, len);
	if (event) {
		describe(got, sizeof(got), event->user, event->reason, event->len);
		if (event->len == len && len && memcmp(event->data, data, len) != 0)
			snprintf(got, sizeof(got), "other bytes");
	}
	free(event);
	return step(vt, what, expected, got);
}

static bool step_refused(struct vt *vt, const char *what, uint32_t fourcc, int version)
{
	struct vt_service svc = { .hook = NULL };
	int ret = vt_open(vt, &svc, 0, fourcc, version);

	if (!ret)
		vt_close(&svc);
	return step(vt, what, "EIO", ret ? outcome(ret) : "opened");
}

static bool step_opened(struct vt *vt, const char *what, struct vt_service *svc, int user)
{
	int ret = vt_open(vt, svc, user, FUNC, VERSION);

	return step(vt, what, "opened", ret ? outcome(ret) : "opened");
}

static bool check_services(struct vt *vt, struct functional *f)
{
	step_refused(vt, "version 0 of func", FUNC, 0);
	step_refused(vt, "version 1 of func", FUNC, 1);
	step_refused(vt, "version 4 of func", FUNC, 4);
	step_refused(vt, "a service that nobody offers", VCQ_FOURCC('n', 'o', 'n', 'e'), VERSION);
	if (!step_opened(vt, "service 1", &f->first, 1) ||
	    !step_opened(vt, "service 2", &f->second, 2))
		return false;
	step_refused(vt, "a third one, func has two", FUNC, VERSION);
	vt_close(&f->second);
	if (!step_event(vt, "service 2 is closed", 2, VCHIQ_REASON_SERVICE_CLOSED, NULL, 0))
		return false;
	return step_opened(vt, "service 2 again", &f->second, 2);
}

static bool check_message(struct vt *vt, struct functional *f)
{
	char text[] = "abcdefghijklmnopqrstuvwxyz";
	const struct iovec parts[] = {
		{ text, 1 }, { text + 1, 10 }, { text + 11, 14 }, { text + 25, 1 },
	};

	return step_ret(vt, "a message of four parts", vcq_sendv(f->first.svc, parts, 4)) &&
	       step_event(vt, "comes back in one", 1, VCHIQ_REASON_MESSAGE_AVAILABLE, text, 26);
}

/* Bulks can be posted from the callback of another one. */
static void receive_in_callback(struct vt_service *svc, const struct vcq_event *event)
{
	struct functional *f = (struct functional *)svc;

	if (event->reason == VCHIQ_REASON_BULK_TRANSMIT_DONE)
		f->hook_ret = vcq_bulk_receive(svc->svc, f->spare, sizeof(f->spare),
					       VCHIQ_BULK_MODE_CALLBACK, f->spare);
}

static bool check_transmit(struct vt *vt, struct functional *f)
{
	int ret = vcq_bulk_transmit(f->second.svc, f->spare, sizeof(f->spare),
				    VCHIQ_BULK_MODE_CALLBACK, f->spare);

	if (!step_ret(vt, "transmit on service 2, never received", ret))
		return false;
	for (uint32_t i = 0; i < BLOCK; i++)
		f->sent[i] = (uint8_t)i;
	f->first.hook = receive_in_callback;
	ret = vcq_bulk_transmit(f->first.svc, f->sent, BLOCK, VCHIQ_BULK_MODE_CALLBACK, f->sent);
	return step_ret(vt, "transmit of 1024 bytes on service 1", ret) &&
	       step_event(vt, "is received", 1, VCHIQ_REASON_BULK_TRANSMIT_DONE, NULL, 0) &&
	       step_ret(vt, "receive of 2048 bytes from that callback", f->hook_ret);
}

static bool check_receive(struct vt *vt, struct functional *f)
{
	bool is_right;
	int ret;

	if (!step_event(vt, "is aborted, the sizes differ", 1,
			VCHIQ_REASON_BULK_RECEIVE_ABORTED, NULL, 0))
		return false;
	ret = vcq_bulk_receive(f->first.svc, f->got, sizeof(f->got), VCHIQ_BULK_MODE_CALLBACK,
			       f->got);
	if (!step_ret(vt, "receive of 2048 bytes", ret) ||
	    !step_event(vt, "is done", 1, VCHIQ_REASON_BULK_RECEIVE_DONE, NULL, 0))
		return false;
	is_right = !memcmp(f->got, f->sent, BLOCK) && !memcmp(f->got + BLOCK, f->sent, BLOCK);
	step(vt, "what it holds", "the 1024 bytes twice",
	     is_right ? "the 1024 bytes twice" : "something else");
	return true;
}

static void check_end(struct vt *vt, struct functional *f)
{
	int ret;

	step_event(vt, "an empty message", 1, VCHIQ_REASON_MESSAGE_AVAILABLE, NULL, 0);
	ret = vcq_bulk_receive(f->first.svc, f->spare, sizeof(f->spare),
			       VCHIQ_BULK_MODE_CALLBACK, f->spare);
	step_ret(vt, "receive that nobody sends for", ret);
	vt_close(&f->first);
	step_event(vt, "is aborted by the close of service 1", 1,
		   VCHIQ_REASON_BULK_RECEIVE_ABORTED, NULL, 0);
	step_event(vt, "and then service 1 is closed", 1, VCHIQ_REASON_SERVICE_CLOSED, NULL, 0);
	vt_close(&f->second);
	step_event(vt, "the transmit on service 2 is aborted", 2,
		   VCHIQ_REASON_BULK_TRANSMIT_ABORTED, NULL, 0);
	step_event(vt, "and then service 2 is closed", 2, VCHIQ_REASON_SERVICE_CLOSED, NULL, 0);
}

int vt_functional(struct vt *vt)
{
	static struct functional f;

	if (check_services(vt, &f) && check_message(vt, &f) && check_transmit(vt, &f) &&
	    check_receive(vt, &f)) {
		check_end(vt, &f);
	} else {
		vt_close(&f.first);
		vt_close(&f.second);
		return 0;
	}
	return vt_align(vt);
}
