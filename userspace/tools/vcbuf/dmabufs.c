// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: what the kernel says about dma-bufs of any exporter: its list in debugfs,
 * and the descriptors and mappings of processes.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vcbuf.h"

/* -----------------------------------------------------------------------------
 * /sys/kernel/debug/dma_buf/bufinfo
 */

static void trim(char *text)
{
	size_t len = strlen(text);

	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

/* "size flags mode count exporter inode name": sizes are decimal, inodes too. */
static struct vcb_buffer *take_object(struct vcb *vcb, const char *line)
{
	unsigned long long size;
	char exporter[VCB_WORD], name[VCB_WORD] = "";
	struct vcb_buffer *buf;
	unsigned long inode;

	if (sscanf(line, "%llu %*x %*x %*u %63s %lu %63[^\n]", &size, exporter, &inode, name) < 3)
		return NULL;
	buf = vcb_by_inode(vcb, inode);
	if (!buf) {
		buf = vcb_add(vcb);
		if (!buf)
			return NULL;
		buf->inode = inode;
		buf->size = size;
		snprintf(buf->name, sizeof(buf->name), "%s",
			 *name && strcmp(name, "<none>") != 0 ? name : "-");
	}
	vcb_share(buf, VCB_EXPORTER, exporter, 0);
	return buf;
}

int vcb_read_bufinfo(struct vcb *vcb)
{
	FILE *in = vcb_open(vcb, "/sys/kernel/debug/dma_buf/bufinfo");
	struct vcb_buffer *buf = NULL;
	bool is_device = false;
	char line[512];

	if (!in)
		return -errno;
	while (fgets(line, sizeof(line), in)) {
		trim(line);
		if (isdigit((unsigned char)line[0])) {
			buf = take_object(vcb, line);
			is_device = false;
		} else if (strstr(line, "Attached Devices:")) {
			is_device = true;
		} else if (is_device && buf && line[0] == '\t' && line[1]) {
			vcb_share(buf, VCB_DEVICE, line + 1, 0);
		} else {
			is_device = false;
		}
	}
	fclose(in);
	return 0;
}

/* -----------------------------------------------------------------------------
 * /proc
 */

static void name_of_process(const struct vcb *vcb, const char *pid, char *name, size_t len)
{
	char path[300];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	in = vcb_open(vcb, path);
	if (!in || !fgets(name, (int)len, in))
		snprintf(name, len, "?");
	trim(name);
	if (in)
		fclose(in);
}

/* Only descriptors of dma-bufs have "exp_name". */
static unsigned long inode_of_fd(FILE *in)
{
	unsigned long inode = 0, found = 0;
	char line[256];

	while (fgets(line, sizeof(line), in)) {
		if (!strncmp(line, "ino:", 4))
			inode = strtoul(line + 4, NULL, 10);
		else if (!strncmp(line, "exp_name:", 9))
			found = inode;
	}
	return found;
}

static void read_fds(struct vcb *vcb, const char *pid, const char *name)
{
	char path[600];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/%s/fdinfo", vcb->root, pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		struct vcb_buffer *buf;
		FILE *in;

		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%s", pid, entry->d_name);
		in = entry->d_name[0] == '.' ? NULL : vcb_open(vcb, path);
		if (!in)
			continue;
		buf = vcb_by_inode(vcb, inode_of_fd(in));
		if (buf)
			vcb_share(buf, VCB_PROCESS, name, atoi(pid));
		fclose(in);
	}
	if (dir)
		closedir(dir);
}

static void read_maps(struct vcb *vcb, const char *pid, const char *name)
{
	char path[300], line[512];
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	in = vcb_open(vcb, path);
	while (in && fgets(line, sizeof(line), in)) {
		struct vcb_buffer *buf;
		unsigned long inode;

		if (!strstr(line, "/dmabuf:") ||
		    sscanf(line, "%*s %*s %*s %*s %lu", &inode) != 1)
			continue;
		buf = vcb_by_inode(vcb, inode);
		if (buf)
			vcb_share(buf, VCB_MAPPING, name, atoi(pid));
	}
	if (in)
		fclose(in);
}

int vcb_read_processes(struct vcb *vcb)
{
	char path[300], name[VCB_WORD];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc", vcb->root);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		name_of_process(vcb, entry->d_name, name, sizeof(name));
		read_fds(vcb, entry->d_name, name);
		read_maps(vcb, entry->d_name, name);
	}
	closedir(dir);
	return 0;
}
