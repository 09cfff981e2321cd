// SPDX-License-Identifier: GPL-2.0
/*
 * The control socket. Commands that may wait run on one worker thread; their
 * client is not read meanwhile, so that its answers come in order.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <json-c/json.h>

#include "control-priv.h"
#include "control.h"
#include "log.h"
#include "loop.h"
#include "unix.h"
#include "videocored.h"

#define CONTROL_LINE_MAX	4096u
#define CONTROL_DEPTH_MAX	8
#define CONTROL_CLIENTS_MAX	32
/* A client that does not read its answers is not read either. */
#define CONTROL_OUT_MAX		(1u << 20)

struct control_client;

/**
 * struct control_job - a slow command
 * @link: in the worker's queue, then in the done queue
 * @client: who waits for it; NULL when gone. Loop thread
 * @cmd: what is to be done
 * @call: its arguments and answer
 * @ret: of the command
 */
struct control_job {
	STAILQ_ENTRY(control_job) link;
	struct control_client *client;
	const struct control_command *cmd;
	struct control_call call;
	int ret;
};

STAILQ_HEAD(control_jobs, control_job);

/**
 * struct control_client - a connection
 * @ctl: whose it is
 * @slot: its place in ctl->clients
 * @bev: the connection
 * @job: slow command it waits for, or NULL
 * @is_skipping: in a line that was too long
 */
struct control_client {
	struct vc_control *ctl;
	unsigned int slot;
	struct bufferevent *bev;
	struct control_job *job;
	bool is_skipping;
};

/**
 * struct vc_control - socket, clients, worker
 * @vc: what is controlled
 * @path: of the socket
 * @listen_fd: listening socket
 * @listen: event of @listen_fd
 * @clients: connections, NULL where there is room
 * @worker: thread for slow commands
 * @lock: protects the members below
 * @wake: the worker waits on it
 * @todo: jobs for the worker
 * @done: jobs it has finished
 * @stop: the worker shall end once @todo is empty
 */
struct vc_control {
	struct videocored *vc;
	char *path;
	int listen_fd;
	struct event *listen;
	struct control_client *clients[CONTROL_CLIENTS_MAX];
	pthread_t worker;

	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct control_jobs todo;
	struct control_jobs done;
	bool stop;
};

/* -----------------------------------------------------------------------------
 * Answers
 */

static void client_send(struct control_client *client, struct json_object *answer)
{
	struct evbuffer *out = bufferevent_get_output(client->bev);
	const char *text = json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN);

	evbuffer_add(out, text, strlen(text));
	evbuffer_add(out, "\n", 1);
	/* Now rather than by the event: after "quit" there is no loop any more. */
	evbuffer_write(out, bufferevent_getfd(client->bev));
}

static void client_send_error(struct control_client *client, const char *error)
{
	struct json_object *answer = json_object_new_object();

	json_object_object_add(answer, "error", json_object_new_string(error));
	client_send(client, answer);
	json_object_put(answer);
}

static void call_release(struct control_call *call)
{
	json_object_put(call->in);
	json_object_put(call->out);
	free(call->error);
}

/* What the command added, behind "ok" - or the error - and the request's "id". */
static void client_answer(struct control_client *client, struct control_call *call, int ret)
{
	struct json_object *id;

	if (json_object_object_get_ex(call->in, "id", &id))
		json_object_object_add(call->out, "id", json_object_get(id));
	if (ret)
		json_object_object_add(call->out, "error",
				       json_object_new_string(call->error ? call->error
							      : strerror(-ret)));
	else
		json_object_object_add(call->out, "ok", json_object_new_boolean(1));
	client_send(client, call->out);
}

/* -----------------------------------------------------------------------------
 * Worker
 */

static void client_process(struct control_client *client);

static void job_free(struct control_job *job)
{
	call_release(&job->call);
	free(job);
}

/* Loop thread, posted by the worker: hand out what is done. */
static void control_collect(void *arg)
{
	struct vc_control *ctl = arg;
	struct control_client *client;
	struct control_job *job;

	for (;;) {
		pthread_mutex_lock(&ctl->lock);
		job = STAILQ_FIRST(&ctl->done);
		if (job)
			STAILQ_REMOVE_HEAD(&ctl->done, link);
		pthread_mutex_unlock(&ctl->lock);
		if (!job)
			return;

		client = job->client;
		if (client) {
			client->job = NULL;
			client_answer(client, &job->call, job->ret);
			bufferevent_enable(client->bev, EV_READ);
		}
		job_free(job);
		if (client)
			client_process(client);
	}
}

static void *control_work(void *arg)
{
	struct vc_control *ctl = arg;
	struct control_job *job;

	pthread_mutex_lock(&ctl->lock);
	for (;;) {
		while (STAILQ_EMPTY(&ctl->todo) && !ctl->stop)
			pthread_cond_wait(&ctl->wake, &ctl->lock);
		job = STAILQ_FIRST(&ctl->todo);
		if (!job)
			break;
		STAILQ_REMOVE_HEAD(&ctl->todo, link);
		pthread_mutex_unlock(&ctl->lock);

		job->ret = job->cmd->fn(&job->call);

		pthread_mutex_lock(&ctl->lock);
		STAILQ_INSERT_TAIL(&ctl->done, job, link);
		if (!ctl->stop && vc_loop_post(ctl->vc->loop, control_collect, ctl))
			vc_err("control", "no memory, an answer is late");
	}
	pthread_mutex_unlock(&ctl->lock);

	return NULL;
}

/* Takes over @call on success. */
static int control_queue(struct vc_control *ctl, struct control_client *client,
			 const struct control_command *cmd, const struct control_call *call)
{
	struct control_job *job;

	job = calloc(1, sizeof(*job));
	if (!job)
		return -ENOMEM;
	job->client = client;
	job->cmd = cmd;
	job->call = *call;
	client->job = job;
	bufferevent_disable(client->bev, EV_READ);

	pthread_mutex_lock(&ctl->lock);
	STAILQ_INSERT_TAIL(&ctl->todo, job, link);
	pthread_cond_signal(&ctl->wake);
	pthread_mutex_unlock(&ctl->lock);

	return 0;
}

/* -----------------------------------------------------------------------------
 * Requests
 */

static struct json_object *parse_line(const char *line, size_t len)
{
	struct json_tokener *tok;
	struct json_object *json;

	tok = json_tokener_new_ex(CONTROL_DEPTH_MAX);
	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	/* The NUL behind the line ends the text. */
	json = json_tokener_parse_ex(tok, line, (int)len + 1);
	if (json_tokener_get_error(tok) != json_tokener_success) {
		json_object_put(json);
		json = NULL;
	}
	json_tokener_free(tok);

	return json;
}

static void client_command(struct control_client *client, struct json_object *in)
{
	struct control_call call = { .vc = client->ctl->vc, .in = in };
	const struct control_command *cmd;
	struct json_object *name;
	int ret;

	if (!json_object_object_get_ex(in, "cmd", &name) ||
	    !json_object_is_type(name, json_type_string)) {
		client_send_error(client, "\"cmd\" is missing or not a string");
		json_object_put(in);
		return;
	}
	call.out = json_object_new_object();
	cmd = control_find_command(json_object_get_string(name));
	if (!cmd) {
		ret = -EOPNOTSUPP;
		call.error = strdup("unknown command");
	} else if (cmd->is_slow) {
		ret = control_queue(client->ctl, client, cmd, &call);
		if (!ret)
			return;
	} else {
		ret = cmd->fn(&call);
	}
	client_answer(client, &call, ret);
	call_release(&call);
}

static void client_line(struct control_client *client, const char *line, size_t len)
{
	struct json_object *in;

	/* Blank lines do no harm: a terminal on a serial port sends them. */
	if (strspn(line, " \t\r") == len)
		return;
	/* A NUL would hide what follows it from the parser. */
	in = memchr(line, '\0', len) ? NULL : parse_line(line, len);
	if (!json_object_is_type(in, json_type_object)) {
		client_send_error(client, "not a JSON object");
		json_object_put(in);
		return;
	}
	client_command(client, in);
}

/* A line beyond the limit is answered once and thrown away up to its end. */
static void client_limit_line(struct control_client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);

	if (evbuffer_get_length(in) <= CONTROL_LINE_MAX)
		return;
	if (!client->is_skipping)
		client_send_error(client, "line too long");
	client->is_skipping = true;
	evbuffer_drain(in, evbuffer_get_length(in));
}

static void client_process(struct control_client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->bev);
	struct evbuffer *out = bufferevent_get_output(client->bev);
	size_t len;
	char *line;

	while (!client->job && evbuffer_get_length(out) < CONTROL_OUT_MAX) {
		line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
		if (!line)
			break;
		if (client->is_skipping)
			client->is_skipping = false;
		else if (len > CONTROL_LINE_MAX)
			client_send_error(client, "line too long");
		else
			client_line(client, line, len);
		free(line);
	}
	if (!client->job && evbuffer_get_length(out) < CONTROL_OUT_MAX)
		client_limit_line(client);
}

/* -----------------------------------------------------------------------------
 * Clients
 */

static void client_free(struct control_client *client)
{
	if (client->job)
		client->job->client = NULL;
	client->ctl->clients[client->slot] = NULL;
	bufferevent_free(client->bev);
	free(client);
}

static void client_on_read(struct bufferevent *bev, void *arg)
{
	client_process(arg);
}

/* The output has drained: go on with lines held back. */
static void client_on_write(struct bufferevent *bev, void *arg)
{
	client_process(arg);
}

static void client_on_event(struct bufferevent *bev, short what, void *arg)
{
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		client_free(arg);
}

static int client_create(struct vc_control *ctl, unsigned int slot, int fd)
{
	struct control_client *client;

	client = calloc(1, sizeof(*client));
	if (!client)
		return -ENOMEM;
	client->ctl = ctl;
	client->bev = bufferevent_socket_new(vc_loop_base(ctl->vc->loop), fd,
					     BEV_OPT_CLOSE_ON_FREE);
	if (!client->bev) {
		free(client);
		return -ENOMEM;
	}
	/* Not more than a line too long is ever stored. */
	bufferevent_setwatermark(client->bev, EV_READ, 0, 2 * CONTROL_LINE_MAX);
	bufferevent_setcb(client->bev, client_on_read, client_on_write, client_on_event, client);
	bufferevent_enable(client->bev, EV_READ | EV_WRITE);
	client->slot = slot;
	ctl->clients[slot] = client;

	return 0;
}

static void control_on_listen(evutil_socket_t listen_fd, short events, void *arg)
{
	struct vc_control *ctl = arg;
	unsigned int slot = 0;
	int fd;

	fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	while (slot < CONTROL_CLIENTS_MAX && ctl->clients[slot])
		slot++;
	if (slot == CONTROL_CLIENTS_MAX || client_create(ctl, slot, fd)) {
		vc_err("control", "too many clients, one is turned away");
		close(fd);
	}
}

static int control_listen(struct vc_control *ctl)
{
	ctl->listen_fd = vc_unix_listen(ctl->path);
	if (ctl->listen_fd < 0)
		return ctl->listen_fd;
	ctl->listen = event_new(vc_loop_base(ctl->vc->loop), ctl->listen_fd,
				EV_READ | EV_PERSIST, control_on_listen, ctl);
	if (!ctl->listen) {
		close(ctl->listen_fd);
		unlink(ctl->path);
		return -ENOMEM;
	}
	event_add(ctl->listen, NULL);

	return 0;
}

int vc_control_create(struct vc_control **control, struct videocored *vc, const char *path)
{
	struct vc_control *ctl;
	int ret = -ENOMEM;

	ctl = calloc(1, sizeof(*ctl));
	if (!ctl)
		return -ENOMEM;
	ctl->vc = vc;
	STAILQ_INIT(&ctl->todo);
	STAILQ_INIT(&ctl->done);
	pthread_mutex_init(&ctl->lock, NULL);
	pthread_cond_init(&ctl->wake, NULL);
	ctl->path = strdup(path);
	if (!ctl->path)
		goto err_free;
	ret = control_listen(ctl);
	if (ret)
		goto err_path;
	ret = -pthread_create(&ctl->worker, NULL, control_work, ctl);
	if (ret)
		goto err_listen;
	*control = ctl;

	return 0;

err_listen:
	event_free(ctl->listen);
	close(ctl->listen_fd);
	unlink(ctl->path);
err_path:
	free(ctl->path);
err_free:
	pthread_cond_destroy(&ctl->wake);
	pthread_mutex_destroy(&ctl->lock);
	free(ctl);
	return ret;
}

static void control_free_jobs(struct control_jobs *jobs)
{
	struct control_job *job;

	while ((job = STAILQ_FIRST(jobs))) {
		STAILQ_REMOVE_HEAD(jobs, link);
		job_free(job);
	}
}

void vc_control_destroy(struct vc_control *ctl)
{
	unsigned int i;

	if (!ctl)
		return;
	pthread_mutex_lock(&ctl->lock);
	ctl->stop = true;
	pthread_cond_signal(&ctl->wake);
	pthread_mutex_unlock(&ctl->lock);
	pthread_join(ctl->worker, NULL);

	/* Who still waits gets the answer; nobody waits for more. */
	control_collect(ctl);
	for (i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (ctl->clients[i])
			client_free(ctl->clients[i]);
	control_free_jobs(&ctl->todo);
	control_free_jobs(&ctl->done);
	event_free(ctl->listen);
	close(ctl->listen_fd);
	unlink(ctl->path);
	free(ctl->path);
	pthread_cond_destroy(&ctl->wake);
	pthread_mutex_destroy(&ctl->lock);
	free(ctl);
}
