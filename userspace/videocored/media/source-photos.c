// SPDX-License-Identifier: GPL-2.0
/*
 * Photographs as a camera source: each is slowly panned for some seconds, the
 * next one is loaded meanwhile.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <drm_fourcc.h>
#include <libavutil/frame.h>

#include "../log.h"
#include "source-priv.h"

#define SHOWN_US	6000000		/* one photograph */
#define KEPT_WIDTH	2560		/* larger ones are kept at about this size */
#define KEPT_HEIGHT	1440
#define VISIBLE		0.80		/* of what fits, so that there is room to pan */
#define MAX_DEPTH	4		/* directories below the one named */
#define MAX_PHOTOS	1000

/* Where the distribution keeps photographs; the last also has other pictures. */
static const char *const places[] = {
	"/usr/share/backgrounds/mate/nature",
	"/usr/share/backgrounds",
};

struct photos {
	char **paths;
	unsigned int nr_paths;
	pthread_t thread;
	struct vc_image *current;	/* the caller's */
	uint64_t current_nr;

	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t changed;
	struct vc_image *next;		/* loaded, NULL: not yet */
	uint64_t next_nr;		/* asked for */
	bool stop;
};

/* -----------------------------------------------------------------------------
 * Finding
 */

static bool is_image_name(const char *name)
{
	static const char *const suffixes[] = {
		".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".jxl", ".avif",
	};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (!strcasecmp(dot, suffixes[i]))
			return true;
	return false;
}

static int add_path(struct photos *photos, const char *path)
{
	char **paths;

	if (photos->nr_paths == MAX_PHOTOS)
		return 0;
	paths = realloc(photos->paths, (photos->nr_paths + 1) * sizeof(*paths));
	if (!paths)
		return -ENOMEM;
	photos->paths = paths;
	paths[photos->nr_paths] = strdup(path);
	if (!paths[photos->nr_paths])
		return -ENOMEM;
	photos->nr_paths++;
	return 0;
}

static int add_directory(struct photos *photos, const char *dir, unsigned int depth);

static int add_entry(struct photos *photos, const char *dir, const char *name, unsigned int depth)
{
	struct stat st;
	char *path;
	int ret = 0;

	if (name[0] == '.')
		return 0;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	if (stat(path, &st))
		ret = 0;
	else if (S_ISDIR(st.st_mode) && depth < MAX_DEPTH)
		ret = add_directory(photos, path, depth + 1);
	else if (S_ISREG(st.st_mode) && is_image_name(name))
		ret = add_path(photos, path);
	free(path);
	return ret;
}

/* In the order of names. */
static int add_directory(struct photos *photos, const char *dir, unsigned int depth)
{
	struct dirent **entries;
	int nr = scandir(dir, &entries, NULL, alphasort);
	int ret = 0;

	if (nr < 0)
		return depth ? 0 : -errno;
	for (int i = 0; i < nr; i++) {
		if (!ret)
			ret = add_entry(photos, dir, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static int find_default(struct photos *photos, char **error)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int ret = add_directory(photos, places[i], 0);

		if (ret == -ENOMEM)
			return vc_fail(error, ret, "out of memory");
		if (photos->nr_paths)
			return 0;
	}
	return vc_fail(error, -ENOENT,
			      "no photographs in %s: install mate-backgrounds, or name a file or directory",
			      places[1]);
}

static int find_photos(struct photos *photos, const char *path, char **error)
{
	struct stat st;
	int ret;

	if (!path)
		return find_default(photos, error);
	if (!stat(path, &st) && !S_ISDIR(st.st_mode))
		ret = add_path(photos, path);
	else
		ret = add_directory(photos, path, 0);
	if (ret)
		return vc_fail(error, ret, "%s: %s", path, strerror(-ret));
	if (!photos->nr_paths)
		return vc_fail(error, -ENOENT, "%s: no images in this directory", path);
	return 0;
}

/* -----------------------------------------------------------------------------
 * Loading
 */

/* @view in the size it is kept in. NULL without memory. */
static struct vc_image *shrink(const struct vc_image *view, double sar)
{
	double width = view->width * sar, height = view->height;
	double scale = 1;
	struct vc_image *img;

	if (width > KEPT_WIDTH && height > KEPT_HEIGHT)
		scale = KEPT_WIDTH / width > KEPT_HEIGHT / height ? KEPT_WIDTH / width :
			KEPT_HEIGHT / height;
	width = width * scale < 2 ? 2 : width * scale;
	height = height * scale < 2 ? 2 : height * scale;
	img = vc_image_create(DRM_FORMAT_YUV420, width, height);
	if (img && vc_image_scale(view, img)) {
		vc_image_destroy(img);
		return NULL;
	}
	return img;
}

static int load_photo(const char *path, struct vc_image **out, char **error)
{
	struct vc_decoder *dec;
	struct vc_image view, *img = NULL;
	AVFrame *frame;
	int64_t time_us;
	int ret = vc_decoder_open(&dec, path, error);

	if (ret)
		return ret;
	frame = av_frame_alloc();
	ret = frame ? vc_decoder_next(dec, frame, &time_us) : -ENOMEM;
	if (!ret)
		ret = vc_frame_view(frame, &view);
	if (!ret)
		img = shrink(&view, vc_frame_aspect(frame));
	if (!ret && !img)
		ret = -ENOMEM;
	if (!ret)
		ret = vc_frame_fix_colours(frame, img);
	if (ret) {
		vc_image_destroy(img);
		vc_fail(error, ret, "%s: %s", path, strerror(-ret));
	} else {
		*out = img;
	}
	av_frame_free(&frame);
	vc_decoder_close(dec);
	return ret;
}

/* Photograph @nr, or the first after it that can be loaded. */
static int load_from(struct photos *photos, uint64_t nr, struct vc_image **out, char **error)
{
	int ret = -ENOENT;

	for (unsigned int i = 0; i < photos->nr_paths; i++) {
		char *why = NULL;

		ret = load_photo(photos->paths[(nr + i) % photos->nr_paths], out, &why);
		if (!ret)
			return 0;
		if (why)
			vc_info("source", "%s", why);
		/* With one photograph this is the reason, else one of many. */
		if (i + 1 == photos->nr_paths && error)
			*error = why;
		else
			free(why);
	}
	return ret;
}

static void *loader_thread(void *arg)
{
	struct photos *photos = arg;

	pthread_mutex_lock(&photos->lock);
	while (!photos->stop) {
		struct vc_image *img = NULL;
		uint64_t nr = photos->next_nr;

		if (photos->next) {
			pthread_cond_wait(&photos->changed, &photos->lock);
			continue;
		}
		pthread_mutex_unlock(&photos->lock);
		if (load_from(photos, nr, &img, NULL))
			img = NULL;
		pthread_mutex_lock(&photos->lock);
		photos->next = img;
		/* The last one that could be loaded stays. */
		if (!img)
			break;
	}
	pthread_mutex_unlock(&photos->lock);
	return NULL;
}

/* -----------------------------------------------------------------------------
 * Rendering
 */

/* The photograph for @nr when it is there, else the current one goes on. */
static void switch_to(struct photos *photos, uint64_t nr)
{
	pthread_mutex_lock(&photos->lock);
	if (photos->next) {
		vc_image_destroy(photos->current);
		photos->current = photos->next;
		photos->current_nr = nr;
		photos->next = NULL;
		photos->next_nr = nr + 1;
		pthread_cond_signal(&photos->changed);
	}
	pthread_mutex_unlock(&photos->lock);
}

/* From one corner of what is there towards another, each photograph differently. */
static struct vc_rect pan(const struct vc_image *img, uint64_t nr, double done,
			  const struct vc_image *dst)
{
	struct vc_rect part = vc_rect_cover(img->width, img->height, 1, dst);
	double x = nr & 1 ? 1 - done : done;
	double y = nr & 2 ? 1 - done : done;

	if (part.width > 16 && part.height > 16) {
		part.width *= VISIBLE;
		part.height *= VISIBLE;
	}
	part.x = (img->width - part.width) * x;
	part.y = (img->height - part.height) * y;
	return part;
}

static int photos_render(void *priv, uint64_t seq, uint64_t t_us, struct vc_image *dst)
{
	struct photos *photos = priv;
	uint64_t nr = t_us / SHOWN_US;
	double done = (double)(t_us % SHOWN_US) / SHOWN_US;

	if (nr != photos->current_nr && photos->nr_paths > 1)
		switch_to(photos, nr);
	/* One photograph, for as long as it takes, is panned there and back. */
	return vc_scale_part(photos->current,
			     pan(photos->current,
				 photos->nr_paths > 1 ? photos->current_nr : nr % 2 * 3, done, dst),
			     dst);
}

/* -----------------------------------------------------------------------------
 * Opening and closing
 */

static void photos_free(struct photos *photos)
{
	for (unsigned int i = 0; i < photos->nr_paths; i++)
		free(photos->paths[i]);
	free(photos->paths);
	vc_image_destroy(photos->current);
	vc_image_destroy(photos->next);
	pthread_cond_destroy(&photos->changed);
	pthread_mutex_destroy(&photos->lock);
	free(photos);
}

static void photos_close(void *priv)
{
	struct photos *photos = priv;

	pthread_mutex_lock(&photos->lock);
	photos->stop = true;
	pthread_cond_signal(&photos->changed);
	pthread_mutex_unlock(&photos->lock);
	pthread_join(photos->thread, NULL);
	photos_free(photos);
}

static int photos_start(struct photos *photos, const char *path, char **error)
{
	int ret = find_photos(photos, path, error);

	if (!ret)
		ret = load_from(photos, 0, &photos->current, error);
	if (ret)
		return ret;
	photos->next_nr = 1;
	ret = -pthread_create(&photos->thread, NULL, loader_thread, photos);
	if (ret)
		vc_fail(error, ret, "cannot start a thread: %s", strerror(-ret));
	return ret;
}

int vc_photos_open(struct vc_source *src, const char *path, char **error)
{
	static const struct vc_source_ops ops = {
		.render = photos_render,
		.close = photos_close,
	};
	struct photos *photos = calloc(1, sizeof(*photos));
	int ret;

	if (!photos)
		return vc_fail(error, -ENOMEM, "out of memory");
	pthread_mutex_init(&photos->lock, NULL);
	pthread_cond_init(&photos->changed, NULL);
	ret = photos_start(photos, path, error);
	if (ret) {
		photos_free(photos);
		return ret;
	}
	src->ops = &ops;
	src->priv = photos;
	src->fps = VC_SOURCE_FPS;
	return 0;
}
