// SPDX-License-Identifier: GPL-2.0
/*
 * Commands of the control socket.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <videocore/virt.h>

#include "control-priv.h"
#include "firmware/firmware.h"
#include "firmware/mmal.h"
#include "firmware/smem.h"
#include "loop.h"
#include "media/provenance.h"
#include "media/screen.h"
#include "media/source.h"
#include "soc/bus.h"
#include "soc/display/display.h"
#include "soc/irq.h"
#include "soc/mailbox.h"
#include "soc/vcmem.h"
#include "vfio/server.h"
#include "videocored.h"

/* Extension blocks go up to 255; no monitor has more than a few. */
#define EDID_MAX		(32 * 128)
#define RECORD_FPS_DEFAULT	30.0
#define RECORD_FPS_MAX		240.0
#define RESTART_MAX_MS		3600000

static int fail(struct control_call *call, int err, const char *text)
{
	call->error = strdup(text);
	return err;
}

/* A string member that must be there, NULL with an error noted otherwise. */
static const char *get_string(struct control_call *call, const char *key)
{
	struct json_object *member;
	char text[64];

	if (json_object_object_get_ex(call->in, key, &member) &&
	    json_object_is_type(member, json_type_string) && json_object_get_string_len(member))
		return json_object_get_string(member);
	snprintf(text, sizeof(text), "\"%s\" is missing or not a string", key);
	call->error = strdup(text);

	return NULL;
}

static void put_count(struct json_object *out, const char *key, uint64_t count)
{
	json_object_object_add(out, key, json_object_new_int64((int64_t)count));
}

static struct json_object *put_object(struct json_object *out, const char *key)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(out, key, object);
	return object;
}

/* -----------------------------------------------------------------------------
 * Status
 */

static void status_bus(struct vc_bus *bus, struct json_object *out)
{
	struct json_object *blocks = json_object_new_object(), *entry;
	struct vc_block *block;
	uint64_t traps = 0;

	for (block = vc_bus_next(bus, NULL); block; block = vc_bus_next(bus, block)) {
		entry = put_object(blocks, block->name);
		put_count(entry, "reads", block->reads);
		put_count(entry, "writes", block->writes);
		traps += block->reads + block->writes;
	}
	put_count(out, "traps", traps);
	json_object_object_add(out, "blocks", blocks);
}

static const char *const line_names[VC_VIRT_IRQ_COUNT] = {
	[VC_VIRT_IRQ_MAILBOX] = "mailbox",
	[VC_VIRT_IRQ_DOORBELL] = "doorbell",
	[VC_VIRT_IRQ_HVS] = "hvs",
	[VC_VIRT_IRQ_PV0] = "pv0",
	[VC_VIRT_IRQ_PV1] = "pv1",
	[VC_VIRT_IRQ_PV2] = "pv2",
	[VC_VIRT_IRQ_TXP] = "txp",
	[VC_VIRT_IRQ_HDMI_CEC] = "hdmi_cec",
	[VC_VIRT_IRQ_BSC] = "bsc",
	[VC_VIRT_IRQ_V3D] = "v3d",
	[VC_VIRT_IRQ_UNICAM0] = "unicam0",
	[VC_VIRT_IRQ_UNICAM1] = "unicam1",
	[VC_VIRT_IRQ_DMA0] = "dma0",
};

static void status_irq(struct vc_irq *irq, struct json_object *out)
{
	uint64_t edges;
	unsigned int i;

	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++) {
		edges = vc_irq_edges(irq, i);
		if (line_names[i] && edges)
			put_count(out, line_names[i], edges);
	}
}

static void status_firmware(struct vc_firmware *fw, struct json_object *out)
{
	struct json_object *firmware = put_object(out, "firmware"), *chaos;

	vc_firmware_status(fw, firmware);
	if (!json_object_object_get_ex(firmware, "chaos", &chaos))
		return;
	json_object_object_add(out, "chaos", json_object_get(chaos));
	json_object_object_del(firmware, "chaos");
}

static void status_parts(struct videocored *vc, struct json_object *out)
{
	if (vc->firmware)
		status_firmware(vc->firmware, out);
	if (vc->mmal)
		mmal_server_status(vc->mmal, put_object(out, "mmal"));
	if (vc->display)
		vc_display_status(vc->display, put_object(out, "display"));
	if (vc->screen)
		vc_screen_status(vc->screen, put_object(out, "screen"));
	if (vc->prov)
		vc_provenance_status(vc->prov, put_object(out, "provenance"));
}

static unsigned int nr_cameras(const struct videocored *vc)
{
	return vc->opt.nr_sources ? vc->opt.nr_sources : 1;
}

static const char *source_name(const struct videocored *vc, unsigned int camera)
{
	if (vc->source_names[camera])
		return vc->source_names[camera];
	return vc->opt.nr_sources ? vc->opt.sources[camera] : "pattern";
}

/* The first by itself, too: most have but one. */
static void status_sources(const struct videocored *vc, struct json_object *out)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < nr_cameras(vc); i++)
		json_object_array_add(list, json_object_new_string(source_name(vc, i)));
	json_object_object_add(out, "source", json_object_new_string(source_name(vc, 0)));
	json_object_object_add(out, "sources", list);
}

static int cmd_status(struct control_call *call)
{
	struct videocored *vc = call->vc;

	status_sources(vc, call->out);
	put_count(call->out, "time_us", vc_now_ns() / 1000);
	status_bus(vc->bus, put_object(call->out, "bus"));
	status_irq(vc->irq, put_object(call->out, "irq"));
	if (vc->vfu)
		vfu_server_status(vc->vfu, put_object(call->out, "vfio"));
	if (vc->mailbox)
		vc_mailbox_status(vc->mailbox, put_object(call->out, "mailbox"));
	if (vc->vcmem)
		vc_vcmem_status(vc->vcmem, put_object(call->out, "vc_memory"));
	status_parts(vc, call->out);

	return 0;
}

/* -----------------------------------------------------------------------------
 * Screen
 */

static int cmd_screenshot(struct control_call *call)
{
	const char *path = get_string(call, "path");

	if (!path)
		return -EINVAL;
	return vc_screen_screenshot(call->vc->screen, path, &call->error);
}

static int cmd_record_start(struct control_call *call)
{
	const char *path = get_string(call, "path");
	double fps = RECORD_FPS_DEFAULT;
	struct json_object *member;

	if (!path)
		return -EINVAL;
	if (json_object_object_get_ex(call->in, "fps", &member))
		fps = json_object_get_double(member);
	if (!(fps > 0 && fps <= RECORD_FPS_MAX))
		return fail(call, -EINVAL, "\"fps\" must be above 0 and at most 240");

	return vc_screen_record_start(call->vc->screen, path, fps, &call->error);
}

static int cmd_record_stop(struct control_call *call)
{
	int ret = vc_screen_record_stop(call->vc->screen);

	if (ret == -ENODATA)
		return fail(call, ret, "nothing was shown, there is no recording");
	return ret;
}

/* -----------------------------------------------------------------------------
 * Monitor
 */

static int cmd_hotplug(struct control_call *call)
{
	struct json_object *member;

	if (!json_object_object_get_ex(call->in, "connected", &member) ||
	    !json_object_is_type(member, json_type_boolean))
		return fail(call, -EINVAL, "\"connected\" is missing or not a boolean");
	vc_display_set_connected(call->vc->display, json_object_get_boolean(member));

	return 0;
}

/* Bytes read, or -errno. Regular files only: anything else could block. */
static ssize_t read_small_file(const char *path, uint8_t *buf, size_t room)
{
	struct stat st;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = fstat(fd, &st);
	if (!n && (!S_ISREG(st.st_mode) || st.st_size > (off_t)room)) {
		errno = EFBIG;
		n = -1;
	}
	if (!n)
		n = read(fd, buf, room);
	if (n < 0)
		n = -errno;
	close(fd);

	return n;
}

static int cmd_edid(struct control_call *call)
{
	const char *path = get_string(call, "path");
	uint8_t edid[EDID_MAX];
	ssize_t len;

	if (!path)
		return -EINVAL;
	len = read_small_file(path, edid, sizeof(edid));
	if (len < 0)
		return (int)len;
	if (vc_display_set_edid(call->vc->display, edid, (size_t)len))
		return fail(call, -EINVAL, "not an EDID: a header and blocks of 128 bytes");

	return 0;
}

/* -----------------------------------------------------------------------------
 * Firmware
 */

/* A number from 0 to @max, @fallback if it is not there. -EINVAL with an error noted. */
static int get_number(struct control_call *call, const char *key, int64_t max, int64_t fallback,
		      int64_t *value)
{
	struct json_object *member;
	char text[64];

	*value = fallback;
	if (!json_object_object_get_ex(call->in, key, &member))
		return 0;
	*value = json_object_get_int64(member);
	if (json_object_is_type(member, json_type_int) && *value >= 0 && *value <= max)
		return 0;
	snprintf(text, sizeof(text), "\"%s\" must be a number from 0 to %lld", key, (long long)max);
	return fail(call, -EINVAL, text);
}

static int cmd_firmware_restart(struct control_call *call)
{
	int64_t delay_ms;

	if (get_number(call, "delay_ms", RESTART_MAX_MS, 0, &delay_ms))
		return -EINVAL;
	return vc_firmware_restart(call->vc->firmware, (unsigned int)delay_ms);
}

static int cmd_firmware(struct control_call *call)
{
	static const struct {
		const char *action;
		enum vc_firmware_power power;
	} actions[] = {
		{ "hang", VC_FIRMWARE_HANGS },
		{ "stop", VC_FIRMWARE_OFF },
		{ "start", VC_FIRMWARE_RUNS },
	};
	const char *action = get_string(call, "action");

	if (!action)
		return -EINVAL;
	if (!strcmp(action, "restart"))
		return cmd_firmware_restart(call);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (!strcmp(actions[i].action, action))
			return vc_firmware_set_power(call->vc->firmware, actions[i].power);
	}
	return fail(call, -EINVAL, "\"action\" must be hang, stop, start or restart");
}

static int cmd_chaos(struct control_call *call)
{
	const char *spec = get_string(call, "spec");
	struct vc_chaos_config config;

	if (!spec)
		return -EINVAL;
	if (!strcmp(spec, "off"))
		return vc_firmware_chaos(call->vc->firmware, NULL);
	if (vc_chaos_parse(spec, &config))
		return fail(call, -EINVAL,
			    "seed=N[,class=mild|hostile][,rate=N][,restart] is needed");
	return vc_firmware_chaos(call->vc->firmware, &config);
}

static int cmd_mmal(struct control_call *call)
{
	const char *spec = get_string(call, "spec");

	if (!spec)
		return -EINVAL;
	if (mmal_server_set_faults(call->vc->mmal, spec))
		return fail(call, -EINVAL,
			    "lose=TYPE or hold=TYPE, after=N, nr=N, extradata=N is needed");
	return 0;
}

static int cmd_smem(struct control_call *call)
{
	const char *action = get_string(call, "action");
	struct json_object *args = NULL;
	int ret;

	if (!action)
		return -EINVAL;
	if (json_object_object_get_ex(call->in, "args", &args) &&
	    !json_object_is_type(args, json_type_array))
		return fail(call, -EINVAL, "\"args\" is no array");
	ret = smem_pool_control(call->vc->smem, action, args, call->out);
	if (ret == -ENOENT)
		return fail(call, ret, "there is no such block, or it is not as large");
	return ret;
}

/* -----------------------------------------------------------------------------
 * The rest
 */

static int cmd_provenance_reset(struct control_call *call)
{
	vc_provenance_reset(call->vc->prov);
	return 0;
}

/** struct new_source - on its way to the loop thread */
struct new_source {
	struct videocored *vc;
	unsigned int camera;
	char *name;
};

static void note_source(void *arg)
{
	struct new_source *new = arg;

	free(new->vc->source_names[new->camera]);
	new->vc->source_names[new->camera] = new->name;
	free(new);
}

/* "status" is answered on the loop thread, so the name is changed there. */
static void post_source(struct videocored *vc, unsigned int camera, const char *spec)
{
	struct new_source *new = malloc(sizeof(*new));

	if (!new)
		return;
	new->vc = vc;
	new->camera = camera;
	new->name = strdup(spec);
	if (vc_loop_post(vc->loop, note_source, new)) {
		free(new->name);
		free(new);
	}
}

/* Worker thread, as opening a file takes its time. */
static int cmd_source(struct control_call *call)
{
	const char *spec = get_string(call, "spec");
	struct vc_source *source;
	int64_t camera;
	int ret;

	if (!spec)
		return -EINVAL;
	ret = get_number(call, "camera", nr_cameras(call->vc) - 1, 0, &camera);
	if (ret)
		return ret;
	source = vc_source_open(spec, &call->error);
	if (!source)
		return -EINVAL;
	vc_source_close(mmal_server_set_source(call->vc->mmal, camera, source));
	call->vc->sources[camera] = source;
	post_source(call->vc, camera, spec);

	return 0;
}

static int cmd_ping(struct control_call *call)
{
	return 0;
}

/* As a crash: nobody takes leave, no file is finished. */
static int cmd_crash(struct control_call *call)
{
	return raise(SIGKILL) ? -errno : 0;
}

static int cmd_quit(struct control_call *call)
{
	vc_loop_stop(call->vc->loop);
	return 0;
}

static const struct control_command commands[] = {
	{ "ping", cmd_ping, false },
	{ "status", cmd_status, false },
	{ "screenshot", cmd_screenshot, true },
	{ "record-start", cmd_record_start, true },
	{ "record-stop", cmd_record_stop, true },
	{ "hotplug", cmd_hotplug, false },
	{ "edid", cmd_edid, false },
	{ "provenance-reset", cmd_provenance_reset, false },
	{ "source", cmd_source, true },
	{ "firmware", cmd_firmware, false },
	{ "chaos", cmd_chaos, false },
	{ "mmal", cmd_mmal, false },
	{ "smem", cmd_smem, false },
	{ "crash", cmd_crash, false },
	{ "quit", cmd_quit, false },
};

const struct control_command *control_find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}
