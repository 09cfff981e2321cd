// SPDX-License-Identifier: GPL-2.0
/*
 * What a connection costs the guest: doorbells, and trapped register accesses by
 * block, since it was made.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <json-c/json.h>

#include "firmware-priv.h"
#include "soc/bus.h"
#include "videocored.h"

static uint64_t bells(struct vc_firmware *fw)
{
	uint64_t nr;

	pthread_mutex_lock(&fw->lock);
	nr = fw->nr_bells;
	pthread_mutex_unlock(&fw->lock);
	return nr;
}

/* The next block of at most FW_MAX_BLOCKS, of which there are fewer. */
static struct vc_block *next_block(struct vc_firmware *fw, struct vc_block *block,
				   unsigned int at)
{
	if (!fw->vc->bus || at >= FW_MAX_BLOCKS)
		return NULL;
	return vc_bus_next(fw->vc->bus, block);
}

void fw_traffic_start(struct vc_firmware *fw)
{
	struct vc_block *block = NULL;

	fw->traffic.bells = bells(fw);
	for (unsigned int i = 0; (block = next_block(fw, block, i)); i++)
		fw->traffic.traps[i] = block->reads + block->writes;
}

static uint64_t put_traps(struct vc_firmware *fw, struct json_object *out)
{
	struct vc_block *block = NULL;
	uint64_t traps, sum = 0;

	for (unsigned int i = 0; (block = next_block(fw, block, i)); i++) {
		traps = block->reads + block->writes - fw->traffic.traps[i];
		sum += traps;
		if (traps)
			json_object_object_add(out, block->name,
					       json_object_new_uint64(traps));
	}
	return sum;
}

static uint64_t get_count(struct json_object *out, const char *key)
{
	struct json_object *member;

	return json_object_object_get_ex(out, key, &member) ?
	       json_object_get_uint64(member) : 0;
}

/* @out has the counters of the connection already. */
void fw_traffic_status(struct vc_firmware *fw, struct json_object *out)
{
	uint64_t messages = get_count(out, "rx_messages") + get_count(out, "tx_messages");
	struct json_object *blocks = json_object_new_object();
	uint64_t traps = put_traps(fw, blocks);

	json_object_object_add(out, "doorbells_heard",
			       json_object_new_uint64(bells(fw) - fw->traffic.bells));
	json_object_object_add(out, "traps", json_object_new_uint64(traps));
	if (messages)
		json_object_object_add(out, "traps_per_message",
				       json_object_new_double((double)traps / (double)messages));
	json_object_object_add(out, "traps_by_block", blocks);
}
