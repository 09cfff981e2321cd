// SPDX-License-Identifier: GPL-2.0
/*
 * SMEM: "vcctl smem", which shows all blocks, looks into them as the VideoCore
 * sees them, and lets the service misbehave.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "guest.h"
#include "smem-priv.h"
#include "smem.h"
#include "videocored.h"

#define MAX_ARGS	3
#define PEEK_MAX	4096u
#define REQUESTS_MAX	1000u

/**
 * struct control - a command on its way to the firmware thread
 * @pool: what it acts on
 * @args: its arguments, NULL behind the last
 * @out: members of the answer are added here
 * @ret: result
 */
struct control {
	struct smem_pool *pool;
	const char *args[MAX_ARGS + 1];
	struct json_object *out;
	int ret;
};

static int parse_word(const char *text, uint32_t *value)
{
	unsigned long long n;
	char *end;

	if (!text)
		return -EINVAL;
	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || n > UINT32_MAX)
		return -EINVAL;
	*value = (uint32_t)n;
	return 0;
}

static void add_number(struct json_object *out, const char *key, uint64_t value)
{
	json_object_object_add(out, key, json_object_new_int64((int64_t)value));
}

static void add_word(struct json_object *out, const char *key, uint32_t value)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", value);
	json_object_object_add(out, key, json_object_new_string(text));
}

static int do_list(struct control *control)
{
	static const char * const kinds[] = { "imported", "heap", "requested" };
	struct json_object *blocks = json_object_new_array(), *entry;
	const struct smem_pool *pool = control->pool;
	const struct smem_block *block;

	add_number(control->out, "imports", pool->nr_imports);
	add_number(control->out, "cleans", pool->nr_cleans);
	add_number(control->out, "answers", pool->nr_answers);
	add_number(control->out, "nr_blocks", pool->nr_blocks);
	TAILQ_FOREACH(block, &pool->blocks, link) {
		entry = json_object_new_object();
		add_word(entry, "handle", block->handle);
		add_word(entry, "bus", block->bus);
		add_number(entry, "size", block->size);
		add_number(entry, "kernel_id", block->kernel_id);
		add_number(entry, "refs", block->refs);
		add_number(entry, "locks", block->locks);
		json_object_object_add(entry, "kind", json_object_new_string(kinds[block->kind]));
		json_object_object_add(entry, "name", json_object_new_string(block->name));
		json_object_object_add(entry, "is_padded",
				       json_object_new_boolean(block->is_padded));
		json_object_array_add(blocks, entry);
	}
	json_object_object_add(control->out, "blocks", blocks);
	return 0;
}

/* Bytes of a block, in the guest's memory; valid until the view is put. */
static uint8_t *look(struct control *control, struct vc_guest_view *view, uint32_t len)
{
	uint32_t handle, offset;
	struct smem_block *block;

	if (parse_word(control->args[0], &handle) || parse_word(control->args[1], &offset))
		return NULL;
	block = smem_block_find(control->pool, handle);
	if (!block || !block->bus || !len || offset > block->size || len > block->size - offset)
		return NULL;
	return vc_guest_ptr(view, block->bus + offset, len);
}

static struct vc_guest_view *view_of(struct smem_pool *pool)
{
	return vc_guest_view_get(vc_firmware_videocored(pool->fw)->guest);
}

/* HANDLE OFFSET LENGTH */
static int do_peek(struct control *control)
{
	struct vc_guest_view *view;
	char hex[2 * PEEK_MAX + 1];
	const uint8_t *from;
	uint32_t len;

	if (parse_word(control->args[2], &len) || len > PEEK_MAX)
		return -EINVAL;
	view = view_of(control->pool);
	from = look(control, view, len);
	for (uint32_t i = 0; from && i < len; i++)
		snprintf(hex + 2 * (size_t)i, 3, "%02x", from[i]);
	vc_guest_view_put(view);
	if (!from)
		return -ENOENT;
	json_object_object_add(control->out, "bytes", json_object_new_string(hex));
	return 0;
}

static int parse_hex(const char *text, uint8_t *bytes, uint32_t *len)
{
	size_t digits = text ? strlen(text) : 0;
	char pair[3] = "";

	if (!digits || digits % 2 || digits / 2 > PEEK_MAX ||
	    strspn(text, "0123456789abcdefABCDEF") != digits)
		return -EINVAL;
	for (size_t i = 0; i < digits / 2; i++) {
		memcpy(pair, text + 2 * i, 2);
		bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	*len = (uint32_t)(digits / 2);
	return 0;
}

/* HANDLE OFFSET HEX */
static int do_poke(struct control *control)
{
	struct vc_guest_view *view;
	uint8_t bytes[PEEK_MAX];
	uint32_t len;
	uint8_t *to;

	if (parse_hex(control->args[2], bytes, &len))
		return -EINVAL;
	view = view_of(control->pool);
	to = look(control, view, len);
	if (to)
		memcpy(to, bytes, len);
	vc_guest_view_put(view);
	return to ? 0 : -ENOENT;
}

static int do_fault(struct control *control)
{
	return control->args[0] ? smem_pool_set_faults(control->pool, control->args[0]) : -EINVAL;
}

/* SIZE ALIGN [COUNT] */
static int do_request(struct control *control)
{
	uint32_t size, align, count = 1;

	if (parse_word(control->args[0], &size) || parse_word(control->args[1], &align) ||
	    (control->args[2] && parse_word(control->args[2], &count)) || count > REQUESTS_MAX)
		return -EINVAL;
	return smem_pool_request(control->pool, size, align, count) ? -ENOTCONN : 0;
}

static int do_drop(struct control *control)
{
	smem_pool_drop_requested(control->pool);
	return 0;
}

/* HANDLE: a component takes a reference; "put" gives it back. */
static int do_get(struct control *control)
{
	uint32_t handle, bus, size;

	if (parse_word(control->args[0], &handle))
		return -EINVAL;
	return smem_block_get(control->pool, handle, &bus, &size);
}

static int do_put(struct control *control)
{
	uint32_t handle;

	if (parse_word(control->args[0], &handle))
		return -EINVAL;
	smem_block_put(control->pool, handle);
	return 0;
}

static int do_close(struct control *control)
{
	struct smem_client *client;

	TAILQ_FOREACH(client, &control->pool->clients, link)
		fw_service_close(client->svc);
	return 0;
}

static const struct {
	const char *name;
	int (*fn)(struct control *control);
} actions[] = {
	{ "list", do_list },
	{ "peek", do_peek },
	{ "poke", do_poke },
	{ "fault", do_fault },
	{ "request", do_request },
	{ "drop", do_drop },
	{ "get", do_get },
	{ "put", do_put },
	{ "close", do_close },
};

struct call {
	struct control *control;
	int (*fn)(struct control *control);
};

static void run(void *arg)
{
	struct call *call = arg;

	call->control->ret = call->fn(call->control);
}

int smem_pool_control(struct smem_pool *pool, const char *action, struct json_object *args,
		      struct json_object *out)
{
	struct control control = { .pool = pool, .out = out };
	struct call call = { .control = &control };
	size_t nr = args ? json_object_array_length(args) : 0;
	int ret;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (!strcmp(actions[i].name, action))
			call.fn = actions[i].fn;
	}
	if (!call.fn || nr > MAX_ARGS)
		return -EINVAL;
	for (size_t i = 0; i < nr; i++)
		control.args[i] = json_object_get_string(json_object_array_get_idx(args, i));
	ret = vc_firmware_call(pool->fw, run, &call);
	return ret ? ret : control.ret;
}
