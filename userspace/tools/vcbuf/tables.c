// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: the tables of vc_sm, Documentation/userspace-api/vc_sm.rst. Columns go by
 * the words of the first line, so that new ones do no harm.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vcbuf.h"

#define MAX_COLUMNS	24

/** struct row - a line of a table, cut into words */
struct row {
	char line[1024];
	char *word[MAX_COLUMNS];
	unsigned int nr;
};

/* What the kernel's seq_escape() wrote: a backslash and three octal digits. */
void vcb_unescape(char *word)
{
	char *to = word;

	for (const char *from = word; *from; to++) {
		if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

static bool read_row(FILE *in, struct row *row)
{
	const char *blanks = " \t\r\n";
	char *rest = NULL, *word;

	row->nr = 0;
	if (!fgets(row->line, sizeof(row->line), in))
		return false;
	for (word = strtok_r(row->line, blanks, &rest); word && row->nr < MAX_COLUMNS;
	     word = strtok_r(NULL, blanks, &rest))
		row->word[row->nr++] = word;
	return true;
}

/* The word in a column, "" if there is none. */
static const char *column(const struct row *head, const struct row *row, const char *name)
{
	for (unsigned int i = 0; i < head->nr && i < row->nr; i++) {
		if (!strcmp(head->word[i], name))
			return row->word[i];
	}
	return "";
}

static uint32_t number(const struct row *head, const struct row *row, const char *name)
{
	return (uint32_t)strtoull(column(head, row, name), NULL, 0);
}

static void copy_word(char *to, const char *from)
{
	snprintf(to, VCB_WORD, "%s", *from ? from : "-");
	vcb_unescape(to);
}

static void take_common(struct vcb_buffer *buf, const struct row *head, const struct row *row)
{
	buf->inode = strtoul(column(head, row, "inode"), NULL, 0);
	buf->handle = number(head, row, "handle");
	buf->bus = number(head, row, "bus");
	buf->size = strtoull(column(head, row, "size"), NULL, 0);
	buf->owner = (int)number(head, row, "owner");
	buf->age_ms = strtoul(column(head, row, "age_ms"), NULL, 0);
	copy_word(buf->name, column(head, row, "name"));
}

static void take_importers(struct vcb_buffer *buf, const char *list)
{
	char copy[256], *rest = NULL, *word;

	snprintf(copy, sizeof(copy), "%s", list);
	for (word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		vcb_unescape(word);
		if (strcmp(word, "-") != 0)
			vcb_share(buf, VCB_DEVICE, word, 0);
	}
}

static int take_buffer(struct vcb *vcb, const struct row *head, const struct row *row)
{
	struct vcb_buffer *buf = vcb_add(vcb);

	if (!buf)
		return -ENOMEM;
	take_common(buf, head, row);
	copy_word(buf->memory, column(head, row, "memory"));
	vcb_share(buf, VCB_EXPORTER, "vc_sm", 0);
	take_importers(buf, column(head, row, "importers"));
	return 0;
}

/* A handle of a buffer that is in the other table already, or of a foreign one. */
static int take_import(struct vcb *vcb, const struct row *head, const struct row *row)
{
	struct vcb_buffer *buf = vcb_by_handle(vcb, number(head, row, "handle"));
	char exporter[VCB_WORD];

	if (!buf)
		buf = vcb_by_inode(vcb, strtoul(column(head, row, "inode"), NULL, 0));
	if (!buf) {
		buf = vcb_add(vcb);
		if (!buf)
			return -ENOMEM;
		take_common(buf, head, row);
		copy_word(exporter, column(head, row, "exporter"));
		vcb_share(buf, VCB_EXPORTER, exporter, 0);
	}
	buf->handle = number(head, row, "handle");
	copy_word(buf->state, column(head, row, "state"));
	vcb_share(buf, VCB_FIRMWARE, "firmware", 0);
	return 0;
}

static int read_table(struct vcb *vcb, const char *path,
		      int (*take)(struct vcb *vcb, const struct row *head, const struct row *row))
{
	FILE *in = vcb_open(vcb, path);
	struct row head, row;
	int ret = 0;

	if (!in)
		return -errno;
	if (read_row(in, &head)) {
		while (!ret && read_row(in, &row))
			ret = row.nr ? take(vcb, &head, &row) : 0;
	}
	fclose(in);
	return ret;
}

int vcb_read_tables(struct vcb *vcb)
{
	int ret = read_table(vcb, "/sys/kernel/debug/vc_sm/buffers", take_buffer);

	return ret ? ret : read_table(vcb, "/sys/kernel/debug/vc_sm/imports", take_import);
}
