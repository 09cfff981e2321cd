// SPDX-License-Identifier: GPL-2.0
/*
 * The screen in a window, by SDL. All of SDL stays on one thread.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <pthread.h>
#include <stdlib.h>

#include <SDL.h>

#include "../log.h"
#include "screen-priv.h"

#define TITLE		"videocored: HDMI-A-1"
#define EVENT_WAIT_MS	50	/* how late the window may notice its closing */

struct vc_window {
	pthread_t thread;

	/* The window thread's. */
	SDL_Window *window;
	SDL_Renderer *renderer;
	SDL_Texture *texture;
	int width;
	int height;
	Uint32 wake_event;

	pthread_mutex_t lock;	/* Protects everything below */
	pthread_cond_t started_cond;
	bool started;
	bool open;
	bool stop;
	struct vc_picture *next;
};

static bool open_sdl(struct vc_window *win)
{
	/* SIGINT and SIGTERM are the program's. */
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	/*
	 * Not the console, nor one nobody sees; Wayland's library complains where there
	 * is none. The user's environment has precedence.
	 */
	SDL_SetHint(SDL_HINT_VIDEODRIVER, getenv("WAYLAND_DISPLAY") ? "wayland,x11" : "x11");
	if (SDL_InitSubSystem(SDL_INIT_VIDEO))
		goto err_quit;
	win->wake_event = SDL_RegisterEvents(1);
	win->window = SDL_CreateWindow(TITLE, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED,
				       1280, 720, SDL_WINDOW_RESIZABLE);
	if (!win->window)
		goto err_quit;
	win->renderer = SDL_CreateRenderer(win->window, -1, 0);
	if (!win->renderer)
		goto err_window;
	return true;

err_window:
	SDL_DestroyWindow(win->window);
err_quit:
	vc_info("screen", "no window: %s", SDL_GetError());
	SDL_Quit();
	return false;
}

static void close_sdl(struct vc_window *win)
{
	if (win->texture)
		SDL_DestroyTexture(win->texture);
	SDL_DestroyRenderer(win->renderer);
	SDL_DestroyWindow(win->window);
	SDL_Quit();
}

static void set_open(struct vc_window *win, bool open)
{
	pthread_mutex_lock(&win->lock);
	win->open = open;
	win->started = true;
	pthread_cond_signal(&win->started_cond);
	pthread_mutex_unlock(&win->lock);
}

static bool fit_texture(struct vc_window *win, const struct vc_image *img)
{
	if (win->texture && win->width == (int)img->width && win->height == (int)img->height)
		return true;
	if (win->texture)
		SDL_DestroyTexture(win->texture);
	win->width = img->width;
	win->height = img->height;
	win->texture = SDL_CreateTexture(win->renderer, SDL_PIXELFORMAT_RGB888,
					 SDL_TEXTUREACCESS_STREAMING, win->width, win->height);
	SDL_RenderSetLogicalSize(win->renderer, win->width, win->height);
	return win->texture != NULL;
}

static void draw(struct vc_window *win, const struct vc_image *img)
{
	if (!fit_texture(win, img))
		return;
	SDL_UpdateTexture(win->texture, NULL, img->plane[0], img->stride[0]);
	SDL_RenderClear(win->renderer);
	SDL_RenderCopy(win->renderer, win->texture, NULL, NULL);
	SDL_RenderPresent(win->renderer);
}

/* False when the window is to go. */
static bool run_once(struct vc_window *win)
{
	struct vc_picture *pic;
	SDL_Event event;
	bool stop;

	if (SDL_WaitEventTimeout(&event, EVENT_WAIT_MS) && event.type == SDL_QUIT)
		return false;
	pthread_mutex_lock(&win->lock);
	pic = win->next;
	win->next = NULL;
	stop = win->stop;
	pthread_mutex_unlock(&win->lock);
	if (pic)
		draw(win, pic->img);
	vc_picture_put(pic);
	return !stop;
}

static void *window_thread(void *arg)
{
	struct vc_window *win = arg;
	bool open = open_sdl(win);

	set_open(win, open);
	if (!open)
		return NULL;
	while (run_once(win))
		;
	close_sdl(win);
	set_open(win, false);
	return NULL;
}

static bool have_display(void)
{
	return getenv("DISPLAY") || getenv("WAYLAND_DISPLAY") || getenv("SDL_VIDEODRIVER");
}

static bool wait_started(struct vc_window *win)
{
	bool open;

	pthread_mutex_lock(&win->lock);
	while (!win->started)
		pthread_cond_wait(&win->started_cond, &win->lock);
	open = win->open;
	pthread_mutex_unlock(&win->lock);
	return open;
}

struct vc_window *vc_window_create(void)
{
	struct vc_window *win = have_display() ? calloc(1, sizeof(*win)) : NULL;

	if (!win)
		return NULL;
	pthread_mutex_init(&win->lock, NULL);
	pthread_cond_init(&win->started_cond, NULL);
	if (pthread_create(&win->thread, NULL, window_thread, win)) {
		pthread_cond_destroy(&win->started_cond);
		pthread_mutex_destroy(&win->lock);
		free(win);
		return NULL;
	}
	if (!wait_started(win)) {
		vc_window_destroy(win);
		return NULL;
	}
	return win;
}

void vc_window_destroy(struct vc_window *win)
{
	if (!win)
		return;
	pthread_mutex_lock(&win->lock);
	win->stop = true;
	pthread_mutex_unlock(&win->lock);
	pthread_join(win->thread, NULL);
	vc_picture_put(win->next);
	pthread_cond_destroy(&win->started_cond);
	pthread_mutex_destroy(&win->lock);
	free(win);
}

bool vc_window_is_open(struct vc_window *win)
{
	bool open;

	pthread_mutex_lock(&win->lock);
	open = win->open;
	pthread_mutex_unlock(&win->lock);
	return open;
}

void vc_window_show(struct vc_window *win, struct vc_picture *pic)
{
	SDL_Event wake = { .type = win->wake_event };
	struct vc_picture *old;
	bool open;

	pthread_mutex_lock(&win->lock);
	open = win->open;
	old = win->next;
	win->next = open ? vc_picture_get(pic) : NULL;
	pthread_mutex_unlock(&win->lock);
	vc_picture_put(old);
	if (open)
		SDL_PushEvent(&wake);
}
