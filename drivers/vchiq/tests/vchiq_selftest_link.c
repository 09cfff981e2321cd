// SPDX-License-Identifier: GPL-2.0
/*
 * Links, which all tests use: a service with what came of it, and bulks.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <videocore/vchiq-test.h>

#include "vchiq_selftest.h"

static void link_message(struct vchiq_service *svc, const void *data, size_t len)
{
	struct link *link = vchiq_service_priv(svc);
	const __le32 *words = data;

	scoped_guard(spinlock, &link->lock) {
		if (len >= 2 * sizeof(*words) && le32_to_cpu(words[1]) == link->in_order)
			link->in_order++;
		memcpy(link->data, data, len);
		link->len = len;
		link->received++;
	}
	wake_up_all(&link->wait);
}

static void link_opened(struct vchiq_service *svc)
{
	struct link *link = vchiq_service_priv(svc);

	scoped_guard(spinlock, &link->lock)
		link->opened++;
	wake_up_all(&link->wait);
}

static void link_closed(struct vchiq_service *svc)
{
	struct link *link = vchiq_service_priv(svc);

	scoped_guard(spinlock, &link->lock) {
		link->closed++;
		link->is_closed = true;
	}
	wake_up_all(&link->wait);
}

static const struct vchiq_service_ops link_ops = {
	.opened = link_opened,
	.message = link_message,
	.closed = link_closed,
};

static struct link *
link_make(struct selftest *st, const struct vchiq_service_params *what,
	  struct vchiq_service *(*make)(struct vchiq_device *vdev,
					const struct vchiq_service_params *params))
{
	struct link *link = kzalloc(sizeof(*link), GFP_KERNEL);
	struct vchiq_service_params params = *what;
	struct vchiq_service *svc;

	if (!link)
		return ERR_PTR(-ENOMEM);

	params.ops = &link_ops;
	params.priv = link;
	spin_lock_init(&link->lock);
	init_waitqueue_head(&link->wait);
	svc = make(st->vdev, &params);
	if (IS_ERR(svc)) {
		kfree(link);
		return ERR_CAST(svc);
	}

	link->svc = svc;
	return link;
}

struct link *link_open_flags(struct selftest *st, u32 fourcc, s16 version,
			     unsigned int flags)
{
	const struct vchiq_service_params params = {
		.fourcc = fourcc,
		.version = version,
		.version_min = version,
		.flags = flags,
	};

	return link_make(st, &params, vchiq_service_open);
}

struct link *link_open(struct selftest *st, u32 fourcc, s16 version)
{
	return link_open_flags(st, fourcc, version, 0);
}

struct link *link_listen(struct selftest *st, u32 fourcc, s16 version, unsigned int flags)
{
	const struct vchiq_service_params params = {
		.fourcc = fourcc,
		.version = version,
		.version_min = version,
		.flags = flags,
	};

	return link_make(st, &params, vchiq_service_listen);
}

void link_close(struct link *link)
{
	vchiq_service_close(link->svc);
	kfree(link);
}

static bool link_has(struct link *link, u32 received)
{
	guard(spinlock)(&link->lock);

	return link->received >= received || link->is_closed;
}

/* Wait until @received messages have come. */
int link_await(struct link *link, u32 received)
{
	if (!wait_event_timeout(link->wait, link_has(link, received),
				msecs_to_jiffies(TEST_TIMEOUT_MS)))
		return -ETIMEDOUT;

	guard(spinlock)(&link->lock);
	return link->received >= received ? 0 : -ENOTCONN;
}

u32 link_received(struct link *link)
{
	guard(spinlock)(&link->lock);

	return link->received;
}

int link_command(struct link *link, const void *data, size_t len, u32 answers)
{
	u32 received = link_received(link);
	int ret;

	ret = vchiq_service_send(link->svc, data, len);
	return ret ?: link_await(link, received + answers);
}

void fill(u8 *data, size_t len, u32 seed)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = (i * 7 + (i >> 8) + seed) & 0xff;
}

int link_sync(struct link *link)
{
	__le32 command = cpu_to_le32(VC_ECHO_SYNC);

	return link_command(link, &command, sizeof(command), 1);
}

int echo_once(struct link *link, u8 *buf, size_t len)
{
	__le32 command = cpu_to_le32(VC_ECHO_ECHO);
	int ret;

	fill(buf, len, len);
	memcpy(buf, &command, sizeof(command));
	ret = link_command(link, buf, len, 1);
	if (ret)
		return ret;
	if (link->len != len || memcmp(link->data, buf, len))
		return -EBADMSG;

	return 0;
}

int with_echo(struct selftest *st, int (*test)(struct link *link, u8 *buf))
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	u8 *buf;
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	buf = kmalloc(VCHIQ_MAX_MSG_SIZE + 8, GFP_KERNEL);
	ret = buf ? test(link, buf) : -ENOMEM;
	kfree(buf);
	link_close(link);
	return ret;
}

int with_link(struct selftest *st, int (*test)(struct link *link))
{
	struct link *link = link_open(st, ECHO_FOURCC, TEST_VERSION);
	int ret;

	if (IS_ERR(link))
		return PTR_ERR(link);

	ret = test(link);
	link_close(link);
	return ret;
}

int echo_config(struct link *link, size_t len, u32 iters)
{
	const struct vc_echo_config config = {
		.cmd = cpu_to_le32(VC_ECHO_CONFIG),
		.block_size = cpu_to_le32(len),
		.iters = cpu_to_le32(iters),
		.echo = cpu_to_le32(1),
	};
	int ret;

	ret = link_command(link, &config, sizeof(config), 1);
	if (ret)
		return ret;

	return link->len == 1 ? 0 : -EBADMSG;
}

/* -----------------------------------------------------------------------------
 * Bulks
 */

static void transfer_complete(struct vchiq_service *svc, struct vchiq_bulk *bulk)
{
	complete(&container_of(bulk, struct transfer, bulk)->done);
}

void transfer_init(struct transfer *transfer, void *buf, size_t len, bool to_host)
{
	memset(transfer, 0, sizeof(*transfer));
	transfer->bulk.buf = buf;
	transfer->bulk.len = len;
	transfer->bulk.to_host = to_host;
	transfer->bulk.complete = transfer_complete;
	init_completion(&transfer->done);
}

int transfer_await(struct transfer *transfer)
{
	if (!wait_for_completion_timeout(&transfer->done, msecs_to_jiffies(TEST_TIMEOUT_MS)))
		return -ETIMEDOUT;
	if (transfer->bulk.status)
		return transfer->bulk.status;

	return transfer->bulk.actual == transfer->bulk.len ? 0 : -EMSGSIZE;
}
