/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vcbuf: which buffers there are, who shares them, and what passed through them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VCBUF_H
#define VCBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VCB_WORD	64
#define VCB_MAX_PARTS	64

/** enum vcb_role - what a part does with a buffer */
enum vcb_role {
	VCB_EXPORTER,
	VCB_DEVICE,	/* attached */
	VCB_PROCESS,	/* holds a descriptor */
	VCB_MAPPING,	/* has it mapped */
	VCB_FIRMWARE,	/* knows it by a handle */
	VCB_FILLER,	/* a port of the firmware that got it */
	VCB_PLANE,	/* scans it out */
};

/**
 * struct vcb_part - somebody who shares a buffer
 * @role: in what way
 * @name: as a person would call it
 * @pid: of a process, else 0
 * @frames: pictures that passed between the two while we looked
 */
struct vcb_part {
	enum vcb_role role;
	char name[VCB_WORD];
	int pid;
	unsigned int frames;
};

/**
 * struct vcb_buffer - a dma-buf, or memory of the firmware that is none
 * @inode: of the dma-buf, 0 if it is none
 * @handle: that the firmware knows it by, 0: it does not
 * @bus: bus address, 0: not known
 * @size: bytes
 * @memory: kind of memory, "-" when somebody else allocated it
 * @state: of the handle, "-" without one
 * @owner: process that allocated or imported it
 * @age_ms: since then
 * @name: label
 * @parts: who shares it
 * @nr_parts: how many
 * @seen_at: the last look at the display that found it there
 */
struct vcb_buffer {
	unsigned long inode;
	uint32_t handle;
	uint32_t bus;
	uint64_t size;
	char memory[VCB_WORD];
	char state[VCB_WORD];
	int owner;
	unsigned long age_ms;
	char name[VCB_WORD];
	struct vcb_part parts[VCB_MAX_PARTS];
	unsigned int nr_parts;
	unsigned int seen_at;
};

/**
 * struct vcb - all that was found
 * @root: the directory that /proc and /sys are in, "" for this system
 * @buffers: what there is
 * @nr: how many
 * @max: room
 * @look: how often the display was looked at
 */
struct vcb {
	const char *root;
	struct vcb_buffer *buffers;
	unsigned int nr;
	unsigned int max;
	unsigned int look;
};

/* vcbuf.c. Buffers; NULL: there is no such one, or no memory. */
void vcb_clear(struct vcb *vcb);
struct vcb_buffer *vcb_add(struct vcb *vcb);
struct vcb_buffer *vcb_by_inode(struct vcb *vcb, unsigned long inode);
struct vcb_buffer *vcb_by_handle(struct vcb *vcb, uint32_t handle);
struct vcb_buffer *vcb_by_bus(struct vcb *vcb, uint32_t bus);
/* The same part twice is one; NULL if there are too many. */
struct vcb_part *vcb_share(struct vcb_buffer *buf, enum vcb_role role, const char *name, int pid);
const char *vcb_role_name(enum vcb_role role);
/* Each reader returns 0, or an errno; what is not there is no error but for tables. */
FILE *vcb_open(const struct vcb *vcb, const char *path);

/* tables.c: vc_sm's tables in debugfs. -ENOENT: no vc_sm, -EACCES: not allowed to. */
int vcb_read_tables(struct vcb *vcb);
/* Undo what the kernel did to blanks in words. */
void vcb_unescape(char *word);

/* dmabufs.c: the kernel's list of dma-bufs, and descriptors and mappings of processes. */
int vcb_read_bufinfo(struct vcb *vcb);
int vcb_read_processes(struct vcb *vcb);

/* planes.c: what the display scans out. Counts a frame where a plane shows another. */
int vcb_read_planes(struct vcb *vcb);

/** struct vcb_tracer - an instance of the kernel's tracer, which is ours alone */
struct vcb_tracer {
	char dir[256];
	bool is_on;
};

/* frames.c: buffers that pass between firmware and drivers, while the tracer runs. */
int vcb_trace_begin(struct vcb_tracer *tracer, const struct vcb *vcb);
void vcb_trace_end(struct vcb_tracer *tracer, struct vcb *vcb);
void vcb_trace_line(struct vcb *vcb, const char *line);

/* print.c */
void vcb_print_table(const struct vcb *vcb, FILE *out);
int vcb_print_json(const struct vcb *vcb, FILE *out);
void vcb_print_dot(const struct vcb *vcb, FILE *out);

#endif /* VCBUF_H */
