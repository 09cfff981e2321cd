// SPDX-License-Identifier: GPL-2.0
/*
 * Sources on films and photographs that the ffmpeg program makes here: frames
 * by the number in their pattern, colours by what went in.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>

#include "pattern.h"
#include "source.h"

#define WIDTH		320
#define HEIGHT		180
#define FIRST		100	/* number of a film's first frame */
#define FRAMES		30
#define FRAME_US(i)	((i) * 1000000ull / 30 + 1000)
#define PATIENCE_S	20	/* decoding under a sanitizer on a busy machine */

static char dir[32];	/* of this run */

static const char *in_dir(const char *name)
{
	static char path[4][128];
	static unsigned int next;
	char *out = path[next++ % 4];

	snprintf(out, sizeof(path[0]), "%s/%s", dir, name);
	return out;
}

static void run(const char *fmt, ...)
{
	char cmd[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, args);
	va_end(args);
	if (system(cmd))
		fail_msg("failed: %s", cmd);
}

#define FFMPEG "ffmpeg -nostdin -loglevel error -y "

/* Pattern frames through the pipe of an ffmpeg that does the rest. */
static void make_film(const char *name, const char *options)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, WIDTH, HEIGHT);
	char cmd[512];
	FILE *pipe;

	snprintf(cmd, sizeof(cmd), "%s -f rawvideo -pix_fmt yuvj420p -s %dx%d -r 30 -i - %s %s",
		 "ffmpeg -loglevel error -y", WIDTH, HEIGHT, options, in_dir(name));
	pipe = popen(cmd, "w");
	if (!pipe) {
		fail_msg("cannot run ffmpeg");
		return;
	}
	for (int i = 0; i < FRAMES; i++) {
		vc_pattern_draw(img, FIRST + i);
		for (int p = 0; p < 3; p++)
			for (int y = 0; y < HEIGHT / (p ? 2 : 1); y++)
				fwrite(img->plane[p] + y * img->stride[p],
				       WIDTH / (p ? 2 : 1), 1, pipe);
	}
	assert_int_equal(pclose(pipe), 0);
	vc_image_destroy(img);
}

static void make_colour(const char *name, const char *colour, const char *options)
{
	run(FFMPEG "-f lavfi -i color=c=%s:s=1280x720:r=30:d=0.3,format=rgb24 %s %s", colour,
	    options, in_dir(name));
}

static struct vc_source *open_good(const char *spec)
{
	char *error = NULL;
	struct vc_source *src = vc_source_open(spec, &error);

	if (!src)
		fail_msg("%s", error);
	assert_null(error);
	return src;
}

/* A film that is not decoded in time repeats a frame: ask for a little later for a while. */
static void expect_number(struct vc_source *src, uint64_t t_us, uint64_t want,
			  struct vc_image *img)
{
	time_t end = time(NULL) + PATIENCE_S;
	uint64_t got = ~0ull;

	do {
		assert_int_equal(vc_source_render(src, 0, t_us++, img), 0);
		if (!vc_pattern_read_seq(img, &got) && got == want)
			return;
	} while (time(NULL) < end);
	fail_msg("at %llu us: frame %lld instead of %llu", (unsigned long long)t_us,
		 (long long)got, (unsigned long long)want);
}

static bool is_colour(const struct vc_image *img, uint32_t colour, int tolerance)
{
	const uint8_t *p = img->plane[0] + img->height / 2 * img->stride[0] + img->width / 2 * 4;

	return abs(p[2] - (int)(colour >> 16)) <= tolerance &&
	       abs(p[1] - (int)(colour >> 8 & 255)) <= tolerance &&
	       abs(p[0] - (int)(colour & 255)) <= tolerance;
}

static void expect_colour(struct vc_source *src, uint64_t t_us, uint32_t colour)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_XRGB8888, 640, 360);
	const uint8_t *p = img->plane[0] + 180 * img->stride[0] + 320 * 4;
	time_t end = time(NULL) + PATIENCE_S;

	do {
		assert_int_equal(vc_source_render(src, 0, t_us++, img), 0);
	} while (!is_colour(img, colour, 5) && time(NULL) < end);
	if (!is_colour(img, colour, 5))
		fail_msg("at %llu us: %02x%02x%02x instead of %06x", (unsigned long long)t_us,
			 p[2], p[1], p[0], colour);
	vc_image_destroy(img);
}

static void pattern_is_default(void **state)
{
	struct vc_source *src = open_good(NULL);
	struct vc_image *img = vc_image_create(DRM_FORMAT_NV12, 640, 480);
	uint64_t got;

	assert_int_equal(vc_source_render(src, 12345, 0, img), 0);
	assert_int_equal(vc_pattern_read_seq(img, &got), 0);
	assert_int_equal(got, 12345);
	assert_true(vc_source_fps(src) == 30);
	vc_image_destroy(img);
	vc_source_close(src);
}

static void film_frames_come_in_time(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_NV12, WIDTH, HEIGHT);
	struct vc_source *src;

	make_film("a.mp4", "-c:v libx264 -pix_fmt yuv420p");
	src = open_good(in_dir("a.mp4"));
	assert_true(vc_source_fps(src) == 30);
	/* Two rounds and a half. */
	for (int i = 0; i < FRAMES * 5 / 2; i++)
		expect_number(src, FRAME_US(i), FIRST + i % FRAMES, img);
	/* Between two frames the first is seen, and some are left out. */
	expect_number(src, FRAME_US(80) + 16000, FIRST + 80 % FRAMES, img);
	expect_number(src, FRAME_US(87), FIRST + 87 % FRAMES, img);
	/* A new stream starts from the beginning. */
	expect_number(src, FRAME_US(0), FIRST, img);
	expect_number(src, FRAME_US(3), FIRST + 3, img);
	vc_source_close(src);
	vc_image_destroy(img);
}

static void film_formats(void **state)
{
	static const struct {
		const char *name, *options;
	} films[] = {
		{ "b.mkv", "-c:v ffv1 -pix_fmt yuv422p10le" },
		{ "c.avi", "-c:v mjpeg -q:v 2" },
		{ "d.h264", "-c:v libx264 -pix_fmt yuv444p" },
		{ "e.gif", "" },
	};
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, WIDTH, HEIGHT);

	for (size_t i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		struct vc_source *src;

		make_film(films[i].name, films[i].options);
		src = open_good(in_dir(films[i].name));
		/* GIF counts hundredths of seconds, raw H.264 nothing. */
		for (int n = 0; n < 10; n++) {
			uint64_t got, t_us = n * 40000ull;

			assert_int_equal(vc_source_render(src, 0, t_us, img), 0);
			assert_int_equal(vc_pattern_read_seq(img, &got), 0);
			assert_in_range(got, FIRST, FIRST + FRAMES - 1);
		}
		vc_source_close(src);
	}
	vc_image_destroy(img);
}

/* Too far ahead to be decoded in time: late or not, a moment keeps its picture. */
static void one_moment_is_one_picture(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, WIDTH, HEIGHT);
	struct vc_source *src;
	uint64_t first, got;

	make_film("m.mp4", "-c:v libx264 -pix_fmt yuv420p");
	src = open_good(in_dir("m.mp4"));
	for (int i = 0; i < 10; i++) {
		assert_int_equal(vc_source_render(src, 0, FRAME_US(i * 59), img), 0);
		assert_int_equal(vc_pattern_read_seq(img, &first), 0);
		for (int again = 0; again < 20; again++) {
			assert_int_equal(vc_source_render(src, 0, FRAME_US(i * 59), img), 0);
			assert_int_equal(vc_pattern_read_seq(img, &got), 0);
			assert_int_equal(got, first);
		}
	}
	vc_source_close(src);
	vc_image_destroy(img);
}

/* The camera was off for an hour: the film goes on, now, where it is. */
static void film_goes_on_after_a_pause(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, WIDTH, HEIGHT);
	struct vc_source *src;
	uint64_t first, got, t_us = 3600 * 1000000ull;
	time_t end = time(NULL) + PATIENCE_S;

	make_film("p.mp4", "-c:v libx264 -pix_fmt yuv420p");
	src = open_good(in_dir("p.mp4"));
	expect_number(src, FRAME_US(4), FIRST + 4, img);
	assert_int_equal(vc_source_render(src, 0, t_us, img), 0);
	assert_int_equal(vc_pattern_read_seq(img, &first), 0);
	do {
		t_us += 33333;
		assert_int_equal(vc_source_render(src, 0, t_us, img), 0);
		assert_int_equal(vc_pattern_read_seq(img, &got), 0);
	} while (got == first && time(NULL) < end);
	assert_int_not_equal(got, first);
	vc_source_close(src);
	vc_image_destroy(img);
}

static void damaged_film_goes_on(void **state)
{
	struct vc_image *img = vc_image_create(DRM_FORMAT_YUV420, WIDTH, HEIGHT);
	struct vc_source *src;
	struct stat st;
	FILE *file;

	make_film("dam.mkv", "-c:v libx264 -g 5 -pix_fmt yuv420p");
	assert_int_equal(stat(in_dir("dam.mkv"), &st), 0);
	file = fopen(in_dir("dam.mkv"), "r+");
	if (!file) {
		fail_msg("no film was made");
		return;
	}
	fseek(file, st.st_size / 2, SEEK_SET);
	for (int i = 0; i < 2000; i++)
		fputc(i * 37, file);
	fclose(file);
	src = open_good(in_dir("dam.mkv"));
	for (int i = 0; i < 3 * FRAMES; i++)
		assert_int_equal(vc_source_render(src, i, FRAME_US(i), img), 0);
	vc_source_close(src);
	vc_image_destroy(img);
}

static void film_colours(void **state)
{
	static const struct {
		const char *name, *scale, *options;
	} films[] = {
		{ "709.mp4", "out_color_matrix=bt709:out_range=tv,format=yuv420p",
		  "-colorspace bt709 -color_range tv -c:v libx264" },
		{ "601.mp4", "out_color_matrix=bt601:out_range=tv,format=yuv420p",
		  "-colorspace smpte170m -color_range tv -c:v libx264" },
		{ "709full.mp4", "out_color_matrix=bt709:out_range=pc,format=yuv420p",
		  "-colorspace bt709 -color_range pc -c:v libx264" },
		/* Says nothing and is high enough for BT.709. */
		{ "none.mp4", "out_color_matrix=bt709:out_range=tv,format=yuv420p",
		  "-c:v mpeg4 -q:v 2" },
		{ "444.mkv", "out_color_matrix=bt709:out_range=tv,format=yuv444p",
		  "-colorspace bt709 -color_range tv -c:v ffv1" },
		{ "rgb.mkv", "iw:ih", "-c:v ffv1 -pix_fmt bgr0" },
	};
	char options[256];

	for (size_t i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		struct vc_source *src;

		snprintf(options, sizeof(options), "-vf scale=%s %s", films[i].scale,
			 films[i].options);
		make_colour(films[i].name, "0xc8321e", options);
		src = open_good(in_dir(films[i].name));
		expect_colour(src, 0, 0xc8321e);
		vc_source_close(src);
	}
}

static void photos_of_a_directory(void **state)
{
	struct vc_source *src;

	mkdir(in_dir("photos"), 0777);
	mkdir(in_dir("photos/sub"), 0777);
	make_colour("photos/1.png", "0x203040", "-frames:v 1");
	make_colour("photos/2.jpg", "0xa0b0c0", "-frames:v 1 -q:v 2");
	make_colour("photos/sub/3%d.png", "0x10c040", "-frames:v 1 -update 1");
	run("echo no image > %s", in_dir("photos/4.jpg"));
	run("echo no image > %s", in_dir("photos/README"));
	src = open_good(in_dir("photos"));
	assert_true(vc_source_fps(src) == 30);
	expect_colour(src, 100000, 0x203040);
	expect_colour(src, 5900000, 0x203040);
	expect_colour(src, 6100000, 0xa0b0c0);
	/* The third cannot be loaded, the one after it comes instead. */
	expect_colour(src, 12100000, 0x10c040);
	vc_source_close(src);
}

/* A picture with a step in the middle: the step moves. */
static void photo_is_panned(void **state)
{
	struct vc_image *a = vc_image_create(DRM_FORMAT_XRGB8888, 320, 180);
	struct vc_image *b = vc_image_create(DRM_FORMAT_XRGB8888, 320, 180);
	struct vc_source *src;

	run(FFMPEG "-f lavfi -i color=c=white:s=640x360 -vf %s -frames:v 1 %s",
	    "drawbox=0:0:320:360:black:fill", in_dir("step.png"));
	src = open_good(in_dir("step.png"));
	assert_int_equal(vc_source_render(src, 0, 0, a), 0);
	assert_int_equal(vc_source_render(src, 30, 1000000, b), 0);
	assert_true(vc_image_psnr(a, b) < 40);
	/* Seen small steps: nothing jumps from one frame to the next. */
	assert_int_equal(vc_source_render(src, 31, 1033333, a), 0);
	assert_true(vc_image_psnr(a, b) > 20);
	vc_source_close(src);
	vc_image_destroy(a);
	vc_image_destroy(b);
}

static void every_format_and_shape(void **state)
{
	static const uint32_t formats[] = {
		DRM_FORMAT_XRGB8888, DRM_FORMAT_XBGR8888, DRM_FORMAT_RGB565, DRM_FORMAT_BGR888,
		DRM_FORMAT_NV21, DRM_FORMAT_YVU420, DRM_FORMAT_VYUY, DRM_FORMAT_YUYV,
	};
	static const unsigned int sizes[][2] = { { 32, 32 }, { 1920, 1080 }, { 200, 600 },
						 { 641, 481 } };
	struct vc_source *src = open_good(in_dir("a.mp4"));

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			struct vc_image *img = vc_image_create(formats[i], sizes[j][0],
							       sizes[j][1]);

			assert_int_equal(vc_source_render(src, 0, 0, img), 0);
			vc_image_destroy(img);
		}
	vc_source_close(src);
}

static void expect_refusal(const char *spec, const char *word)
{
	char *error = NULL;

	assert_null(vc_source_open(spec, &error));
	assert_non_null(error);
	if (!strstr(error, word) || !strstr(error, spec) || strchr(error, '\n'))
		fail_msg("%s: \"%s\" does not say \"%s\" in one line", spec, error, word);
	free(error);
}

static void bad_files_are_named(void **state)
{
	mkdir(in_dir("empty"), 0777);
	run("echo this is a text > %s", in_dir("text.mp4"));
	run(": > %s", in_dir("zero.mp4"));
	run(FFMPEG "-f lavfi -i sine=d=0.1 %s", in_dir("sound.wav"));
	run("head -c 300 %s > %s", in_dir("a.mp4"), in_dir("cut.mp4"));
	run("head -c 60 %s > %s", in_dir("step.png"), in_dir("cut.png"));
	expect_refusal("/nonexistent/clip.mp4", "No such file");
	expect_refusal("/dev/null", "neither");
	expect_refusal(in_dir("text.mp4"), "not a video or image");
	expect_refusal(in_dir("zero.mp4"), "");
	expect_refusal(in_dir("sound.wav"), "no pictures");
	expect_refusal(in_dir("cut.mp4"), "");
	expect_refusal(in_dir("cut.png"), "");
	expect_refusal(in_dir("empty"), "no images");
	/* Nobody asks why. */
	assert_null(vc_source_open("/nonexistent", NULL));
}

static void unknown_format_is_refused(void **state)
{
	struct vc_source *src = open_good("pattern");
	struct vc_image img = { .format = DRM_FORMAT_C8, .width = 32, .height = 32 };

	assert_int_equal(vc_source_render(src, 0, 0, &img), -EINVAL);
	vc_source_close(src);
	vc_source_close(NULL);
}

static int setup(void **state)
{
	strcpy(dir, "/tmp/vc-source-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int teardown(void **state)
{
	return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pattern_is_default),
		cmocka_unit_test(film_frames_come_in_time),
		cmocka_unit_test(film_formats),
		cmocka_unit_test(one_moment_is_one_picture),
		cmocka_unit_test(film_goes_on_after_a_pause),
		cmocka_unit_test(damaged_film_goes_on),
		cmocka_unit_test(film_colours),
		cmocka_unit_test(photos_of_a_directory),
		cmocka_unit_test(photo_is_panned),
		cmocka_unit_test(every_format_and_shape),
		cmocka_unit_test(bad_files_are_named),
		cmocka_unit_test(unknown_format_is_refused),
	};

	return cmocka_run_group_tests_name("media-source", tests, setup, teardown);
}
