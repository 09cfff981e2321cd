// SPDX-License-Identifier: GPL-2.0
/*
 * A service that does what a test tells it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <videocore/vchiq.h>

#include "probe.h"

static int probe_on_open(struct fw_service *svc)
{
	struct probe *probe = fw_service_ctx(svc);

	if (probe->refuse)
		return -EBUSY;
	probe->svc = svc;
	probe->live.opened++;
	return 0;
}

static void probe_on_message(struct fw_service *svc, const void *data, size_t len)
{
	struct probe *probe = fw_service_ctx(svc);

	probe->live.messages++;
	probe->live.last_len = len;
	memcpy(probe->live.last, data, len);
}

static void probe_on_close(struct fw_service *svc)
{
	struct probe *probe = fw_service_ctx(svc);

	probe->live.closed++;
	probe->live.closed_with_bulks = probe->live.bulks_done;
	if (probe->svc == svc)
		probe->svc = NULL;
}

static void probe_on_bulk(struct fw_service *svc, struct fw_bulk *bulk, int actual)
{
	struct probe *probe = fw_service_ctx(svc);

	probe->live.actual[probe->live.bulks_done++] = actual;
}

static const struct fw_service_ops probe_ops = {
	.fourcc = VCHIQ_FOURCC('p', 'r', 'o', 'b'),
	.version = 5,
	.version_min = 3,
	.max_open = 2,
	.open = probe_on_open,
	.message = probe_on_message,
	.close = probe_on_close,
};

/* On the firmware thread, or when there is none any more. */
static void observe(void *arg)
{
	struct probe *probe = arg;

	probe->seen = probe->live;
}

void probe_add(struct probe *probe, struct host *host)
{
	memset(probe, 0, sizeof(*probe));
	host->observe = observe;
	host->observer = probe;
	assert_int_equal(vc_firmware_add_service(host->fw, &probe_ops, probe), 0);
}

struct order {
	struct probe *probe;
	const void *data;
	size_t len;
	unsigned int nr;
	bool to_host;
	int ret;
};

static void do_send(void *arg)
{
	struct order *order = arg;

	order->ret = fw_service_send(order->probe->svc, order->data, order->len);
}

int probe_send(struct probe *probe, struct host *host, const void *data, size_t len)
{
	struct order order = { .probe = probe, .data = data, .len = len };

	vc_firmware_call(host->fw, do_send, &order);
	host_sync(host);
	return order.ret;
}

/* Message i is filled with the byte i. */
static void do_send_many(void *arg)
{
	struct order *order = arg;
	uint8_t data[4088];

	for (unsigned int i = 0; i < order->nr && !order->ret; i++) {
		memset(data, (int)i, order->len);
		order->ret = fw_service_send(order->probe->svc, data, order->len);
	}
}

int probe_send_many(struct probe *probe, struct host *host, unsigned int nr,
		    size_t len)
{
	struct order order = { .probe = probe, .nr = nr, .len = len };

	vc_firmware_call(host->fw, do_send_many, &order);
	host_sync(host);
	return order.ret;
}

static void do_bulk(void *arg)
{
	struct order *order = arg;
	struct probe *probe = order->probe;
	struct fw_bulk *bulk = &probe->bulks[probe->nr_bulks++ % PROBE_MAX_BULKS];

	bulk->data = (void *)order->data;
	bulk->len = order->len;
	bulk->to_host = order->to_host;
	bulk->done = probe_on_bulk;
	order->ret = fw_service_bulk(probe->svc, bulk);
}

int probe_bulk(struct probe *probe, struct host *host, void *data, size_t len,
	       bool to_host)
{
	struct order order = {
		.probe = probe, .data = data, .len = len, .to_host = to_host,
	};

	vc_firmware_call(host->fw, do_bulk, &order);
	host_sync(host);
	return order.ret;
}

static void do_close(void *arg)
{
	struct order *order = arg;

	fw_service_close(order->probe->svc);
}

void probe_close(struct probe *probe, struct host *host)
{
	struct order order = { .probe = probe };

	vc_firmware_call(host->fw, do_close, &order);
	host_sync(host);
}

static void do_refuse(void *arg)
{
	struct order *order = arg;

	order->probe->refuse = order->nr;
}

void probe_refuse(struct probe *probe, struct host *host, bool refuse)
{
	struct order order = { .probe = probe, .nr = refuse };

	vc_firmware_call(host->fw, do_refuse, &order);
}

static void do_clear(void *arg)
{
	struct order *order = arg;

	memset(&order->probe->live, 0, sizeof(order->probe->live));
	order->probe->nr_bulks = 0;
}

void probe_clear(struct probe *probe, struct host *host)
{
	struct order order = { .probe = probe };

	vc_firmware_call(host->fw, do_clear, &order);
	host_sync(host);
}
