// SPDX-License-Identifier: GPL-2.0
/*
 * The screen's onlookers: files are read back with the libraries that read
 * them elsewhere, numbers in the pictures tell which frames they got.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <drm_fourcc.h>
#include <json-c/json.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <png.h>

#include "pattern.h"
#include "screen.h"

#define WIDTH		640
#define HEIGHT		360
#define PATIENCE_S	20

static char dir[32];	/* of this run */

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static struct vc_image *screen_image(uint64_t seq, unsigned int width, unsigned int height)
{
	struct vc_image *yuv = vc_image_create(DRM_FORMAT_YUV420, width, height);
	struct vc_image *img = vc_image_create(DRM_FORMAT_XRGB8888, width, height);

	vc_pattern_draw(yuv, seq);
	assert_int_equal(vc_image_convert(yuv, img), 0);
	vc_image_destroy(yuv);
	return img;
}

static void present(struct vc_screen *screen, uint64_t seq, uint64_t time_ns)
{
	struct vc_image *img = screen_image(seq, WIDTH, HEIGHT);

	vc_screen_present(screen, img, time_ns);
	vc_image_destroy(img);
}

static int64_t recorded(struct vc_screen *screen, const char *what)
{
	struct json_object *out = json_object_new_object(), *rec;
	int64_t value;

	vc_screen_status(screen, out);
	rec = json_object_object_get(out, "recording");
	assert_non_null(rec);
	value = json_object_get_int64(json_object_object_get(rec, what));
	json_object_put(out);
	return value;
}

static void wait_recorded(struct vc_screen *screen, int64_t frames)
{
	time_t end = time(NULL) + PATIENCE_S;

	while (recorded(screen, "frames") < frames && time(NULL) < end)
		sched_yield();
	assert_int_equal(recorded(screen, "frames"), frames);
}

/* -----------------------------------------------------------------------------
 * Reading films
 */

struct film {
	AVFormatContext *format;
	AVCodecContext *codec;
	int width, height, frames;
	double duration;
	int64_t pts[256];
	uint64_t seq[256];
};

static void note_frame(struct film *film, const AVFrame *frame)
{
	struct vc_image img = {
		.format = DRM_FORMAT_YUV420, .width = frame->width, .height = frame->height,
		.plane = { frame->data[0], frame->data[1], frame->data[2] },
		.stride = { frame->linesize[0], frame->linesize[1], frame->linesize[2] },
	};

	assert_in_range(film->frames, 0, 255);
	film->width = frame->width;
	film->height = frame->height;
	film->pts[film->frames] = av_rescale_q(frame->pts, film->format->streams[0]->time_base,
					       av_make_q(1, 1000));
	if (vc_pattern_read_seq(&img, &film->seq[film->frames]))
		film->seq[film->frames] = ~0ull;
	film->frames++;
}

static void receive_frames(struct film *film, AVFrame *frame)
{
	while (!avcodec_receive_frame(film->codec, frame))
		note_frame(film, frame);
}

static void read_film(struct film *film, const char *path)
{
	AVPacket *packet = av_packet_alloc();
	AVFrame *frame = av_frame_alloc();
	const AVCodec *codec;

	memset(film, 0, sizeof(*film));
	assert_int_equal(avformat_open_input(&film->format, path, NULL, NULL), 0);
	assert_in_range(avformat_find_stream_info(film->format, NULL), 0, 1);
	assert_int_equal(film->format->nb_streams, 1);
	assert_int_equal(film->format->streams[0]->codecpar->codec_id, AV_CODEC_ID_H264);
	film->duration = film->format->duration / (double)AV_TIME_BASE;
	codec = avcodec_find_decoder(AV_CODEC_ID_H264);
	film->codec = avcodec_alloc_context3(codec);
	avcodec_parameters_to_context(film->codec, film->format->streams[0]->codecpar);
	assert_int_equal(avcodec_open2(film->codec, codec, NULL), 0);
	while (!av_read_frame(film->format, packet)) {
		assert_int_equal(avcodec_send_packet(film->codec, packet), 0);
		receive_frames(film, frame);
		av_packet_unref(packet);
	}
	avcodec_send_packet(film->codec, NULL);
	receive_frames(film, frame);
	av_frame_free(&frame);
	av_packet_free(&packet);
	avcodec_free_context(&film->codec);
	avformat_close_input(&film->format);
}

/* -----------------------------------------------------------------------------
 * Recording
 */

static void recording_has_every_frame(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct film film;

	assert_false(vc_screen_wants(screen));
	assert_int_equal(vc_screen_record_start(screen, in_dir("a.mp4"), 30, NULL), 0);
	assert_true(vc_screen_wants(screen));
	assert_int_equal(vc_screen_record_start(screen, in_dir("b.mp4"), 30, NULL), -EBUSY);
	for (int i = 0; i < 45; i++) {
		present(screen, 1000 + i, 5000000000ull + i * 33333333ull);
		wait_recorded(screen, i + 1);
	}
	assert_int_equal(vc_screen_record_stop(screen), 0);
	assert_false(vc_screen_wants(screen));
	read_film(&film, in_dir("a.mp4"));
	assert_int_equal(film.frames, 45);
	assert_int_equal(film.width, WIDTH);
	assert_int_equal(film.height, HEIGHT);
	assert_true(film.duration > 1.45 && film.duration < 1.55);
	for (int i = 0; i < 45; i++) {
		assert_int_equal(film.seq[i], 1000 + i);
		assert_in_range(film.pts[i], i * 1000 / 30, i * 1000 / 30 + 1);
	}
	vc_screen_destroy(screen);
}

/* 60 Hz in, 20 fps out, and a second in which nothing was composed. */
static void frame_rate_is_kept(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct film film;

	assert_int_equal(vc_screen_record_start(screen, in_dir("c.mkv"), 20, NULL), 0);
	/* The first picture not more than half a frame early is taken. */
	for (int i = 0; i < 29; i++) {
		present(screen, i, i * 16666667ull);
		wait_recorded(screen, (i + 1) / 3 + 1);
	}
	present(screen, 500, 1500000000ull);
	wait_recorded(screen, 11);
	assert_int_equal(vc_screen_record_stop(screen), 0);
	read_film(&film, in_dir("c.mkv"));
	assert_int_equal(film.frames, 11);
	for (int i = 0; i < 10; i++) {
		assert_in_range(film.pts[i], i * 50, i * 50 + 1);
		assert_int_equal(film.seq[i], i ? 3 * i - 1 : 0);
	}
	assert_in_range(film.pts[10], 1499, 1501);
	assert_int_equal(film.seq[10], 500);
	vc_screen_destroy(screen);
}

static void slow_encoder_drops(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct vc_image *img = screen_image(1, 1920, 1080);
	struct film film;
	int64_t frames, dropped;
	int presented = 0;

	assert_int_equal(vc_screen_record_start(screen, in_dir("d.mp4"), 30, NULL), 0);
	do {
		vc_screen_present(screen, img, presented++ * 33333333ull);
	} while (!recorded(screen, "dropped") && presented < 200);
	vc_screen_present(screen, img, presented++ * 33333333ull);
	dropped = recorded(screen, "dropped");
	assert_true(dropped > 0);
	assert_int_equal(vc_screen_record_stop(screen), 0);
	read_film(&film, in_dir("d.mp4"));
	frames = film.frames;
	assert_int_equal(frames + dropped, presented);
	vc_image_destroy(img);
	vc_screen_destroy(screen);
}

static void film_keeps_its_size(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct vc_image *img = screen_image(77, 1280, 720);
	struct film film;

	assert_int_equal(vc_screen_record_start(screen, in_dir("e.mp4"), 30, NULL), 0);
	present(screen, 76, 0);
	wait_recorded(screen, 1);
	vc_screen_present(screen, img, 33333333);
	wait_recorded(screen, 2);
	/* At exit the film is finished too. */
	vc_screen_destroy(screen);
	read_film(&film, in_dir("e.mp4"));
	assert_int_equal(film.frames, 2);
	assert_int_equal(film.width, WIDTH);
	assert_int_equal(film.seq[0], 76);
	assert_int_equal(film.seq[1], 77);
	vc_image_destroy(img);
}

static void empty_recording_leaves_no_file(void **state)
{
	struct vc_screen *screen = vc_screen_create();

	assert_int_equal(vc_screen_record_start(screen, in_dir("f.mp4"), 30, NULL), 0);
	assert_int_equal(vc_screen_record_stop(screen), -ENODATA);
	assert_int_not_equal(access(in_dir("f.mp4"), F_OK), 0);
	assert_int_equal(vc_screen_record_stop(screen), 0);
	vc_screen_destroy(screen);
}

static void expect_refusal(struct vc_screen *screen, const char *path, double fps,
			   const char *word)
{
	char *error = NULL;

	assert_true(vc_screen_record_start(screen, path, fps, &error) < 0);
	assert_non_null(error);
	if (!strstr(error, word) || strchr(error, '\n'))
		fail_msg("%s: \"%s\" does not say \"%s\"", path, error, word);
	free(error);
}

static void bad_recordings_are_refused(void **state)
{
	struct vc_screen *screen = vc_screen_create();

	expect_refusal(screen, "/nonexistent/a.mp4", 30, "No such file");
	expect_refusal(screen, in_dir("a.txt"), 30, "suffix");
	expect_refusal(screen, in_dir("a.wav"), 30, "cannot hold H.264");
	expect_refusal(screen, in_dir("a.mp4"), 0, "frame rate");
	expect_refusal(screen, in_dir("a.mp4"), 0.0 / 0.0, "frame rate");
	vc_screen_destroy(screen);
}

static void full_disk_ends_the_recording_only(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct vc_image *img = screen_image(1, 1280, 720);
	time_t end = time(NULL) + PATIENCE_S;
	uint64_t t = 0;

	if (access("/dev/full", W_OK))
		skip();
	assert_int_equal(symlink("/dev/full", in_dir("full.mkv")), 0);
	assert_int_equal(vc_screen_record_start(screen, in_dir("full.mkv"), 30, NULL), 0);
	for (int i = 0; i < 20 && time(NULL) < end; i++)
		vc_screen_present(screen, img, t += 33333333);
	assert_true(vc_screen_record_stop(screen) < 0);
	assert_int_equal(vc_screen_record_start(screen, in_dir("after.mp4"), 30, NULL), 0);
	vc_screen_present(screen, img, t);
	assert_int_equal(vc_screen_record_stop(screen), 0);
	vc_image_destroy(img);
	vc_screen_destroy(screen);
}

/* -----------------------------------------------------------------------------
 * Screenshots
 */

struct shot {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool done;
	int err;
	char error[128];
};

static void shot_done(void *arg, int err, const char *error)
{
	struct shot *shot = arg;

	pthread_mutex_lock(&shot->lock);
	shot->done = true;
	shot->err = err;
	snprintf(shot->error, sizeof(shot->error), "%s", error ? error : "");
	pthread_cond_signal(&shot->cond);
	pthread_mutex_unlock(&shot->lock);
}

static void shot_init(struct shot *shot)
{
	memset(shot, 0, sizeof(*shot));
	pthread_mutex_init(&shot->lock, NULL);
	pthread_cond_init(&shot->cond, NULL);
}

static void shot_wait(struct shot *shot)
{
	pthread_mutex_lock(&shot->lock);
	while (!shot->done)
		pthread_cond_wait(&shot->cond, &shot->lock);
	pthread_mutex_unlock(&shot->lock);
}

static uint64_t number_in_png(const char *path)
{
	png_image png = { .version = PNG_IMAGE_VERSION };
	struct vc_image *img;
	uint64_t seq = ~0ull;

	assert_true(png_image_begin_read_from_file(&png, path));
	assert_int_equal(png.width, WIDTH);
	assert_int_equal(png.height, HEIGHT);
	img = vc_image_create(DRM_FORMAT_BGR888, png.width, png.height);
	png.format = PNG_FORMAT_RGB;
	assert_true(png_image_finish_read(&png, NULL, img->plane[0], img->stride[0], NULL));
	assert_int_equal(vc_pattern_read_seq(img, &seq), 0);
	vc_image_destroy(img);
	return seq;
}

static void screenshot_is_of_the_next_picture(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	time_t end = time(NULL) + PATIENCE_S;
	struct shot shot;
	uint64_t n = 100;

	shot_init(&shot);
	present(screen, 99, 0);
	assert_int_equal(vc_screen_screenshot_async(screen, in_dir("a.png"), shot_done, &shot), 0);
	assert_true(vc_screen_wants(screen));
	/* As the compositor does: a picture whenever somebody wants one. */
	while (vc_screen_wants(screen) && time(NULL) < end)
		present(screen, n++, 0);
	shot_wait(&shot);
	assert_int_equal(shot.err, 0);
	assert_in_range(number_in_png(in_dir("a.png")), 100, n);
	vc_screen_destroy(screen);
}

static void no_screenshot_when_blank(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct shot shot;

	shot_init(&shot);
	present(screen, 1, 0);
	assert_int_equal(vc_screen_screenshot_async(screen, in_dir("b.png"), shot_done, &shot), 0);
	vc_screen_blank(screen);
	vc_screen_destroy(screen);
	assert_true(shot.done);
	assert_int_equal(shot.err, -ENODATA);
	assert_non_null(strstr(shot.error, "off"));
	assert_int_not_equal(access(in_dir("b.png"), F_OK), 0);
}

static void screenshot_without_pictures_times_out(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	char *error = NULL;

	present(screen, 1, 0);
	assert_int_equal(vc_screen_screenshot(screen, in_dir("c.png"), &error), -ETIMEDOUT);
	assert_non_null(error);
	free(error);
	assert_false(vc_screen_wants(screen));
	vc_screen_destroy(screen);
}

static void screenshot_errors_are_named(void **state)
{
	struct vc_screen *screen = vc_screen_create();
	struct shot shot;

	shot_init(&shot);
	assert_int_equal(vc_screen_screenshot_async(screen, "/nonexistent/a.png", shot_done,
						    &shot), 0);
	while (vc_screen_wants(screen))
		present(screen, 1, 0);
	shot_wait(&shot);
	assert_int_equal(shot.err, -ENOENT);
	assert_non_null(strstr(shot.error, "/nonexistent/a.png"));
	vc_screen_destroy(screen);
}

/* -----------------------------------------------------------------------------
 * Window
 */

static void window_needs_a_display(void **state)
{
	struct vc_screen *screen = vc_screen_create();

	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("SDL_VIDEODRIVER");
	assert_int_equal(vc_screen_window(screen), -ENODEV);
	assert_false(vc_screen_wants(screen));
	setenv("DISPLAY", ":7654", 1);
	assert_int_equal(vc_screen_window(screen), -ENODEV);
	unsetenv("DISPLAY");
	vc_screen_destroy(screen);
}

static void window_shows_pictures(void **state)
{
	struct vc_screen *screen = vc_screen_create();

	setenv("SDL_VIDEODRIVER", "dummy", 1);
	assert_int_equal(vc_screen_window(screen), 0);
	assert_true(vc_screen_wants(screen));
	for (int i = 0; i < 10; i++)
		present(screen, i, i);
	vc_screen_blank(screen);
	vc_screen_destroy(screen);
}

static int setup(void **state)
{
	strcpy(dir, "/tmp/vc-screen-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	return system(cmd);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(recording_has_every_frame),
		cmocka_unit_test(frame_rate_is_kept),
		cmocka_unit_test(slow_encoder_drops),
		cmocka_unit_test(film_keeps_its_size),
		cmocka_unit_test(empty_recording_leaves_no_file),
		cmocka_unit_test(bad_recordings_are_refused),
		cmocka_unit_test(full_disk_ends_the_recording_only),
		cmocka_unit_test(screenshot_is_of_the_next_picture),
		cmocka_unit_test(no_screenshot_when_blank),
		cmocka_unit_test(screenshot_without_pictures_times_out),
		cmocka_unit_test(screenshot_errors_are_named),
		cmocka_unit_test(window_needs_a_display),
		cmocka_unit_test(window_shows_pictures),
	};

	return cmocka_run_group_tests_name("media-screen", tests, setup, teardown);
}
