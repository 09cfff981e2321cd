// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters of component ports: what is accepted, checked, stored, told.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"
#include "mmal-priv.h"

static const struct component_param common_params[] = {
	{ .id = MMAL_PARAM_SUPPORTED_ENCODINGS, .ports = COMPONENT_ON_DATA, .read_only = true },
	{ .id = MMAL_PARAM_CHANGE_EVENT_REQUEST, .len = 8, .ports = COMPONENT_ON_ANY },
	{ .id = MMAL_PARAM_ZERO_COPY, .len = 4, .ports = COMPONENT_ON_DATA },
	{ .id = MMAL_PARAM_BUFFER_REQUIREMENTS, .len = 20, .ports = COMPONENT_ON_DATA,
	  .read_only = true },
	{ .id = MMAL_PARAM_STATISTICS, .len = sizeof(struct mmal_port_statistics),
	  .ports = COMPONENT_ON_DATA, .read_only = true },
	{ .id = MMAL_PARAM_MEM_USAGE, .len = 4, .ports = COMPONENT_ON_CONTROL, .read_only = true },
	{ .id = MMAL_PARAM_BUFFER_FLAG_FILTER, .len = 4, .ports = COMPONENT_ON_OUTPUT,
	  .init = 0xffffffff },
	{ .id = MMAL_PARAM_LOGGING, .len = 8, .ports = COMPONENT_ON_CONTROL },
	{ .id = MMAL_PARAM_SYSTEM_TIME, .len = 8, .ports = COMPONENT_ON_ANY, .read_only = true },
	/* The stock V4L2 driver sends a C bool. */
	{ .id = MMAL_PARAM_NO_IMAGE_PADDING, .len = 4, .len_alt = 1, .ports = COMPONENT_ON_DATA },
};

static const struct component_param *param_find_in(const struct component_param *params,
						   size_t nr, uint32_t id)
{
	for (size_t i = 0; i < nr; i++)
		if (params[i].id == id)
			return &params[i];
	return NULL;
}

static const struct component_param *param_find(const struct component_port *port, uint32_t id)
{
	const struct component_ops *ops = port->comp->ops;
	const struct component_param *param;

	param = param_find_in(common_params, sizeof(common_params) / sizeof(common_params[0]), id);
	return param ? param : param_find_in(ops->params, ops->nr_params, id);
}

static uint32_t word_at(const void *value, size_t offset)
{
	uint32_t word;

	memcpy(&word, (const uint8_t *)value + offset, sizeof(word));
	return le32toh(word);
}

static void put_word(void *value, size_t offset, uint32_t word)
{
	word = htole32(word);
	memcpy((uint8_t *)value + offset, &word, sizeof(word));
}

static int check_rationals(const void *value, size_t offset, size_t len)
{
	for (; offset + 8 <= len; offset += 8)
		if (!word_at(value, offset + 4))
			return -EINVAL;
	return 0;
}

static int param_check(const struct component_param *param, const void *value, size_t len)
{
	switch (param->check) {
	case COMPONENT_CHECK_NONE:
		return 0;
	case COMPONENT_CHECK_MAX:
		return word_at(value, 0) <= param->max ? 0 : -EINVAL;
	case COMPONENT_CHECK_RATIONALS:
		return check_rationals(value, 0, len);
	case COMPONENT_CHECK_RATIONALS_AT4:
		return check_rationals(value, 4, len);
	}
	return -EINVAL;
}

const struct component_value *component_value(const struct component_port *port, uint32_t id)
{
	const struct component_value *value;

	for (value = port->values; value; value = value->next)
		if (value->id == id)
			return value;
	return NULL;
}

uint32_t component_value_u32(const struct component_port *port, uint32_t id, uint32_t absent)
{
	const struct component_value *value = component_value(port, id);

	return value && value->len >= 4 ? word_at(value->data, 0) : absent;
}

static void value_drop(struct component_port *port, uint32_t id)
{
	struct component_value **link = &port->values, *value;

	while ((value = *link)) {
		if (value->id != id) {
			link = &value->next;
			continue;
		}
		*link = value->next;
		free(value);
		return;
	}
}

static int value_store(struct component_port *port, uint32_t id, const void *data, size_t len)
{
	struct component_value *value = malloc(sizeof(*value) + len);

	if (!value)
		return -ENOMEM;
	value_drop(port, id);
	value->id = id;
	value->len = len;
	memcpy(value->data, data, len);
	value->next = port->values;
	port->values = value;
	return 0;
}

static int set_zero_copy(struct component_port *port, const void *value)
{
	if (port->enabled)
		return -EBUSY;
	port->zero_copy = word_at(value, 0);
	return 0;
}

/*
 * The format is laid out anew. One that does not fit any more, with a smaller camera
 * configured since, stays until another is set, which comes next.
 */
static int set_no_padding(struct component_port *port, const void *value)
{
	const struct component_format asked = port->asked;
	bool before = port->no_padding;
	int ret;

	port->no_padding = word_at(value, 0);
	if (port->no_padding == before)
		return 0;
	ret = component_port_set_format(port, &asked);
	if (ret != -EBUSY)
		return 0;
	port->no_padding = before;
	return ret;
}

static int param_apply(struct component_port *port, uint32_t id, const void *value, size_t len)
{
	const struct component_ops *ops = port->comp->ops;

	switch (id) {
	case MMAL_PARAM_ZERO_COPY:
		return set_zero_copy(port, value);
	case MMAL_PARAM_NO_IMAGE_PADDING:
		return set_no_padding(port, value);
	default:
		return ops->param_set ? ops->param_set(port, id, value, len) : 0;
	}
}

static bool param_len_ok(const struct component_param *param, size_t len)
{
	if (param->len == COMPONENT_LEN_ANY)
		return len <= COMPONENT_VALUE_MAX;
	return len == param->len || (param->len_alt && len == param->len_alt);
}

int component_param_set(struct component_port *port, uint32_t id, const void *value, size_t len)
{
	const struct component_param *param = param_find(port, id);
	uint8_t whole[4] = { 0 };
	int ret;

	if (!param)
		return -EOPNOTSUPP;
	if (param->read_only || !(param->ports & (1u << port->type)))
		return -EINVAL;
	if (!param_len_ok(param, len))
		return -EINVAL;
	if (len < sizeof(whole)) {
		memcpy(whole, value, len);
		value = whole;
		len = sizeof(whole);
	}
	ret = param_check(param, value, len);
	if (ret)
		return ret;
	ret = param_apply(port, id, value, len);
	if (ret)
		return ret;
	ret = value_store(port, id, value, len);
	if (!ret && port->comp->ops->param_stored)
		port->comp->ops->param_stored(port, id);
	return ret;
}

static int get_encodings(struct component_port *port, void *value, size_t *len)
{
	const uint32_t *list = NULL;
	size_t nr = 0;

	if (port->comp->ops->encodings)
		list = port->comp->ops->encodings(port, &nr);
	for (size_t i = 0; i < nr; i++)
		put_word(value, i * 4, list[i]);
	*len = nr * 4;
	return 0;
}

static void get_requirements(struct component_port *port, void *value)
{
	put_word(value, 0, port->needs.num_min);
	put_word(value, 4, port->needs.size_min);
	put_word(value, 12, port->needs.num_recommended);
	put_word(value, 16, port->needs.size_recommended);
}

static void get_statistics(struct component_port *port, void *value)
{
	put_word(value, 0, port->nr_tx);
	put_word(value, 4, port->nr_tx);
	put_word(value, 16, port->nr_eos);
	put_word(value, 20, port->max_bytes);
	put_word(value, 24, (uint32_t)port->total_bytes);
	put_word(value, 28, (uint32_t)(port->total_bytes >> 32));
}

static void get_system_time(void *value)
{
	uint64_t us = vc_now_ns() / 1000;

	put_word(value, 0, (uint32_t)us);
	put_word(value, 4, (uint32_t)(us >> 32));
}

/* Values that are made when asked for. -ENODATA: not one of them. */
static int param_make(struct component_port *port, uint32_t id, void *value, size_t *len)
{
	const struct component_ops *ops = port->comp->ops;

	switch (id) {
	case MMAL_PARAM_SUPPORTED_ENCODINGS:
		return get_encodings(port, value, len);
	case MMAL_PARAM_BUFFER_REQUIREMENTS:
		get_requirements(port, value);
		return 0;
	case MMAL_PARAM_STATISTICS:
		get_statistics(port, value);
		return 0;
	case MMAL_PARAM_SYSTEM_TIME:
		get_system_time(value);
		return 0;
	default:
		return ops->param_get ? ops->param_get(port, id, value, *len) : -ENODATA;
	}
}

/* What was set last, or the value before anybody set one. */
static void param_stored(struct component_port *port, const struct component_param *param,
			 void *value, size_t *len)
{
	const struct component_value *stored = component_value(port, param->id);

	if (stored) {
		memcpy(value, stored->data, stored->len);
		*len = stored->len;
		return;
	}
	if (param->check == COMPONENT_CHECK_RATIONALS)
		for (size_t at = 4; at + 4 <= *len; at += 8)
			put_word(value, at, 1);
	if (*len >= 4)
		put_word(value, 0, param->init);
}

int component_param_get(struct component_port *port, uint32_t id, void *value, size_t *len)
{
	const struct component_param *param = param_find(port, id);
	int ret;

	if (!param)
		return -EOPNOTSUPP;
	if (!(param->ports & (1u << port->type)))
		return -EINVAL;
	memset(value, 0, COMPONENT_VALUE_MAX);
	*len = param->len == COMPONENT_LEN_ANY ? 0 : param->len;
	ret = param_make(port, id, value, len);
	if (ret == -ENODATA) {
		param_stored(port, param, value, len);
		ret = 0;
	}
	return ret;
}
