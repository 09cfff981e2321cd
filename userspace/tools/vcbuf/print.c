// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf: what was found as a table, as JSON, and as a graph for dot(1).
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "vcbuf.h"

/* -----------------------------------------------------------------------------
 * Table
 */

static void print_parts(const struct vcb_buffer *buf, FILE *out)
{
	for (unsigned int i = 0; i < buf->nr_parts; i++) {
		const struct vcb_part *part = &buf->parts[i];

		fprintf(out, "%20s %s", vcb_role_name(part->role), part->name);
		if (part->pid)
			fprintf(out, " (%d)", part->pid);
		if (part->frames)
			fprintf(out, ", %u frames", part->frames);
		fputc('\n', out);
	}
}

void vcb_print_table(const struct vcb *vcb, FILE *out)
{
	uint64_t all = 0;

	fprintf(out, "%8s %10s %10s %10s %-6s %-9s %7s %8s %s\n", "INODE", "HANDLE", "BUS",
		"BYTES", "MEMORY", "STATE", "OWNER", "AGE", "NAME");
	for (unsigned int i = 0; i < vcb->nr; i++) {
		const struct vcb_buffer *buf = &vcb->buffers[i];

		fprintf(out, "%8lu %#10x %#10x %10" PRIu64 " %-6s %-9s %7d %6lu s %s\n", buf->inode,
			buf->handle, buf->bus, buf->size, buf->memory, buf->state, buf->owner,
			buf->age_ms / 1000, buf->name);
		print_parts(buf, out);
		all += buf->size;
	}
	fprintf(out, "%u buffers, %" PRIu64 " KiB\n", vcb->nr, all / 1024);
}

/* -----------------------------------------------------------------------------
 * JSON
 */

static struct json_object *json_parts(const struct vcb_buffer *buf)
{
	struct json_object *parts = json_object_new_array();

	for (unsigned int i = 0; i < buf->nr_parts; i++) {
		const struct vcb_part *part = &buf->parts[i];
		struct json_object *obj = json_object_new_object();

		json_object_object_add(obj, "role",
				       json_object_new_string(vcb_role_name(part->role)));
		json_object_object_add(obj, "name", json_object_new_string(part->name));
		json_object_object_add(obj, "pid", json_object_new_int(part->pid));
		json_object_object_add(obj, "frames", json_object_new_int64(part->frames));
		json_object_array_add(parts, obj);
	}
	return parts;
}

static struct json_object *json_buffer(const struct vcb_buffer *buf)
{
	struct json_object *obj = json_object_new_object();

	json_object_object_add(obj, "inode", json_object_new_int64((int64_t)buf->inode));
	json_object_object_add(obj, "handle", json_object_new_int64(buf->handle));
	json_object_object_add(obj, "bus", json_object_new_int64(buf->bus));
	json_object_object_add(obj, "size", json_object_new_int64((int64_t)buf->size));
	json_object_object_add(obj, "memory", json_object_new_string(buf->memory));
	json_object_object_add(obj, "state", json_object_new_string(buf->state));
	json_object_object_add(obj, "owner", json_object_new_int(buf->owner));
	json_object_object_add(obj, "age_ms", json_object_new_int64((int64_t)buf->age_ms));
	json_object_object_add(obj, "name", json_object_new_string(buf->name));
	json_object_object_add(obj, "parts", json_parts(buf));
	return obj;
}

int vcb_print_json(const struct vcb *vcb, FILE *out)
{
	struct json_object *all = json_object_new_object();
	struct json_object *buffers = json_object_new_array();

	if (!all || !buffers) {
		json_object_put(all);
		json_object_put(buffers);
		return -ENOMEM;
	}
	for (unsigned int i = 0; i < vcb->nr; i++)
		json_object_array_add(buffers, json_buffer(&vcb->buffers[i]));
	json_object_object_add(all, "buffers", buffers);
	fprintf(out, "%s\n", json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY));
	json_object_put(all);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Graph: from what fills a buffer, through it, to what shows it
 */

/* Every buffer has an exporter, and most a handle: lines to those would hide all others. */
static bool is_in_label(const struct vcb_part *part)
{
	return part->role == VCB_EXPORTER || part->role == VCB_FIRMWARE;
}

/* Names come from anywhere: nothing in them may end a string of dot. */
static void print_quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text < ' ' ? ' ' : *text, out);
	}
}

static void print_node(FILE *out, const struct vcb_part *part)
{
	fprintf(out, "\"%s ", vcb_role_name(part->role));
	print_quoted(out, part->name);
	if (part->pid)
		fprintf(out, " (%d)", part->pid);
	fputc('"', out);
}

static void print_edge(FILE *out, unsigned int nr, const struct vcb_part *part)
{
	fputc('\t', out);
	if (part->role == VCB_FILLER) {
		print_node(out, part);
		fprintf(out, " -> b%u", nr);
	} else {
		fprintf(out, "b%u -> ", nr);
		print_node(out, part);
	}
	if (part->frames)
		fprintf(out, " [label=\"%u frames\" penwidth=2]", part->frames);
	else if (part->role != VCB_PLANE && part->role != VCB_FILLER)
		fputs(" [style=dashed color=\"#808080\" arrowhead=none]", out);
	fputs(";\n", out);
}

static void print_label(FILE *out, const struct vcb_buffer *buf)
{
	print_quoted(out, buf->name);
	fprintf(out, "\\n%" PRIu64 " KiB", buf->size / 1024);
	for (unsigned int i = 0; i < buf->nr_parts; i++) {
		if (buf->parts[i].role != VCB_EXPORTER)
			continue;
		fputs(" of ", out);
		print_quoted(out, buf->parts[i].name);
	}
	if (buf->bus)
		fprintf(out, " at %#x", buf->bus);
	if (buf->handle) {
		fprintf(out, "\\nhandle %#x, ", buf->handle);
		print_quoted(out, buf->state);
	}
}

/* Buffers stand below each other, in their order. */
static void print_column(FILE *out, unsigned int nr)
{
	fputs("\t{ rank=same; edge [style=invis]; ", out);
	for (unsigned int i = 0; i < nr; i++)
		fprintf(out, "%sb%u", i ? " -> " : "", i);
	fputs("; }\n", out);
}

void vcb_print_dot(const struct vcb *vcb, FILE *out)
{
	fputs("digraph buffers {\n\trankdir=LR; ranksep=1.2;\n"
	      "\tnode [shape=box fontname=\"sans-serif\" fontsize=10];\n"
	      "\tedge [fontname=\"sans-serif\" fontsize=9];\n", out);
	for (unsigned int i = 0; i < vcb->nr; i++) {
		const struct vcb_buffer *buf = &vcb->buffers[i];

		fprintf(out, "\tb%u [style=filled fillcolor=\"#e8f0fa\" label=\"", i);
		print_label(out, buf);
		fputs("\"];\n", out);
		for (unsigned int k = 0; k < buf->nr_parts; k++)
			if (!is_in_label(&buf->parts[k]))
				print_edge(out, i, &buf->parts[k]);
	}
	if (vcb->nr)
		print_column(out, vcb->nr);
	fputs("}\n", out);
}
