// SPDX-License-Identifier: GPL-2.0
/*
 * Turning the misbehaviour on and off, and starting afresh after it.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware-priv.h"
#include "log.h"

#define TICK_MS		2
#define RATE_USUAL	20
#define RATE_MAX	1000

/* -----------------------------------------------------------------------------
 * "seed=N[,class=mild|hostile][,rate=R][,restart]"
 */

static int parse_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno || end == text || *end || *text == '-' || *value > max ? -EINVAL : 0;
}

static int parse_class(const char *text, struct vc_chaos_config *config)
{
	config->is_hostile = !strcmp(text, "hostile");
	return config->is_hostile || !strcmp(text, "mild") ? 0 : -EINVAL;
}

static int parse_item(const char *item, struct vc_chaos_config *config)
{
	uint64_t rate;
	int ret;

	if (!strcmp(item, "restart")) {
		config->restart = true;
		return 0;
	}
	if (!strncmp(item, "seed=", 5))
		return parse_number(item + 5, UINT64_MAX, &config->seed);
	if (!strncmp(item, "class=", 6))
		return parse_class(item + 6, config);
	if (strncmp(item, "rate=", 5) != 0)
		return -EINVAL;
	ret = parse_number(item + 5, RATE_MAX, &rate);
	config->rate = (unsigned int)rate;
	return ret;
}

int vc_chaos_parse(const char *text, struct vc_chaos_config *config)
{
	char copy[64], *rest = copy, *item;
	int ret = strncmp(text, "seed=", 5) != 0 ? -EINVAL : 0;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	*config = (struct vc_chaos_config){ .rate = RATE_USUAL };
	memcpy(copy, text, strlen(text) + 1);
	while (!ret && (item = strsep(&rest, ",")))
		ret = parse_item(item, config);
	return ret;
}

/* -----------------------------------------------------------------------------
 * On and off
 */

static void start_afresh(struct vc_firmware *fw)
{
	vc_info("chaos", "the host has given up, the firmware starts afresh");
	fw->chaos.restarts++;
	fw_forget(fw);
}

static void on_tick(void *arg)
{
	struct vc_firmware *fw = arg;
	bool runs = fw->power == VC_FIRMWARE_RUNS;

	if (vcq_chaos_tick(&fw->chaos, runs ? fw->conn : NULL, fw_now_ns()))
		start_afresh(fw);
	if (fw->chaos.is_on)
		fw_timer_set(fw, &fw->chaos.tick, TICK_MS);
}

void fw_chaos_init(struct vc_firmware *fw)
{
	fw->chaos.tick.fn = on_tick;
	fw->chaos.tick.arg = fw;
}

void fw_chaos_attach(struct vc_firmware *fw)
{
	if (fw->conn)
		fw->conn->chaos = fw->chaos.is_on ? &fw->chaos : NULL;
}

bool fw_chaos_restarts(struct vc_firmware *fw)
{
	if (!fw->chaos.is_on || !fw->chaos.config.restart || !fw->chaos.config.is_hostile)
		return false;
	start_afresh(fw);
	return true;
}

struct chaos_call {
	struct vc_firmware *fw;
	const struct vc_chaos_config *config;
};

static void start(struct vcq_chaos *chaos, const struct vc_chaos_config *config)
{
	vc_info("chaos", "repeat with --chaos seed=%" PRIu64 ",class=%s,rate=%u%s", config->seed,
		config->is_hostile ? "hostile" : "mild", config->rate,
		config->restart ? ",restart" : "");
	chaos->config = *config;
	vcq_chaos_seed(chaos, config->seed);
	chaos->messages = 0;
	chaos->violations = 0;
	chaos->restarts = 0;
	memset(chaos->deeds, 0, sizeof(chaos->deeds));
}

/* The tick that follows an "off" gives back what is held. */
static void do_chaos(void *arg)
{
	struct chaos_call *call = arg;
	struct vcq_chaos *chaos = &call->fw->chaos;

	if (call->config)
		start(chaos, call->config);
	chaos->is_on = call->config;
	fw_chaos_attach(call->fw);
	vcq_chaos_count(chaos, call->fw->conn, false);
	fw_timer_set(call->fw, &chaos->tick, 0);
}

int vc_firmware_chaos(struct vc_firmware *fw, const struct vc_chaos_config *config)
{
	struct chaos_call call = { .fw = fw, .config = config };

	return vc_firmware_call(fw, do_chaos, &call);
}
