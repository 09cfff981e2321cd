// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities of VERSION.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "caps.h"
#include "protocol.h"

/* The protocol's value for a client that does not say. */
#define CAPS_DEFAULT_FDS	1
#define CAPS_DEFAULT_XFER	(1024 * 1024)
#define CAPS_PAGE_SIZES		4096
/* More than any machine has; each costs an entry of a table that is copied. */
#define CAPS_MAX_DMA_MAPS	128
/* A frame has no more bytes than this, a deeper text is an attack. */
#define CAPS_MAX_DEPTH		8

/* A non-negative integer @key into *@val, if it is there. */
static int caps_get_uint(struct json_object *caps, const char *key, uint64_t max, uint64_t *val)
{
	struct json_object *member;
	int64_t n;

	if (!json_object_object_get_ex(caps, key, &member))
		return 0;
	if (!json_object_is_type(member, json_type_int))
		return -EINVAL;
	n = json_object_get_int64(member);
	if (n < 0)
		return -EINVAL;
	*val = (uint64_t)n < max ? (uint64_t)n : max;

	return 0;
}

static int caps_read(struct vfu_caps *caps, struct json_object *json)
{
	struct json_object *multi;
	uint64_t fds = caps->max_msg_fds;

	if (caps_get_uint(json, "max_msg_fds", UINT32_MAX, &fds))
		return -EINVAL;
	caps->max_msg_fds = (uint32_t)fds;
	if (caps_get_uint(json, "max_data_xfer_size", UINT64_MAX, &caps->max_data_xfer_size))
		return -EINVAL;
	if (json_object_object_get_ex(json, "write_multiple", &multi)) {
		if (!json_object_is_type(multi, json_type_boolean))
			return -EINVAL;
		caps->write_multiple = json_object_get_boolean(multi);
	}

	return 0;
}

static struct json_object *caps_tokenize(const char *text, size_t len)
{
	struct json_tokener *tok;
	struct json_object *json;

	tok = json_tokener_new_ex(CAPS_MAX_DEPTH);
	if (!tok)
		return NULL;
	json = json_tokener_parse_ex(tok, text, (int)len);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		json_object_put(json);
		json = NULL;
	}
	json_tokener_free(tok);

	return json;
}

int vfu_caps_parse(struct vfu_caps *caps, const char *text, size_t len)
{
	struct json_object *root, *json;
	int ret = 0;

	caps->max_msg_fds = CAPS_DEFAULT_FDS;
	caps->max_data_xfer_size = CAPS_DEFAULT_XFER;
	caps->write_multiple = false;
	if (!len || (len == 1 && !text[0]))
		return 0;
	/* One text, ended by the frame's last byte. */
	if (memchr(text, '\0', len) != text + len - 1)
		return -EINVAL;

	root = caps_tokenize(text, len);
	if (!json_object_is_type(root, json_type_object))
		ret = -EINVAL;
	else if (json_object_object_get_ex(root, "capabilities", &json))
		ret = json_object_is_type(json, json_type_object) ? caps_read(caps, json) : -EINVAL;
	json_object_put(root);

	return ret;
}

char *vfu_caps_format(const struct vfu_caps *caps)
{
	struct json_object *root = json_object_new_object();
	struct json_object *json = json_object_new_object();
	char *text;

	json_object_object_add(json, "max_msg_fds", json_object_new_int(VFU_MAX_FDS));
	json_object_object_add(json, "max_data_xfer_size", json_object_new_int(VFU_MAX_XFER));
	json_object_object_add(json, "pgsizes", json_object_new_int(CAPS_PAGE_SIZES));
	json_object_object_add(json, "max_dma_maps", json_object_new_int(CAPS_MAX_DMA_MAPS));
	if (caps->write_multiple)
		json_object_object_add(json, "write_multiple", json_object_new_boolean(1));
	json_object_object_add(root, "capabilities", json);
	text = strdup(json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN));
	json_object_put(root);

	return text;
}
