// SPDX-License-Identifier: GPL-2.0
/*
 * The "call" service: lets a host test what the firmware begins: opening services
 * that the host serves, PAUSE and RESUME, REMOTE_USE. The client's messages say
 * what to do; see <videocore/vchiq-test.h>.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <videocore/vchiq-test.h>

#include "services.h"

#define MAX_PAUSE_MS	60000u

/**
 * struct call - one client
 * @svc: its service
 * @target: the service that we opened on the host, NULL if none
 * @is_open: the host has accepted @target
 * @is_closing: the client wants to hear when @target is closed
 * @resume: end of the pause, if it is set
 * @bulk: of VC_CALL_BULK
 * @is_bulk: it is under way
 * @block: its bytes
 */
struct call {
	struct fw_service *svc;
	struct fw_service *target;
	bool is_open;
	bool is_closing;
	struct fw_timer resume;
	struct fw_bulk bulk;
	bool is_bulk;
	uint8_t block[VC_CALL_MAX_BULK];
};

static void answer(struct call *call, uint32_t cmd, int result)
{
	const struct vc_call_answer msg = {
		.cmd = htole32(cmd),
		.result = htole32((uint32_t)result),
	};

	if (fw_service_send(call->svc, &msg, sizeof(msg)) == -ENOMEM)
		fw_service_close(call->svc);
}

/* -----------------------------------------------------------------------------
 * The service opened on the host. Its private pointer is NULL once the client
 * has gone.
 */

static void target_opened(struct fw_service *svc, int error)
{
	struct call *call = fw_service_priv(svc);

	if (!call)
		return;
	call->is_open = !error;
	if (error)
		call->target = NULL;
	answer(call, VC_CALL_OPEN, error);
}

static void target_message(struct fw_service *svc, const void *data, size_t len)
{
	if (fw_service_send(svc, data, len) == -ENOMEM)
		fw_service_close(svc);
}

static void target_close(struct fw_service *svc)
{
	struct call *call = fw_service_priv(svc);

	if (!call)
		return;
	call->target = NULL;
	if (call->is_closing)
		answer(call, VC_CALL_CLOSE, 0);
}

static const struct fw_service_ops target_ops = {
	.opened = target_opened,
	.message = target_message,
	.close = target_close,
};

/* -----------------------------------------------------------------------------
 * Commands: 0 = answered later, 1 = done, or -errno
 */

#define DONE 1

static uint32_t get_arg(const void *data)
{
	struct vc_call_arg msg;

	memcpy(&msg, data, sizeof(msg));
	return le32toh(msg.arg);
}

static int call_open_target(struct call *call, const void *data)
{
	struct vc_call_open msg;
	struct fw_open open = { .ops = &target_ops };
	int ret;

	if (call->target)
		return -EBUSY;
	memcpy(&msg, data, sizeof(msg));
	open.fourcc = le32toh(msg.fourcc);
	open.version = (int16_t)le32toh(msg.version);
	open.version_min = open.version;
	ret = fw_service_open(call->svc, &open, &call->target);
	if (ret)
		return ret;
	call->is_open = false;
	call->is_closing = false;
	fw_service_set_priv(call->target, call);
	return 0;
}

static int call_close_target(struct call *call, const void *data)
{
	if (!call->target || !call->is_open || call->is_closing)
		return -ENOTCONN;
	call->is_closing = true;
	fw_service_close(call->target);
	return 0;
}

static void pause_over(void *arg)
{
	struct call *call = arg;

	fw_resume(call->svc);
	answer(call, VC_CALL_PAUSE, 0);
}

static int call_pause(struct call *call, const void *data)
{
	uint32_t ms = get_arg(data);
	int ret;

	if (ms > MAX_PAUSE_MS)
		return -EINVAL;
	ret = fw_pause(call->svc);
	if (ret)
		return ret;
	fw_timer_set(fw_service_firmware(call->svc), &call->resume, ms);
	return 0;
}

static void use_active(void *arg, int error)
{
	answer(arg, VC_CALL_USE, error);
}

static int call_use(struct call *call, const void *data)
{
	return fw_remote_use(call->svc, use_active, call);
}

static int call_release(struct call *call, const void *data)
{
	fw_remote_release(call->svc);
	return DONE;
}

static int call_send(struct call *call, const void *data)
{
	uint8_t pattern[VCHIQ_MAX_MSG_SIZE];
	uint32_t len = get_arg(data);
	int ret;

	if (len > sizeof(pattern))
		return -EMSGSIZE;
	if (!call->target || !call->is_open)
		return -ENOTCONN;
	for (uint32_t i = 0; i < len; i++)
		pattern[i] = vc_call_pattern(i);
	ret = fw_service_send(call->target, pattern, len);
	return ret ? ret : DONE;
}

static void bulk_done(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct call *call = fw_service_priv(svc);

	call->is_bulk = false;
	/* Aborted: the client goes. */
	if (actual >= 0)
		answer(call, VC_CALL_BULK, 0);
}

static int call_bulk(struct call *call, const void *data)
{
	struct vc_call_bulk msg;
	uint32_t len, moved;

	memcpy(&msg, data, sizeof(msg));
	len = le32toh(msg.len);
	moved = le32toh(msg.moved);
	if (!len || len > sizeof(call->block) || moved > len)
		return -EINVAL;
	if (call->is_bulk)
		return -EBUSY;
	for (uint32_t i = 0; i < len; i++)
		call->block[i] = vc_call_pattern(i);
	call->bulk = (struct fw_bulk){
		.data = call->block,
		.len = len,
		.to_host = true,
		.missing = len - moved,
		.done = bulk_done,
	};
	call->is_bulk = !fw_service_bulk(call->svc, &call->bulk);
	return call->is_bulk ? 0 : -EINVAL;
}

static const struct {
	size_t len;
	int (*run)(struct call *call, const void *data);
} commands[] = {
	[VC_CALL_OPEN] = { sizeof(struct vc_call_open), call_open_target },
	[VC_CALL_CLOSE] = { sizeof(__le32), call_close_target },
	[VC_CALL_PAUSE] = { sizeof(struct vc_call_arg), call_pause },
	[VC_CALL_USE] = { sizeof(__le32), call_use },
	[VC_CALL_RELEASE] = { sizeof(__le32), call_release },
	[VC_CALL_SEND] = { sizeof(struct vc_call_arg), call_send },
	[VC_CALL_BULK] = { sizeof(struct vc_call_bulk), call_bulk },
};

static void call_message(struct fw_service *svc, const void *data, size_t len)
{
	struct call *call = fw_service_priv(svc);
	__le32 word = 0;
	uint32_t cmd;
	int ret = -EINVAL;

	memcpy(&word, data, len < sizeof(word) ? len : sizeof(word));
	cmd = le32toh(word);
	if (cmd < sizeof(commands) / sizeof(commands[0]) && commands[cmd].run &&
	    len >= commands[cmd].len)
		ret = commands[cmd].run(call, data);
	if (ret)
		answer(call, cmd, ret == DONE ? 0 : ret);
}

/* -----------------------------------------------------------------------------
 * Clients
 */

static int call_open(struct fw_service *svc)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		return -ENOMEM;
	call->svc = svc;
	call->resume.fn = pause_over;
	call->resume.arg = call;
	fw_service_set_priv(svc, call);
	return 0;
}

static void call_close(struct fw_service *svc)
{
	struct call *call = fw_service_priv(svc);

	if (call->resume.is_set) {
		fw_timer_cancel(fw_service_firmware(svc), &call->resume);
		fw_resume(svc);
	}
	fw_remote_use_cancel(svc, call);
	if (call->target) {
		fw_service_set_priv(call->target, NULL);
		fw_service_close(call->target);
	}
	free(call);
}

const struct fw_service_ops fw_call_ops = {
	.fourcc = VC_TEST_CALL_FOURCC,
	.version = VC_TEST_CALL_VERSION,
	.version_min = VC_TEST_CALL_VERSION,
	.max_open = 16,
	.open = call_open,
	.message = call_message,
	.close = call_close,
};
