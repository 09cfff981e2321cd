// SPDX-License-Identifier: GPL-2.0
/*
 * vcbuf with /proc and /sys of our own making.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../vcbuf.h"

#define BUFFERS	"/sys/kernel/debug/vc_sm/buffers"
#define IMPORTS	"/sys/kernel/debug/vc_sm/imports"
#define BUFINFO	"/sys/kernel/debug/dma_buf/bufinfo"
#define DLISTS	"/sys/kernel/debug/dri/0/hvs_dlists"
#define BUFFERS_HEAD "inode handle bus size memory owner age_ms importers name\n"
#define IMPORTS_HEAD "kernel_id handle bus size state owner age_ms free_ms users inode exporter name\n"

/* The program itself, if the test was told where it is. */
static char *vcbuf;

/** struct fixture - what the system looks like */
struct fixture {
	char root[64];
	struct vcb vcb;
};

static void make_dirs(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

static void put_file(struct fixture *f, const char *name, const char *text)
{
	char path[400];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", f->root, name);
	make_dirs(path);
	out = fopen(path, "we");
	if (!out) {
		fail_msg("%s: %s", path, strerror(errno));
		return;
	}
	fputs(text, out);
	fclose(out);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -1;
	snprintf(f->root, sizeof(f->root), "/tmp/test-vcbuf-XXXXXX");
	if (!mkdtemp(f->root))
		return -1;
	f->vcb.root = f->root;
	put_file(f, BUFFERS, BUFFERS_HEAD
		 "7 0xc0000020 0xeb500000 462848 cma 193 1500 videocore:gpu,camera my\\040buffer\n");
	put_file(f, IMPORTS, IMPORTS_HEAD
		 "1 0xc0000020 0xeb500000 462848 imported 193 1400 0 2 7 vc_sm my\\040buffer\n"
		 "2 0xc0000021 0xeb700000 8192 freeing 77 9 3 0 9 drm other\n");
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	vcb_clear(&f->vcb);
	nftw(f->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static const struct vcb_part *part_of(const struct vcb_buffer *buf, enum vcb_role role,
				      const char *name)
{
	for (unsigned int i = 0; i < buf->nr_parts; i++) {
		if (buf->parts[i].role == role && !strcmp(buf->parts[i].name, name))
			return &buf->parts[i];
	}
	return NULL;
}

/* The buffer of both tables, after a test that says so if it is not there. */
static struct vcb_buffer *first(struct fixture *f)
{
	static struct vcb_buffer none;
	struct vcb_buffer *buf;

	assert_int_equal(vcb_read_tables(&f->vcb), 0);
	buf = vcb_by_inode(&f->vcb, 7);
	assert_non_null(buf);
	return buf ? buf : &none;
}

/* -----------------------------------------------------------------------------
 * Tables of vc_sm
 */

static void both_tables_tell_of_one_buffer(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);

	assert_int_equal(f->vcb.nr, 2);
	assert_int_equal(buf->handle, 0xc0000020);
	assert_int_equal(buf->bus, 0xeb500000);
	assert_int_equal(buf->size, 462848);
	assert_int_equal(buf->age_ms, 1500);
	assert_string_equal(buf->name, "my buffer");
	assert_string_equal(buf->memory, "cma");
	assert_string_equal(buf->state, "imported");
	assert_non_null(part_of(buf, VCB_DEVICE, "camera"));
	assert_non_null(part_of(buf, VCB_FIRMWARE, "firmware"));
}

static void foreign_buffers_have_their_exporter(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf;

	first(f);
	buf = vcb_by_handle(&f->vcb, 0xc0000021);
	assert_non_null(buf);
	assert_non_null(part_of(buf, VCB_EXPORTER, "drm"));
	assert_string_equal(buf->state, "freeing");
}

static void columns_go_by_name(void **state)
{
	struct fixture *f = *state;

	put_file(f, BUFFERS, "name new size inode bus handle memory owner age_ms importers\n"
		 "x 55 4096 7 0x10 0 vc 1 2 -\n");
	assert_int_equal(first(f)->size, 4096);
	assert_string_equal(first(f)->name, "x");
	assert_null(part_of(first(f), VCB_DEVICE, "-"));
}

static void no_driver_is_told(void **state)
{
	struct vcb vcb = { .root = "/nowhere" };

	(void)state;
	assert_int_equal(vcb_read_tables(&vcb), -ENOENT);
}

static void garbage_is_survived(void **state)
{
	struct fixture *f = *state;
	char line[3000];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\0';
	put_file(f, BUFFERS, line);
	put_file(f, IMPORTS, IMPORTS_HEAD "\n\\ \\9 -1\n");
	put_file(f, BUFINFO, "0000 1\n\tAttached Devices:\n\tx\n"
		 "99999999999999999999999 1 1 1 a b c\n");
	put_file(f, DLISTS, "HVS chan 99999999999:\ndlist: zz: 0x\ndlist: 1: 0xeb500000\n");
	assert_int_equal(vcb_read_tables(&f->vcb), 0);
	assert_int_equal(vcb_read_bufinfo(&f->vcb), 0);
	assert_int_equal(vcb_read_planes(&f->vcb), 0);
}

/* -----------------------------------------------------------------------------
 * The kernel's list, processes
 */

static void attached_devices_are_found(void **state)
{
	struct fixture *f = *state;

	first(f);
	put_file(f, BUFINFO, "\nDma-buf Objects:\nsize flags mode count exp_name ino name\n"
		 "00462848\t00000002\t00080007\t00000006\tvc_sm\t00000007\t<none>\n"
		 "\tAttached Devices:\n\tdisplay:1\nTotal 1 devices attached\n\n"
		 "00004096\t00000002\t00080007\t00000001\tudmabuf\t00000099\tframe one\n"
		 "\tAttached Devices:\nTotal 0 devices attached\n\n\nTotal 2 objects, 466944 bytes\n");
	assert_int_equal(vcb_read_bufinfo(&f->vcb), 0);
	assert_int_equal(f->vcb.nr, 3);
	assert_non_null(part_of(vcb_by_inode(&f->vcb, 7), VCB_DEVICE, "display:1"));
	assert_string_equal(vcb_by_inode(&f->vcb, 99)->name, "frame one");
	assert_int_equal(vcb_by_inode(&f->vcb, 99)->size, 4096);
}

static void processes_are_found(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);

	put_file(f, "/proc/193/comm", "vcpreview\n");
	put_file(f, "/proc/193/fdinfo/5", "pos:\t0\nino:\t7\nsize:\t462848\nexp_name:\tvc_sm\n");
	put_file(f, "/proc/194/comm", "other\n");
	put_file(f, "/proc/194/fdinfo/5", "pos:\t0\nino:\t7\n");
	put_file(f, "/proc/194/maps", "ff00-ff10 rw-s 00000000 00:0b 7    /dmabuf:x\n"
		 "ff20-ff30 rw-s 00000000 00:0b 7    /tmp/x\n");
	assert_int_equal(vcb_read_processes(&f->vcb), 0);
	assert_non_null(part_of(buf, VCB_PROCESS, "vcpreview"));
	assert_null(part_of(buf, VCB_PROCESS, "other"));
	assert_non_null(part_of(buf, VCB_MAPPING, "other"));
}

/* -----------------------------------------------------------------------------
 * Display and frames
 */

static void planes_show_what_lies_in_them(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);

	put_file(f, DLISTS, "HVS chan 0 disabled\nHVS chan 1:\ndlist: 44: 0x55001819\n"
		 "dlist: 48: 0xeb570fff\n");
	vcb_read_planes(&f->vcb);
	assert_non_null(part_of(buf, VCB_PLANE, "HVS channel 1"));
	assert_null(part_of(vcb_by_handle(&f->vcb, 0xc0000021), VCB_PLANE, "HVS channel 1"));
}

static void bytes_behind_a_buffer_are_not_in_it(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);

	put_file(f, DLISTS, "HVS chan 1:\ndlist: 48: 0xeb571000\n");
	vcb_read_planes(&f->vcb);
	assert_null(part_of(buf, VCB_PLANE, "HVS channel 1"));
}

static void a_frame_is_one_however_often_it_is_seen(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);
	static const char *const shown[] = {
		"HVS chan 1:\ndlist: 48: 0xeb500000\ndlist: 49: 0xeb540000\n",
		"HVS chan 1:\ndlist: 48: 0xeb500000\ndlist: 49: 0xeb540000\n",
		"HVS chan 1:\ndlist: 48: 0xeb700000\n",
		"HVS chan 1:\ndlist: 48: 0xeb500000\ndlist: 49: 0xeb540000\n",
	};

	for (unsigned int i = 0; i < 4; i++) {
		put_file(f, DLISTS, shown[i]);
		vcb_read_planes(&f->vcb);
	}
	assert_int_equal(part_of(buf, VCB_PLANE, "HVS channel 1")->frames, 1);
}

static void trace(struct fixture *f, const char *event, const char *what)
{
	char line[300];

	snprintf(line, sizeof(line),
		 " x-1 [000] 1.0: vc_mmal_buffer_%s: component=%s port=out:1 context=1 %s pts=1\n",
		 event, "ril.camera", what);
	vcb_trace_line(&f->vcb, line);
}

static void frames_of_the_firmware_are_counted(void **state)
{
	struct fixture *f = *state;
	struct vcb_buffer *buf = first(f);

	trace(f, "complete", "handle=0xc0000020 length=460800");
	trace(f, "submit", "handle=0xc0000020 length=0");
	trace(f, "complete", "handle=0xc0009999 length=1");
	assert_int_equal(part_of(buf, VCB_FILLER, "ril.camera out:1")->frames, 1);
}

/* Who has made a buffer is said in it; lines to that would hide those of frames. */
static void the_graph_has_lines_where_frames_pass(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	vcb_share(first(f), VCB_EXPORTER, "somebody", 0);
	trace(f, "complete", "handle=0xc0000020 length=460800");
	if (!out) {
		fail();
		return;
	}
	vcb_print_dot(&f->vcb, out);
	fclose(out);
	assert_non_null(strstr(text, "\"port ril.camera out:1\" -> b0 [label=\"1 frames\""));
	assert_non_null(strstr(text, " of somebody at 0x"));
	assert_null(strstr(text, "exporter somebody"));
	assert_non_null(strstr(text, "{ rank=same; edge [style=invis]; b0"));
	free(text);
}

static void names_cannot_leave_the_graph(void **state)
{
	struct fixture *f = *state;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	snprintf(first(f)->name, VCB_WORD, "a\"];evil[\\");
	if (!out) {
		fail();
		return;
	}
	vcb_print_dot(&f->vcb, out);
	fclose(out);
	assert_non_null(strstr(text, "a\\\"];evil[\\\\"));
	free(text);
}

/* Exit status of the program. */
static int run_vcbuf(struct fixture *f, char *option, char *value)
{
	char *argv[6] = { vcbuf, "--root", f->root, option, value, NULL };
	int status;
	pid_t pid;

	assert_int_equal(posix_spawn(&pid, vcbuf, NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool file_has(const char *path, const char *what)
{
	char text[16384] = "";
	FILE *in = fopen(path, "re");

	if (!in)
		return false;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return strstr(text, what);
}

static void the_picture_is_drawn(void **state)
{
	struct fixture *f = *state;
	char file[80];

	if (!vcbuf)
		skip();
	put_file(f, DLISTS, "HVS chan 1:\ndlist: 48: 0xeb500000\n");
	snprintf(file, sizeof(file), "%s/out.svg", f->root);
	assert_int_equal(run_vcbuf(f, "--svg", file), 0);
	assert_true(file_has(file, "<svg "));
	assert_true(file_has(file, ">my buffer<"));
	assert_true(file_has(file, "b0&#45;&gt;plane HVS channel 1"));
	assert_true(file_has(file, "</svg>"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(both_tables_tell_of_one_buffer),
		TEST(foreign_buffers_have_their_exporter),
		TEST(columns_go_by_name),
		TEST(no_driver_is_told),
		TEST(garbage_is_survived),
		TEST(attached_devices_are_found),
		TEST(processes_are_found),
		TEST(planes_show_what_lies_in_them),
		TEST(bytes_behind_a_buffer_are_not_in_it),
		TEST(a_frame_is_one_however_often_it_is_seen),
		TEST(frames_of_the_firmware_are_counted),
		TEST(the_graph_has_lines_where_frames_pass),
		TEST(names_cannot_leave_the_graph),
		TEST(the_picture_is_drawn),
	};

	vcbuf = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
