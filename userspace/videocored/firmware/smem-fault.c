// SPDX-License-Identifier: GPL-2.0
/*
 * SMEM: what goes out, and what may go wrong with it when that was asked for by
 * "vcctl smem fault".
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "smem-priv.h"
#include "smem.h"

#define DELAY_USUAL_MS	200
#define DELAY_MAX_MS	60000
#define MESSAGE_MAX	sizeof(struct smem_vc_mem_request)

/**
 * struct smem_late - a message that waits
 * @link: in the pool
 * @pool: the pool
 * @svc: to whom
 * @timer: until when
 * @is_swapped: only until the next one has gone
 * @data: the message
 * @len: its bytes
 */
struct smem_late {
	TAILQ_ENTRY(smem_late) link;
	struct smem_pool *pool;
	struct fw_service *svc;
	struct fw_timer timer;
	bool is_swapped;
	uint8_t data[MESSAGE_MAX];
	size_t len;
};

/* What is lost here would leave the host waiting, so an overfull client goes. */
void smem_send(struct fw_service *svc, const void *data, size_t len)
{
	int ret = fw_service_send(svc, data, len);

	if (!ret || ret == -ENOTCONN)
		return;
	vc_err("smem", "client does not read its answers: %s", strerror(-ret));
	fw_service_close(svc);
}

static void late_free(struct smem_late *late)
{
	fw_timer_cancel(late->pool->fw, &late->timer);
	TAILQ_REMOVE(&late->pool->lates, late, link);
	free(late);
}

static void late_send(void *arg)
{
	struct smem_late *late = arg;
	struct smem_late copy = *late;

	late_free(late);
	smem_send(copy.svc, copy.data, copy.len);
}

static void send_late(struct smem_pool *pool, struct fw_service *svc, const void *data, size_t len,
		      bool is_swapped)
{
	struct smem_late *late = calloc(1, sizeof(*late));

	if (!late || len > sizeof(late->data)) {
		free(late);
		smem_send(svc, data, len);
		return;
	}
	late->pool = pool;
	late->svc = svc;
	late->timer.fn = late_send;
	late->timer.arg = late;
	late->is_swapped = is_swapped;
	memcpy(late->data, data, len);
	late->len = len;
	TAILQ_INSERT_TAIL(&pool->lates, late, link);
	fw_timer_set(pool->fw, &late->timer, pool->faults.ms);
}

static void send_swapped(struct smem_pool *pool, struct fw_service *svc)
{
	struct smem_late *late, *next;

	for (late = TAILQ_FIRST(&pool->lates); late; late = next) {
		next = TAILQ_NEXT(late, link);
		if (late->is_swapped && late->svc == svc)
			late_send(late);
	}
}

/* Does it hit this message? */
static bool hits(struct smem_pool *pool, enum smem_fault fault)
{
	if (fault == SMEM_FAULT_NONE)
		return false;
	return ++pool->nr_messages % pool->faults.every == 0;
}

bool smem_fault_refuses(struct smem_pool *pool)
{
	return pool->faults.reply == SMEM_FAULT_REFUSE && hits(pool, SMEM_FAULT_REFUSE);
}

void smem_send_reply(struct smem_pool *pool, struct fw_service *svc, const void *data, size_t len)
{
	enum smem_fault fault = pool->faults.reply;

	if (fault == SMEM_FAULT_REFUSE || !hits(pool, fault))
		fault = SMEM_FAULT_NONE;
	if (fault == SMEM_FAULT_LOSE)
		return;
	if (fault == SMEM_FAULT_DELAY || fault == SMEM_FAULT_SWAP) {
		send_late(pool, svc, data, len, fault == SMEM_FAULT_SWAP);
		return;
	}
	smem_send(svc, data, len);
	if (fault == SMEM_FAULT_TWICE)
		smem_send(svc, data, len);
	send_swapped(pool, svc);
}

static void send_wrong(struct fw_service *svc, const struct smem_released *released)
{
	struct smem_released wrong = *released;

	wrong.kernel_id = htole32(le32toh(wrong.kernel_id) + 1000000);
	smem_send(svc, &wrong, sizeof(wrong));
	wrong = *released;
	wrong.addr = htole32(le32toh(wrong.addr) + 4096);
	smem_send(svc, &wrong, sizeof(wrong));
}

void smem_send_released(struct smem_pool *pool, struct fw_service *svc,
			const struct smem_released *released)
{
	enum smem_fault fault = pool->faults.released;

	if (fault == SMEM_FAULT_EARLY || !hits(pool, fault))
		fault = SMEM_FAULT_NONE;
	if (fault == SMEM_FAULT_LOSE)
		return;
	if (fault == SMEM_FAULT_DELAY) {
		send_late(pool, svc, released, sizeof(*released), false);
		return;
	}
	if (fault == SMEM_FAULT_WRONG || fault == SMEM_FAULT_ASTRAY)
		send_wrong(svc, released);
	if (fault == SMEM_FAULT_ASTRAY)
		return;
	smem_send(svc, released, sizeof(*released));
	if (fault == SMEM_FAULT_TWICE)
		smem_send(svc, released, sizeof(*released));
}

/* The service has gone, and with it whom to tell. */
void smem_fault_forget(struct smem_pool *pool, struct fw_service *svc)
{
	struct smem_late *late, *next;

	for (late = TAILQ_FIRST(&pool->lates); late; late = next) {
		next = TAILQ_NEXT(late, link);
		if (late->svc == svc)
			late_free(late);
	}
}

/* -----------------------------------------------------------------------------
 * "reply=FAULT,released=FAULT,every=N,ms=N,mute,strange"
 */

static const struct {
	const char *name;
	enum smem_fault fault;
	bool is_for_reply;
	bool is_for_released;
} fault_names[] = {
	{ "refuse", SMEM_FAULT_REFUSE, true, false },
	{ "lose", SMEM_FAULT_LOSE, true, true },
	{ "delay", SMEM_FAULT_DELAY, true, true },
	{ "twice", SMEM_FAULT_TWICE, true, true },
	{ "swap", SMEM_FAULT_SWAP, true, false },
	{ "early", SMEM_FAULT_EARLY, false, true },
	{ "wrong", SMEM_FAULT_WRONG, false, true },
	{ "astray", SMEM_FAULT_ASTRAY, false, true },
};

static int parse_fault(const char *name, bool is_reply, enum smem_fault *fault)
{
	for (size_t i = 0; i < sizeof(fault_names) / sizeof(fault_names[0]); i++) {
		if (strcmp(fault_names[i].name, name) != 0 ||
		    !(is_reply ? fault_names[i].is_for_reply : fault_names[i].is_for_released))
			continue;
		*fault = fault_names[i].fault;
		return 0;
	}
	return -EINVAL;
}

static int parse_count(const char *text, unsigned int min, unsigned int max, unsigned int *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n < min || n > max)
		return -EINVAL;
	*value = (unsigned int)n;
	return 0;
}

static int parse_item(const char *item, struct smem_faults *faults)
{
	if (!strcmp(item, "mute")) {
		faults->is_mute = true;
		return 0;
	}
	if (!strcmp(item, "strange")) {
		faults->is_strange = true;
		return 0;
	}
	if (!strncmp(item, "reply=", 6))
		return parse_fault(item + 6, true, &faults->reply);
	if (!strncmp(item, "released=", 9))
		return parse_fault(item + 9, false, &faults->released);
	if (!strncmp(item, "every=", 6))
		return parse_count(item + 6, 1, 1000000, &faults->every);
	if (!strncmp(item, "ms=", 3))
		return parse_count(item + 3, 1, DELAY_MAX_MS, &faults->ms);
	return -EINVAL;
}

int smem_pool_set_faults(struct smem_pool *pool, const char *spec)
{
	struct smem_faults faults = { .every = 1, .ms = DELAY_USUAL_MS };
	char copy[96], *rest = copy, *item;
	int ret = 0;

	if (strlen(spec) >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, spec, strlen(spec) + 1);
	while (strcmp(spec, "off") != 0 && !ret && (item = strsep(&rest, ",")))
		ret = parse_item(item, &faults);
	if (ret)
		return ret;
	pool->faults = faults;
	pool->nr_messages = 0;
	return 0;
}
