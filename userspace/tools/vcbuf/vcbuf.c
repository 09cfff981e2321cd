// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: the buffers that were found, and who shares them.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <stdlib.h>
#include <string.h>

#include "vcbuf.h"

void vcb_clear(struct vcb *vcb)
{
	free(vcb->buffers);
	vcb->buffers = NULL;
	vcb->nr = 0;
	vcb->max = 0;
}

struct vcb_buffer *vcb_add(struct vcb *vcb)
{
	struct vcb_buffer *buf;

	if (vcb->nr == vcb->max) {
		unsigned int max = vcb->max ? 2 * vcb->max : 16;

		buf = realloc(vcb->buffers, max * sizeof(*buf));
		if (!buf)
			return NULL;
		vcb->buffers = buf;
		vcb->max = max;
	}
	buf = &vcb->buffers[vcb->nr++];
	memset(buf, 0, sizeof(*buf));
	snprintf(buf->memory, sizeof(buf->memory), "-");
	snprintf(buf->state, sizeof(buf->state), "-");
	return buf;
}

struct vcb_buffer *vcb_by_inode(struct vcb *vcb, unsigned long inode)
{
	for (unsigned int i = 0; inode && i < vcb->nr; i++) {
		if (vcb->buffers[i].inode == inode)
			return &vcb->buffers[i];
	}
	return NULL;
}

struct vcb_buffer *vcb_by_handle(struct vcb *vcb, uint32_t handle)
{
	for (unsigned int i = 0; handle && i < vcb->nr; i++) {
		if (vcb->buffers[i].handle == handle)
			return &vcb->buffers[i];
	}
	return NULL;
}

struct vcb_buffer *vcb_by_bus(struct vcb *vcb, uint32_t bus)
{
	for (unsigned int i = 0; i < vcb->nr; i++) {
		const struct vcb_buffer *buf = &vcb->buffers[i];

		if (buf->bus && bus >= buf->bus && bus - buf->bus < buf->size)
			return &vcb->buffers[i];
	}
	return NULL;
}

struct vcb_part *vcb_share(struct vcb_buffer *buf, enum vcb_role role, const char *name, int pid)
{
	struct vcb_part *part;

	for (unsigned int i = 0; i < buf->nr_parts; i++) {
		part = &buf->parts[i];
		if (part->role == role && part->pid == pid && !strcmp(part->name, name))
			return part;
	}
	if (buf->nr_parts == VCB_MAX_PARTS)
		return NULL;
	part = &buf->parts[buf->nr_parts++];
	part->role = role;
	part->pid = pid;
	part->frames = 0;
	snprintf(part->name, sizeof(part->name), "%s", name);
	return part;
}

const char *vcb_role_name(enum vcb_role role)
{
	static const char *const names[] = {
		[VCB_EXPORTER] = "exporter",
		[VCB_DEVICE] = "device",
		[VCB_PROCESS] = "process",
		[VCB_MAPPING] = "mapping",
		[VCB_FIRMWARE] = "firmware",
		[VCB_FILLER] = "port",
		[VCB_PLANE] = "plane",
	};

	return names[role];
}

FILE *vcb_open(const struct vcb *vcb, const char *path)
{
	char name[512];

	snprintf(name, sizeof(name), "%s%s", vcb->root, path);
	return fopen(name, "re");
}
