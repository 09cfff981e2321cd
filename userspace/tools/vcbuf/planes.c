// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: what the Hardware Video Scaler scans out, from the display lists that vc4
 * shows in debugfs: an address in a list of a channel is one of a plane there.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vcbuf.h"

/* A buffer that was not there when we looked last is a new frame. */
static void take_word(struct vcb *vcb, unsigned int channel, uint32_t word)
{
	struct vcb_buffer *buf = vcb_by_bus(vcb, word);
	struct vcb_part *part;
	char name[VCB_WORD];

	if (!buf)
		return;
	snprintf(name, sizeof(name), "HVS channel %u", channel);
	part = vcb_share(buf, VCB_PLANE, name, 0);
	if (part && buf->seen_at + 1 < vcb->look)
		part->frames++;
	buf->seen_at = vcb->look;
}

static void read_list(struct vcb *vcb, FILE *in)
{
	unsigned int channel = 0, value;
	char line[128];

	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "HVS chan %u", &channel) == 1)
			continue;
		if (sscanf(line, "dlist: %*x: 0x%x", &value) == 1)
			take_word(vcb, channel, value);
	}
}

int vcb_read_planes(struct vcb *vcb)
{
	char path[600];
	struct dirent *entry;
	DIR *dir;

	vcb->look++;
	snprintf(path, sizeof(path), "%s/sys/kernel/debug/dri", vcb->root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		FILE *in;

		/* Other names are links to a number. */
		if (entry->d_name[strspn(entry->d_name, "0123456789")])
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/debug/dri/%s/hvs_dlists", entry->d_name);
		in = vcb_open(vcb, path);
		if (!in)
			continue;
		read_list(vcb, in);
		fclose(in);
	}
	closedir(dir);
	return 0;
}
