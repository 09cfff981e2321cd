// SPDX-License-Identifier: GPL-2.0
/*
 * The "GCMD" service, general commands: what vcgencmd asks, here or through the
 * property channel.
 *
 * A request is text, a command and its arguments; the answer is a result word
 * and text. Clients recognise a failure by the text "error=".
 *
 * Copyright (C) 2026 vc-media project
 */
#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <videocore/vchiq.h>

#include "log.h"
#include "services.h"

#define GENCMD_MAX_REQUEST	512u
#define GENCMD_MAX_REPLY	4092u
#define GENCMD_MAX_ARGS		8

/* error= of the answer */
enum gencmd_error {
	GENCMD_OK = 0,
	GENCMD_UNKNOWN = 1,
	GENCMD_INVALID = 2,
};

struct reply {
	__le32 result;
	char text[GENCMD_MAX_REPLY - sizeof(__le32)];
} __attribute__((packed));

struct args {
	int argc;
	char *argv[GENCMD_MAX_ARGS];
};

struct command {
	const char *name;
	enum gencmd_error (*run)(const struct args *args, struct reply *reply);
};

/* A name and what a command says of it. */
struct named {
	const char *name;
	const char *value;
};

static enum gencmd_error __attribute__((format(printf, 2, 3)))
say(struct reply *reply, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(reply->text, sizeof(reply->text), fmt, args);
	va_end(args);
	return GENCMD_OK;
}

/* The value of the first argument in @table, its first entry without one. */
static const struct named *look_up(const struct named *table, size_t nr,
				   const struct args *args)
{
	if (args->argc < 2)
		return &table[0];
	for (size_t i = 0; i < nr; i++) {
		if (!strcmp(table[i].name, args->argv[1]))
			return &table[i];
	}
	return NULL;
}

#define LOOK_UP(table, args) \
	look_up(table, sizeof(table) / sizeof((table)[0]), args)

static enum gencmd_error run_version(const struct args *args, struct reply *reply)
{
	return say(reply,
		   "Jan  1 2026 00:00:00\n"
		   "Copyright (C) 2026 vc-media project\n"
		   "version vc-media-0.1 (clean) (release) (start)\n");
}

static enum gencmd_error run_vcos(const struct args *args, struct reply *reply)
{
	if (args->argc == 2 && !strcmp(args->argv[1], "version"))
		return run_version(args, reply);
	if (args->argc == 3 && !strcmp(args->argv[1], "log") &&
	    !strcmp(args->argv[2], "status"))
		return say(reply, "default: warn\n");
	return GENCMD_INVALID;
}

static enum gencmd_error run_measure_temp(const struct args *args, struct reply *reply)
{
	return say(reply, "temp=42.8'C");
}

static enum gencmd_error run_measure_clock(const struct args *args, struct reply *reply)
{
	static const struct named clocks[] = {
		{ "arm", "(45)=1200000000" },	{ "core", "(1)=400000000" },
		{ "h264", "(28)=300000000" },	{ "isp", "(42)=300000000" },
		{ "v3d", "(43)=300000000" },	{ "uart", "(22)=48000000" },
		{ "pwm", "(25)=0" },		{ "emmc", "(47)=200000000" },
		{ "pixel", "(29)=148500000" },	{ "vec", "(10)=0" },
		{ "hdmi", "(9)=163682000" },	{ "dpi", "(4)=0" },
	};
	const struct named *clock = LOOK_UP(clocks, args);

	if (args->argc != 2 || !clock)
		return GENCMD_INVALID;
	return say(reply, "frequency%s", clock->value);
}

static enum gencmd_error run_measure_volts(const struct args *args, struct reply *reply)
{
	static const struct named rails[] = {
		{ "core", "1.2000V" },	  { "sdram_c", "1.2000V" },
		{ "sdram_i", "1.2000V" }, { "sdram_p", "1.2250V" },
	};
	const struct named *rail = LOOK_UP(rails, args);

	return rail ? say(reply, "volt=%s", rail->value) : GENCMD_INVALID;
}

static enum gencmd_error run_get_mem(const struct args *args, struct reply *reply)
{
	static const struct named parts[] = { { "arm", "948M" }, { "gpu", "76M" } };
	const struct named *part = LOOK_UP(parts, args);

	if (args->argc != 2 || !part)
		return GENCMD_INVALID;
	return say(reply, "%s=%s", part->name, part->value);
}

static enum gencmd_error run_get_throttled(const struct args *args, struct reply *reply)
{
	return say(reply, "throttled=0x0");
}

static enum gencmd_error run_get_camera(const struct args *args, struct reply *reply)
{
	return say(reply, "supported=1 detected=1");
}

static enum gencmd_error run_codec_enabled(const struct args *args, struct reply *reply)
{
	static const struct named codecs[] = {
		{ "H264", "enabled" },	{ "MJPG", "enabled" },	{ "JPG", "enabled" },
		{ "AGIF", "disabled" }, { "MJPA", "disabled" }, { "MJPB", "disabled" },
		{ "MPG2", "disabled" }, { "WVC1", "disabled" }, { "MPG4", "disabled" },
		{ "H263", "disabled" }, { "PCM", "enabled" },
	};
	const struct named *codec = LOOK_UP(codecs, args);

	if (args->argc != 2 || !codec)
		return GENCMD_INVALID;
	return say(reply, "%s=%s", codec->name, codec->value);
}

static enum gencmd_error run_get_config(const struct args *args, struct reply *reply)
{
	static const struct named config[] = {
		{ "int", "arm_freq=1200\ngpu_freq=400\nstart_x=1\n" },
		{ "str", "device_tree=-\n" },
		{ "arm_freq", "arm_freq=1200" },
		{ "gpu_freq", "gpu_freq=400" },
		{ "start_x", "start_x=1" },
	};
	const struct named *entry = LOOK_UP(config, args);

	if (args->argc != 2)
		return GENCMD_INVALID;
	/* A name that is not set reads as 0, as on a board. */
	return entry ? say(reply, "%s", entry->value) :
		       say(reply, "%s=0", args->argv[1]);
}

static enum gencmd_error run_get_lcd_info(const struct args *args, struct reply *reply)
{
	return say(reply, "1920 1080 24");
}

/* The display is the guest's, so it is on whatever is asked for; -1 only asks. */
static enum gencmd_error run_display_power(const struct args *args, struct reply *reply)
{
	static const struct named states[] = { { "-1", "" }, { "0", "" }, { "1", "" } };

	if (args->argc > 3 || !LOOK_UP(states, args))
		return GENCMD_INVALID;
	return say(reply, "display_power=1");
}

static enum gencmd_error run_hdmi_timings(const struct args *args, struct reply *reply)
{
	return say(reply,
		   "hdmi_timings=1920 0 88 44 148 1080 0 4 5 36 0 0 0 60 0 148500000 3");
}

/* What is on the screen belongs to the guest's driver, not to us. */
static enum gencmd_error run_dispmanx_list(const struct args *args, struct reply *reply)
{
	reply->text[0] = '\0';
	return GENCMD_OK;
}

static enum gencmd_error run_get_rsts(const struct args *args, struct reply *reply)
{
	return say(reply, "get_rsts=1000");
}

static enum gencmd_error run_get_hvs_asserts(const struct args *args, struct reply *reply)
{
	return say(reply, "E0:0 E1:0 E2:0\n");
}

static enum gencmd_error run_mem_reloc_stats(const struct args *args, struct reply *reply)
{
	return say(reply,
		   "alloc failures:     0\n"
		   "compactions:        0\n"
		   "legacy block fails: 0\n");
}

/* Rows 8 to 64 of a Pi 3B; serial number and revision are those of the tags. */
static enum gencmd_error run_otp_dump(const struct args *args, struct reply *reply)
{
	size_t at = 0;

	for (unsigned int row = 8; row <= 64; row++) {
		uint32_t word = row == 17 ? 0x1020000a : row == 28 ? 0x28350001 :
				row == 29 ? 0xd7cafffe : row == 30 ? 0x00a02082 : 0;

		at += (size_t)snprintf(reply->text + at, sizeof(reply->text) - at,
				       "%02u:%08x\n", row, word);
	}
	return GENCMD_OK;
}

static enum gencmd_error run_read_ring_osc(const struct args *args, struct reply *reply)
{
	return say(reply, "read_ring_osc(2)=2.394MHz (@1.2000V) (42.8'C)");
}

static enum gencmd_error run_mem_oom(const struct args *args, struct reply *reply)
{
	return say(reply,
		   "oom events: 0\n"
		   "lifetime oom required: 0 Mbytes\n"
		   "total time in oom handler: 0 ms\n"
		   "max time spent in oom handler: 0 ms\n");
}

static enum gencmd_error run_commands(const struct args *args, struct reply *reply);

static const struct command commands[] = {
	{ "codec_enabled", run_codec_enabled },
	{ "commands", run_commands },
	{ "dispmanx_list", run_dispmanx_list },
	{ "display_power", run_display_power },
	{ "get_camera", run_get_camera },
	{ "get_config", run_get_config },
	{ "get_hvs_asserts", run_get_hvs_asserts },
	{ "get_lcd_info", run_get_lcd_info },
	{ "get_mem", run_get_mem },
	{ "get_rsts", run_get_rsts },
	{ "get_throttled", run_get_throttled },
	{ "hdmi_timings", run_hdmi_timings },
	{ "measure_clock", run_measure_clock },
	{ "measure_temp", run_measure_temp },
	{ "measure_volts", run_measure_volts },
	{ "mem_oom", run_mem_oom },
	{ "mem_reloc_stats", run_mem_reloc_stats },
	{ "otp_dump", run_otp_dump },
	{ "read_ring_osc", run_read_ring_osc },
	{ "vcos", run_vcos },
	{ "version", run_version },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static enum gencmd_error run_commands(const struct args *args, struct reply *reply)
{
	size_t at = 0;

	for (size_t i = 0; i < NR_COMMANDS; i++) {
		at += (size_t)snprintf(reply->text + at, sizeof(reply->text) - at, "%s%s",
				       i ? ", " : "commands=\"", commands[i].name);
	}
	snprintf(reply->text + at, sizeof(reply->text) - at, "\"");
	return GENCMD_OK;
}

/* Split at blanks, in place; vcgencmd leaves one behind every argument. */
static void split(char *request, struct args *args)
{
	char *rest = request, *word;

	args->argc = 0;
	while (args->argc < GENCMD_MAX_ARGS && (word = strtok_r(rest, " \t\n", &rest)))
		args->argv[args->argc++] = word;
}

static enum gencmd_error run(const struct args *args, struct reply *reply)
{
	for (size_t i = 0; args->argc && i < NR_COMMANDS; i++) {
		if (!strcmp(commands[i].name, args->argv[0]))
			return commands[i].run(args, reply);
	}
	return GENCMD_UNKNOWN;
}

/* Any bytes; only text comes back. */
static void answer(const void *data, size_t len, struct reply *reply)
{
	static const char *const errors[] = {
		[GENCMD_UNKNOWN] = "Command not registered",
		[GENCMD_INVALID] = "Invalid arguments",
	};
	char request[GENCMD_MAX_REQUEST + 1];
	enum gencmd_error error;
	struct args args;

	if (len > GENCMD_MAX_REQUEST)
		len = GENCMD_MAX_REQUEST;
	memcpy(request, data, len);
	request[len] = '\0';
	vc_dbg("gencmd", "%s", request);
	split(request, &args);
	error = run(&args, reply);
	if (error)
		say(reply, "error=%d error_msg=\"%s\"", error, errors[error]);
	reply->result = htole32(error);
}

uint32_t fw_gencmd(const char *request, char *text, size_t room)
{
	struct reply reply = { .result = 0 };

	answer(request, strlen(request), &reply);
	snprintf(text, room, "%s", reply.text);
	return le32toh(reply.result);
}

static void gencmd_message(struct fw_service *svc, const void *data, size_t len)
{
	struct reply reply = { .result = 0 };

	answer(data, len, &reply);
	if (fw_service_send(svc, &reply, sizeof(reply.result) + strlen(reply.text) + 1) == -ENOMEM)
		fw_service_close(svc);
}

static int gencmd_open(struct fw_service *svc)
{
	return 0;
}

static void gencmd_close(struct fw_service *svc)
{
}

const struct fw_service_ops fw_gencmd_ops = {
	.fourcc = VCHIQ_FOURCC('G', 'C', 'M', 'D'),
	.version = 1,
	.version_min = 1,
	.max_open = 0,
	.open = gencmd_open,
	.message = gencmd_message,
	.close = gencmd_close,
};
