// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: pictures that pass between firmware and drivers, as the trace events of
 * vc_mmal tell. An instance of the tracer of our own leaves other users alone.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vcbuf.h"

static int write_file(const char *dir, const char *name, const char *text)
{
	char path[400];
	int fd, ret = 0;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int vcb_trace_begin(struct vcb_tracer *tracer, const struct vcb *vcb)
{
	int ret;

	snprintf(tracer->dir, sizeof(tracer->dir), "%s/sys/kernel/tracing/instances/vcbuf-%d",
		 vcb->root, (int)getpid());
	if (mkdir(tracer->dir, 0700))
		return -errno;
	tracer->is_on = true;
	ret = write_file(tracer->dir, "events/vc_mmal/vc_mmal_buffer_submit/enable", "1");
	if (!ret)
		ret = write_file(tracer->dir, "events/vc_mmal/vc_mmal_buffer_complete/enable", "1");
	if (ret)
		vcb_trace_end(tracer, NULL);
	return ret;
}

static bool field(const char *line, const char *name, unsigned long *value)
{
	const char *at = strstr(line, name);

	if (!at)
		return false;
	*value = strtoul(at + strlen(name), NULL, 0);
	return true;
}

static bool word(const char *line, const char *name, char *value)
{
	const char *at = strstr(line, name);

	return at && sscanf(at + strlen(name), "%63s", value) == 1;
}

/* Data goes to an input port when it is sent, and comes from an output port later. */
void vcb_trace_line(struct vcb *vcb, const char *line)
{
	char component[VCB_WORD], port[VCB_WORD], name[VCB_WORD];
	unsigned long handle, length;
	struct vcb_buffer *buf;
	struct vcb_part *part;

	if (!strstr(line, ": vc_mmal_buffer_") || !field(line, " handle=", &handle) ||
	    !field(line, " length=", &length) || !length ||
	    !word(line, " component=", component) || !word(line, " port=", port))
		return;
	buf = vcb_by_handle(vcb, (uint32_t)handle);
	if (!buf)
		return;
	snprintf(name, sizeof(name), "%.40s %.20s", component, port);
	part = vcb_share(buf, VCB_FILLER, name, 0);
	if (part)
		part->frames++;
}

void vcb_trace_end(struct vcb_tracer *tracer, struct vcb *vcb)
{
	char path[300], line[512];
	FILE *in;

	if (!tracer->is_on)
		return;
	write_file(tracer->dir, "tracing_on", "0");
	snprintf(path, sizeof(path), "%s/trace", tracer->dir);
	in = vcb ? fopen(path, "re") : NULL;
	while (in && fgets(line, sizeof(line), in))
		vcb_trace_line(vcb, line);
	if (in)
		fclose(in);
	rmdir(tracer->dir);
	tracer->is_on = false;
}
