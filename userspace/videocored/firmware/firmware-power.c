// SPDX-License-Identifier: GPL-2.0
/*
 * A firmware that hangs, dies and comes back, for tests of its host.
 *
 * Copyright (C) 2026 vc-media project
 */
#include "firmware-priv.h"
#include "log.h"

const char *fw_power_name(enum vc_firmware_power power)
{
	static const char *const names[] = {
		[VC_FIRMWARE_RUNS] = "running",
		[VC_FIRMWARE_HANGS] = "hanging",
		[VC_FIRMWARE_OFF] = "off",
	};

	return names[power];
}

void fw_forget(struct vc_firmware *fw)
{
	vcq_connection_destroy(fw->conn);
	fw->conn = NULL;
	vcq_chaos_forget(&fw->chaos);
}

static void set_power(struct vc_firmware *fw, enum vc_firmware_power power)
{
	fw_timer_cancel(fw, &fw->restart);
	/* A firmware that hangs has its connection, and the host's memory, still. */
	if (power != VC_FIRMWARE_HANGS)
		fw_forget(fw);
	fw->power = power;
	vc_info("firmware", "%s", fw_power_name(power));
}

static void start_again(void *arg)
{
	set_power(arg, VC_FIRMWARE_RUNS);
}

void fw_power_init(struct vc_firmware *fw)
{
	fw->power = VC_FIRMWARE_RUNS;
	fw->restart.fn = start_again;
	fw->restart.arg = fw;
}

struct power_call {
	struct vc_firmware *fw;
	enum vc_firmware_power power;
	unsigned int delay_ms;
};

static void do_set_power(void *arg)
{
	struct power_call *call = arg;

	set_power(call->fw, call->power);
}

int vc_firmware_set_power(struct vc_firmware *fw, enum vc_firmware_power power)
{
	struct power_call call = { .fw = fw, .power = power };

	return vc_firmware_call(fw, do_set_power, &call);
}

static void do_restart(void *arg)
{
	struct power_call *call = arg;

	set_power(call->fw, VC_FIRMWARE_OFF);
	fw_timer_set(call->fw, &call->fw->restart, call->delay_ms);
}

int vc_firmware_restart(struct vc_firmware *fw, unsigned int delay_ms)
{
	struct power_call call = { .fw = fw, .delay_ms = delay_ms };

	return vc_firmware_call(fw, do_restart, &call);
}

void vc_firmware_allow_reinit(struct vc_firmware *fw)
{
	fw->may_reinit = true;
}
