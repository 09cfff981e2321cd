// SPDX-License-Identifier: GPL-2.0
/*
 * vcctl: asks videocored to do something, over its control socket or, in the
 * guest, over a virtio port that leads there.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json.h>

#include "vcctl-table.h"

#define EXIT_FAILED	1
#define EXIT_USAGE	2
#define EXIT_NO_SERVER	3

#define GUEST_PORT	"/dev/virtio-ports/org.vc-media.control"
#define MAX_INSTANCE	99
/* A recording may take a while to finish. */
#define ANSWER_TIMEOUT_MS	60000
/* A virtio port can be open once; the other user is another vcctl. */
#define PORT_RETRY_MS	50
#define PORT_TIMEOUT_MS	10000

static const char usage[] =
	"Usage: vcctl [OPTION...] COMMAND [ARGUMENT...]\n"
	"Asks videocored, the virtual VideoCore, to do something.\n"
	"\n"
	"  status [PART]            everything it knows about itself, or one part of it\n"
	"  screenshot FILE          what the monitor shows, as PNG\n"
	"  record-start FILE [FPS]  record what the monitor shows\n"
	"  record-stop              finish the recording\n"
	"  hotplug on|off           plug the monitor in or out\n"
	"  edid FILE                replace the monitor's EDID\n"
	"  source SPEC [CAMERA]     let a camera, 0 is the first, see something else\n"
	"  firmware hang            let it answer nothing any more\n"
	"  firmware stop            let it die: it forgets its host and takes no other\n"
	"  firmware start           start it afresh\n"
	"  firmware restart [MS]    stop it, and start it after so many milliseconds\n"
	"  chaos SPEC|off           let it misbehave, see videocored --help\n"
	"  mmal SPEC|off            let its multimedia service misbehave, see vcctl(1)\n"
	"  smem ACTION [ARG...]     the firmware's memory handles, see vcctl(1)\n"
	"  provenance-reset         start a new measurement of frames\n"
	"  ping                     is it there?\n"
	"  quit                     end it\n"
	"  crash                    kill it, as if it had crashed; there is no answer\n"
	"\n"
	"  --socket PATH  control socket, or virtio port in a guest\n"
	"                 ($VCCTL_SOCKET, or " GUEST_PORT ")\n"
	"  --instance N   that of VideoCore N in a guest that has several (0)\n"
	"  --json         print the answer as it came\n"
	"  --help         this text\n"
	"  --version      version\n"
	"\n"
	"File names are those of the machine that videocored runs on.\n"
	"Exit status: 0 done, 1 it failed, 2 wrong usage, 3 no videocored there.\n";

static void say(const char *what, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(const char *what, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "vcctl: %s: ", what);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -----------------------------------------------------------------------------
 * Connection
 */

/**
 * struct server - connection to videocored
 * @fd: socket or port
 * @is_local: a socket: videocored sees the same files
 * @buf: bytes received, not yet a line
 * @len: bytes in @buf
 * @room: size of @buf
 */
struct server {
	int fd;
	bool is_local;
	char *buf;
	size_t len;
	size_t room;
};

static int open_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd, ret;

	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		ret = -errno;
		close(fd);
		return ret;
	}

	return fd;
}

static int open_port(const char *path)
{
	int64_t deadline = now_ms() + PORT_TIMEOUT_MS;
	int fd;

	do {
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
		if (fd >= 0)
			return fd;
		if (errno != EBUSY)
			return -errno;
		poll(NULL, 0, PORT_RETRY_MS);
	} while (now_ms() < deadline);

	return -EBUSY;
}

static int server_open(struct server *srv, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	srv->is_local = S_ISSOCK(st.st_mode);
	srv->fd = srv->is_local ? open_socket(path) : open_port(path);

	return srv->fd < 0 ? srv->fd : 0;
}

static void server_close(struct server *srv)
{
	close(srv->fd);
	free(srv->buf);
}

static int server_send(struct server *srv, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(srv->fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		text += n;
		len -= (size_t)n;
	}

	return 0;
}

static int server_fill(struct server *srv, int64_t deadline)
{
	struct pollfd pfd = { .fd = srv->fd, .events = POLLIN };
	int64_t left = deadline - now_ms();
	char *grown;
	ssize_t n;

	if (left <= 0 || !poll(&pfd, 1, (int)left))
		return -ETIMEDOUT;
	if (srv->len + 1 >= srv->room) {
		grown = realloc(srv->buf, srv->room * 2 + 4096);
		if (!grown)
			return -ENOMEM;
		srv->buf = grown;
		srv->room = srv->room * 2 + 4096;
	}
	n = read(srv->fd, srv->buf + srv->len, srv->room - srv->len - 1);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (!n)
		return -ECONNRESET;
	srv->len += (size_t)n;

	return 0;
}

/* The next line as JSON, NULL for something else. 0 or -errno. */
static int server_line(struct server *srv, int64_t deadline, struct json_object **json)
{
	size_t used;
	char *end;
	int ret;

	while (!(end = srv->len ? memchr(srv->buf, '\n', srv->len) : NULL)) {
		ret = server_fill(srv, deadline);
		if (ret)
			return ret;
	}
	*end = '\0';
	*json = json_tokener_parse(srv->buf);
	used = (size_t)(end + 1 - srv->buf);
	memmove(srv->buf, srv->buf + used, srv->len - used);
	srv->len -= used;

	return 0;
}

/*
 * A port may still hold the answer to somebody who did not wait for it: ours is
 * the one with our number. An empty line ends what he may have begun to write.
 */
static int server_ask(struct server *srv, struct json_object *request, struct json_object **answer)
{
	int64_t id = (int64_t)getpid() << 32 | (now_ms() & 0x7fffffff);
	int64_t deadline = now_ms() + ANSWER_TIMEOUT_MS;
	struct json_object *member;
	const char *text;
	int ret;

	json_object_object_add(request, "id", json_object_new_int64(id));
	text = json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN);
	ret = server_send(srv, "\n", 1);
	if (!ret)
		ret = server_send(srv, text, strlen(text));
	if (!ret)
		ret = server_send(srv, "\n", 1);
	while (!ret) {
		ret = server_line(srv, deadline, answer);
		if (ret)
			break;
		if (json_object_is_type(*answer, json_type_object) &&
		    json_object_object_get_ex(*answer, "id", &member) &&
		    json_object_get_int64(member) == id) {
			json_object_object_del(*answer, "id");
			return 0;
		}
		json_object_put(*answer);
	}

	return ret;
}

/* -----------------------------------------------------------------------------
 * Commands
 */

static void put_string(struct json_object *request, const char *key, const char *val)
{
	json_object_object_add(request, key, json_object_new_string(val));
}

/* videocored has a working directory of its own. */
static int put_path(struct json_object *request, const char *key, const char *path,
		    const struct server *srv)
{
	char cwd[PATH_MAX], *full;

	if (path[0] == '/' || !srv->is_local) {
		put_string(request, key, path);
		return 0;
	}
	if (!getcwd(cwd, sizeof(cwd)))
		return -errno;
	if (asprintf(&full, "%s/%s", cwd, path) < 0)
		return -ENOMEM;
	put_string(request, key, full);
	free(full);

	return 0;
}

static int fill_path(struct json_object *request, char **args, const struct server *srv)
{
	return put_path(request, "path", args[0], srv);
}

static int fill_record(struct json_object *request, char **args, const struct server *srv)
{
	char *end;
	double fps;

	if (args[1]) {
		fps = strtod(args[1], &end);
		if (end == args[1] || *end)
			return -EINVAL;
		json_object_object_add(request, "fps", json_object_new_double(fps));
	}

	return put_path(request, "path", args[0], srv);
}

static int fill_hotplug(struct json_object *request, char **args, const struct server *srv)
{
	bool on = !strcmp(args[0], "on");

	if (!on && strcmp(args[0], "off") != 0)
		return -EINVAL;
	json_object_object_add(request, "connected", json_object_new_boolean(on));

	return 0;
}

static int fill_number(struct json_object *request, const char *key, const char *text)
{
	char *end;
	long long n = strtoll(text, &end, 0);

	if (end == text || *end)
		return -EINVAL;
	json_object_object_add(request, key, json_object_new_int64(n));
	return 0;
}

static int fill_firmware(struct json_object *request, char **args, const struct server *srv)
{
	put_string(request, "action", args[0]);
	return args[1] ? fill_number(request, "delay_ms", args[1]) : 0;
}

static int fill_spec(struct json_object *request, char **args, const struct server *srv)
{
	put_string(request, "spec", args[0]);
	return 0;
}

static int fill_smem(struct json_object *request, char **args, const struct server *srv)
{
	struct json_object *list = json_object_new_array();

	put_string(request, "action", args[0]);
	for (args++; *args; args++)
		json_object_array_add(list, json_object_new_string(*args));
	json_object_object_add(request, "args", list);

	return 0;
}

/* "pattern" is a word unless there is a file of that name. */
static int fill_source(struct json_object *request, char **args, const struct server *srv)
{
	int ret = args[1] ? fill_number(request, "camera", args[1]) : 0;

	if (ret)
		return ret;
	if (srv->is_local && !access(args[0], F_OK))
		return put_path(request, "spec", args[0], srv);
	put_string(request, "spec", args[0]);

	return 0;
}

/**
 * struct command - a word of the command line
 * @name: as videocored knows it
 * @min_args: arguments it needs
 * @max_args: arguments it takes
 * @fill: puts them into the request; NULL: videocored is not told of them
 */
struct command {
	const char *name;
	int min_args;
	int max_args;
	int (*fill)(struct json_object *request, char **args, const struct server *srv);
};

static const struct command commands[] = {
	{ "status", 0, 1, NULL },
	{ "screenshot", 1, 1, fill_path },
	{ "record-start", 1, 2, fill_record },
	{ "record-stop", 0, 0, NULL },
	{ "hotplug", 1, 1, fill_hotplug },
	{ "edid", 1, 1, fill_path },
	{ "source", 1, 2, fill_source },
	{ "firmware", 1, 2, fill_firmware },
	{ "chaos", 1, 1, fill_spec },
	{ "mmal", 1, 1, fill_spec },
	{ "smem", 1, 4, fill_smem },
	{ "provenance-reset", 0, 0, NULL },
	{ "ping", 0, 0, NULL },
	{ "quit", 0, 0, NULL },
	{ "crash", 0, 0, NULL },
};

static const struct command *find_command(const char *name, int nr_args)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (nr_args >= commands[i].min_args && nr_args <= commands[i].max_args)
			return &commands[i];
		say(name, "wrong number of arguments; try --help");
		return NULL;
	}
	say(name, "unknown command; try --help");

	return NULL;
}

static int print_answer(struct json_object *answer, const char *part, bool as_json)
{
	struct json_object *shown = answer;

	if (part && !json_object_object_get_ex(answer, part, &shown)) {
		say(part, "no such part; try \"vcctl status\"");
		return EXIT_FAILED;
	}
	if (as_json) {
		puts(json_object_to_json_string_ext(shown, JSON_C_TO_STRING_PRETTY));
		return EXIT_SUCCESS;
	}
	json_object_object_del(answer, "ok");
	if (json_object_is_type(shown, json_type_object))
		vcctl_print_object(shown);
	else
		puts(json_object_get_string(shown));

	return EXIT_SUCCESS;
}

static int run_command(struct server *srv, const struct command *cmd, char **args, bool as_json)
{
	struct json_object *request = json_object_new_object(), *answer, *error;
	int ret;

	put_string(request, "cmd", cmd->name);
	ret = cmd->fill ? cmd->fill(request, args, srv) : 0;
	if (ret) {
		say(cmd->name, "%s: %s", args[0], strerror(-ret));
		json_object_put(request);
		return EXIT_USAGE;
	}
	ret = server_ask(srv, request, &answer);
	json_object_put(request);
	if (ret) {
		say(cmd->name, "no answer: %s", strerror(-ret));
		return EXIT_NO_SERVER;
	}

	if (json_object_object_get_ex(answer, "error", &error)) {
		say(cmd->name, "%s", json_object_get_string(error));
		if (as_json)
			puts(json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PRETTY));
		ret = EXIT_FAILED;
	} else {
		ret = print_answer(answer, cmd->fill ? NULL : args[0], as_json);
	}
	json_object_put(answer);

	return ret;
}

/* Of VideoCore @instance, in @port; the first one's port has no number. */
static const char *guest_port(const char *instance, char *port, size_t len)
{
	char *end;
	unsigned long n = strtoul(instance, &end, 10);

	if (end == instance || *end || n > MAX_INSTANCE)
		return NULL;
	snprintf(port, len, n ? GUEST_PORT "%lu" : GUEST_PORT, n);
	return port;
}

static const char *default_socket(void)
{
	const char *path = getenv("VCCTL_SOCKET");

	if (path && path[0])
		return path;
	return access(GUEST_PORT, F_OK) ? NULL : GUEST_PORT;
}

static int connect_and_run(const char *path, char **argv, int argc, bool as_json)
{
	const struct command *cmd = find_command(argv[0], argc - 1);
	struct server srv = { 0 };
	int ret;

	if (!cmd)
		return EXIT_USAGE;
	if (!path) {
		say("--socket", "missing, and $VCCTL_SOCKET is not set");
		return EXIT_USAGE;
	}
	ret = server_open(&srv, path);
	if (ret) {
		say(path, "%s", strerror(-ret));
		return EXIT_NO_SERVER;
	}
	ret = run_command(&srv, cmd, argv + 1, as_json);
	server_close(&srv);

	return ret;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "instance", required_argument, NULL, 'i' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = default_socket();
	char port[sizeof(GUEST_PORT) + 2];
	bool as_json = false;
	int c;

	while ((c = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (c) {
		case 's':
			path = optarg;
			break;
		case 'i':
			path = guest_port(optarg, port, sizeof(port));
			if (path)
				break;
			say("--instance", "a number from 0 to %d is needed", MAX_INSTANCE);
			return EXIT_USAGE;
		case 'j':
			as_json = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'v':
			puts("vcctl " VC_VERSION);
			return EXIT_SUCCESS;
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc) {
		fputs("vcctl: no command; try --help\n", stderr);
		return EXIT_USAGE;
	}

	return connect_and_run(path, argv + optind, argc - optind, as_json);
}
